/* The snapshot tree in memory: labels, records, deadlists, global settings. */
#ifndef GEFS_SNAP_SNAPS_H
#define GEFS_SNAP_SNAPS_H

#include "image.h"

struct snaps {
	gefs_label *labels;
	size_t nlabels, cap_labels;
	gefs_snap *snaps;
	size_t nsnaps, cap_snaps;
	gefs_deadlist *dead;
	size_t ndead, cap_dead;
	gefs_conf *conf;
	size_t nconf, cap_conf;
	gefs_error error; /* the first damage met */
	bool damaged;
	bool nomem;
};

/* NULL for want of memory, or when reading is interrupted. Once it was read it is there. */
struct snaps *snaps_read(gefs_image *, gefs_error *);
struct snaps *snaps_get(gefs_image *); /* the same */
void snaps_free(struct snaps *);

/* The snapshot tree of the superblock in use. */
gefs_tree snap_tree(const gefs_image *);

/* Reads one block of a deadlist chain and checks its header and hash. */
int deadlist_block_read(gefs_image *, const gefs_ptr *, uint8_t *block, struct log_header *, gefs_error *);

#endif
