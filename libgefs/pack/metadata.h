/* Which blocks are metadata. Everything else may be file contents, which must not leave the house: a block is taken for
 * metadata only if something refers to it as such and the block itself bears that out. */
#ifndef GEFS_PACK_METADATA_H
#define GEFS_PACK_METADATA_H

#include "base/blockmap.h"
#include "image.h"

struct metadata {
	gefs_image *img;
	struct blockmap marks; /* what is known of each block that something refers to */
	uint64_t kept, doubtful; /* blocks */
	gefs_error *e;
};

/* Looks at everything that is referred to. Damage is no error: what cannot be told is none. */
int metadata_find(struct metadata *, gefs_image *, gefs_error *);
void metadata_free(struct metadata *);

/* Metadata, or a block of the users file. */
bool metadata_has(const struct metadata *, uint64_t addr);

#endif
