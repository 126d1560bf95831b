/* What refers to what: one walk over all metadata, for the map of all blocks and for the owners of one. */
#ifndef GEFS_SURVEY_SURVEY_H
#define GEFS_SURVEY_SURVEY_H

#include "base/blockmap.h"
#include "image.h"

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
