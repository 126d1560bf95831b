/* What refers to what: one walk over all metadata, for the map of all blocks and for the owners of one. */
#ifndef GEFS_SURVEY_SURVEY_H
#define GEFS_SURVEY_SURVEY_H

#include "image.h"

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

/* Told of each reference; addr is aligned and inside the device. Non-zero stops. */
typedef int (*survey_fn)(void *arg, uint64_t addr, const gefs_owner *);

struct survey {
	gefs_image *img;
	survey_fn fn;
	void *fn_arg;
	gefs_damage_fn damage; /* may be NULL: damage is passed over */
	void *damage_arg;
};

/* Every reference between blocks, in no particular order; those of a node that several parents share are told once. */
int survey_walk(const struct survey *, gefs_error *);

/* What a block is that nothing refers to: free, reserved or none. */
gefs_use survey_unreferenced(const gefs_image *, uint64_t addr);

#endif
