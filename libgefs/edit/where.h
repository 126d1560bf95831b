/* A name of a place while it is being understood. */
#ifndef GEFS_EDIT_WHERE_H
#define GEFS_EDIT_WHERE_H

#include "edit/edit.h"

struct where {
	gefs_edit *ed;
	const char *text, *p; /* all of it; what is not understood yet */
	gefs_field *out;
	bool guessed; /* what the block is was only taken from its bytes */
	gefs_error *e;
};

/* That the name leads nowhere, and why; -1. */
int where_nowhere(struct where *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Makes *out the block at addr, if it can be read. */
int where_arrived(struct where *, gefs_structure, uint64_t addr);
/* wheretree.c: what begins with a snapshot's name. */
int where_tree(struct where *);

#endif
