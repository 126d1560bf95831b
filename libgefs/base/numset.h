/* A set of numbers that an image may have chosen: they are hashed with a secret, so that none can fall together. */
#ifndef GEFS_BASE_NUMSET_H
#define GEFS_BASE_NUMSET_H

#include <stddef.h>
#include <stdint.h>

struct numset {
	uint64_t *slot; /* the number plus one; 0: free. The largest number has a place of its own */
	size_t n, cap;
	uint64_t secret[2];
	int has_largest;
};

/* 1: it is new; 0: it was there; -1: out of memory. A set of zeros is empty. */
int numset_add(struct numset *, uint64_t);
void numset_free(struct numset *);
/* Fills the key of such a hash. */
void numset_secret(uint64_t secret[2]);

#endif
