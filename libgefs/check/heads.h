/* The first blocks of deadlists, read by other threads while the lists before are looked at: most lists are no longer
 * than that, and there may be a great many, all over the disk. */
#ifndef GEFS_CHECK_HEADS_H
#define GEFS_CHECK_HEADS_H

#include "check/check.h"

struct head {
	uint64_t addr; /* GEFS_NIL: there is nothing here */
	struct log_header h;
	uint8_t *block;
};

struct heads *heads_new(struct gefs_check *); /* NULL when out of memory */
void heads_free(struct heads *);

/* That of the image's list i, best asked for in ascending order. NULL when it is met already, or damaged: reading it
 * again tells how. Valid until the next call. */
const struct head *heads_get(struct heads *, size_t i);

#endif
