/* The one walk: every node that is kept, once, and pointers to file data in the order in which files are laid out. */
#ifndef GEFS_REWRITE_WALK_H
#define GEFS_REWRITE_WALK_H

#include "rewrite/rewrite.h"

struct walk_ops {
	/* Node number i, after its children. */
	int (*node)(void *arg, const struct gefs_node *, uint32_t i);
	/* A pointer to data; one block may come more than once. NULL: not of interest, and cheaper so. */
	int (*data)(void *arg, const struct key *, const gefs_ptr *);
	void *arg;
};

/* Newest snapshot first, so that its files are in one piece. */
int rewrite_walk(struct rewrite *, const struct walk_ops *);

#endif
