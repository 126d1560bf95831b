/* One edit of an image, from begin to commit: the blocks that are to be written, in phases. */
#ifndef GEFS_TXN_TXN_H
#define GEFS_TXN_TXN_H

#include "image.h"

struct txn_write {
	unsigned phase;
	uint64_t addr;
	const uint8_t *before, *after; /* one block each; before is known from the commit on */
};

struct txn;
struct txn *txn_new(uint32_t blksz);
void txn_free(struct txn *); /* NULL is fine */
/* Blocks that are in use get overwritten: only the undo file makes the change all or nothing, whatever becomes of the
 * root data. */
void txn_in_place(struct txn *);

/* The block is copied. A block may be written again in a later phase, but not twice in one. */
int txn_put(struct txn *, unsigned phase, uint64_t addr, const void *block, gefs_error *);
size_t txn_count(const struct txn *);

/* Writes phase after phase, in each by address, with a barrier after each. If undo names a file, all that is going to be
 * overwritten is durable there before the first write. */
int txn_commit(struct txn *, gefs_image *, const char *undo, gefs_error *);

#endif
