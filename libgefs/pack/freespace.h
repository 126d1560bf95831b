/* The free space of a whole image, for leaving out what is in it. */
#ifndef GEFS_PACK_FREESPACE_H
#define GEFS_PACK_FREESPACE_H

#include "gefs.h"

struct freespace {
	gefs_range *ranges; /* ascending, disjoint */
	size_t n;
};

/* Only what is certain: nothing of arenas whose log does not tell. Tells stats what was kept, and why. */
int freespace_load(struct freespace *, const gefs_image *, gefs_pack_stats *, gefs_error *);
void freespace_free(struct freespace *);

/* buf holds len bytes of the image at off: zeroes what is free, and returns how many bytes that were. */
size_t freespace_zero(const struct freespace *, uint8_t *buf, size_t len, uint64_t off);
/* All of it is free. */
bool freespace_covers(const struct freespace *, size_t len, uint64_t off);

#endif
