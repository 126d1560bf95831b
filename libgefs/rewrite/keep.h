/* Which labels and snapshots go into the new image, and how their records then read. */
#ifndef GEFS_REWRITE_KEEP_H
#define GEFS_REWRITE_KEEP_H

#include "snap/snaps.h"

struct keep {
	gefs_snap *snap; /* ascending by id; records as they are to be, but for their roots */
	size_t nsnaps;
	const gefs_label **label;
	size_t nlabels;
};

/* All, or those that the labels need. */
int keep_choose(gefs_image *, const gefs_rewrite_options *, struct keep *, gefs_error *);
void keep_free(struct keep *);

/* NULL when it does not stay. */
const gefs_snap *keep_find(const struct keep *, uint64_t id);

#endif
