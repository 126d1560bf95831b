#ifndef GEFS_BASE_BLOCKMAP_H
#define GEFS_BASE_BLOCKMAP_H

#include <stddef.h>
#include <stdint.h>

/* One byte for each block that something touched. Its memory grows with what the image refers to, not with the
 * size it claims to have. */
enum { BLOCKMAP_GROUP = 64 };

struct blockmap_group {
	uint64_t key; /* block number / BLOCKMAP_GROUP, plus one; 0: this place is empty */
	uint8_t byte[BLOCKMAP_GROUP];
};

struct blockmap {
	struct blockmap_group *group;
	size_t count, cap; /* cap: 0 or a power of two */
};

/* The byte of a block, 0 when new. NULL: out of memory. Valid until the next call. */
uint8_t *blockmap_at(struct blockmap *, uint64_t block);
uint8_t blockmap_get(const struct blockmap *, uint64_t block);
void blockmap_free(struct blockmap *);

#endif
