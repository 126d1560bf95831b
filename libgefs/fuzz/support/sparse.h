/* A base image as a list of pieces, and a disk made of them: images are far too long to be fuzzed as bytes. */
#ifndef GEFS_FUZZ_SPARSE_H
#define GEFS_FUZZ_SPARSE_H

#include "../../../testdata/damage/gefs-damage/store.h"
#include "disk/disk.h"

struct sparse {
	struct store store; /* for rehash */
	size_t n;
	const uint8_t *packed; /* n times address[8] contents[UNIT], ascending */
	uint8_t *data;         /* the contents, to be changed */
	uint8_t *touched;      /* by piece: has to be restored */
	uint8_t *marks;        /* for rehash */
	bool fill;             /* likewise */
};

/* The image `which` (any number) of the pack, as it was; it stays until the next call of sparse_use. */
struct sparse *sparse_use(unsigned which);
/* An image of the pack as the first byte of an input says, which is taken off it. NULL when there is none. */
struct sparse *sparse_choose(const uint8_t **data, size_t *size);
/* Writes over a block from offset `at` on, as far as it goes. */
void sparse_write(struct sparse *, uint64_t addr, uint32_t at, const uint8_t *bytes, size_t n);
uint64_t sparse_addr(const struct sparse *, size_t i);
struct disk *sparse_disk(struct sparse *);
/* Makes hashes right above what was written, and looks at everything; which copy of the root data as gefs_options. */
void explore_store(struct sparse *, int super);

#endif
