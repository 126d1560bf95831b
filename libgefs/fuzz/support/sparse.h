/* A base image as a list of blocks, and a disk made of them: images are far too long to be fuzzed as bytes. */
#ifndef GEFS_FUZZ_SPARSE_H
#define GEFS_FUZZ_SPARSE_H

#include "../../../testdata/damage/gefs-damage/store.h"
#include "disk/disk.h"

struct sparse {
	struct store store; /* for rehash */
	size_t n;
	const uint8_t *packed; /* n times address[8] contents[BLOCK], ascending */
	uint8_t *data;         /* the contents, to be changed */
	uint8_t *touched;      /* by block: has to be restored */
	uint8_t *marks;        /* for rehash */
};

/* The image `which` (any number) of the pack, as it was; it stays until the next call of sparse_use. */
struct sparse *sparse_use(unsigned which);
uint64_t sparse_addr(const struct sparse *, size_t i);
struct disk *sparse_disk(struct sparse *);

#endif
