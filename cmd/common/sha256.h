/* SHA-256 (FIPS 180-4). */
#ifndef COMMON_SHA256_H
#define COMMON_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32 };

struct sha256 {
	uint32_t h[8];
	uint64_t len;
	uint8_t block[64];
};

void sha256_init(struct sha256 *);
void sha256_update(struct sha256 *, const void *p, size_t n);
void sha256_zeros(struct sha256 *, uint64_t n); /* holes */
void sha256_final(struct sha256 *, uint8_t out[SHA256_SIZE]);
void sha256_hex(struct sha256 *, char out[2 * SHA256_SIZE + 1]); /* final, as text */

#endif
