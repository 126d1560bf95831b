/* Where the data of a file is. */
#ifndef GEFS_ARCHIVE_PLACES_H
#define GEFS_ARCHIVE_PLACES_H

#include "archive/target.h"

struct places {
	struct run *run;
	size_t n, cap;
	uint64_t length; /* of the file; one beyond 2^63 is junk, and taken for 2^63 */
	uint64_t data;   /* sum of the runs */
	bool damaged;    /* there may be more */
};

/* The memory of the last call is used again; places_free in the end. */
int places_find(struct places *, gefs_image *, const gefs_tree *, const gefs_dirent *, gefs_error *);
/* For targets without holes: one run from beginning to end. */
int places_fill(struct places *, gefs_error *);
void places_free(struct places *);

#endif
