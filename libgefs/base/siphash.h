/* SipHash-2-4 (Aumasson and Bernstein), 64 bits. Debian has no C library of it. */
#ifndef GEFS_BASE_SIPHASH_H
#define GEFS_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t gefs_siphash(const void *data, size_t len, uint64_t k0, uint64_t k1);

#endif
