/* Copies of byte strings, which stay where they are until all of them go. */
#ifndef GEFS_BASE_BYTESTORE_H
#define GEFS_BASE_BYTESTORE_H

#include <stddef.h>
#include <stdint.h>

struct bytestore {
	struct bytestore_piece *last; /* zeros: an empty store */
};

/* NULL when out of memory; never NULL else, also for no bytes. */
const uint8_t *bytestore_copy(struct bytestore *, const void *, size_t n);
void bytestore_free(struct bytestore *);

#endif
