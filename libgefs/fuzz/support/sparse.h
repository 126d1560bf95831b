/* A base image as a list of pieces, and an edit of it: images are far too long to be fuzzed as bytes. */
#ifndef GEFS_FUZZ_SPARSE_H
#define GEFS_FUZZ_SPARSE_H

#include "edit/edit.h"

enum { UNIT = GEFS_BLOCK_MAX }; /* bytes of a piece */

struct sparse {
	gefs_image *img; /* as it is in the pack */
	gefs_edit *edit; /* what an input makes of it */
	uint64_t size;
	size_t n;
	const uint8_t *packed; /* n times address[8] contents[UNIT], ascending */
	bool wrong;            /* hashes above what is written stay as they are */
};

/* The image `which` (any number) of the pack, as it was; it stays until the next call of sparse_use. */
struct sparse *sparse_use(unsigned which);
/* An image of the pack as the first byte of an input says, which is taken off it. NULL when there is none. */
struct sparse *sparse_choose(const uint8_t **data, size_t *size);
/* Writes over a block from offset `at` on, as far as it goes. */
void sparse_write(struct sparse *, uint64_t addr, uint32_t at, const uint8_t *bytes, size_t n);
uint64_t sparse_addr(const struct sparse *, size_t i);
/* Makes hashes right above what was written, and looks at everything; which copy of the root data as gefs_options. */
void explore_sparse(struct sparse *, int super);

#endif
