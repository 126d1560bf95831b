/* Differences between two trees, with work that grows with what they do not share. */
#ifndef GEFS_TREE_DIFF_H
#define GEFS_TREE_DIFF_H

#include "tree/tree.h"

struct diff_value {
	bool present;
	gefs_bytes value;
	uint64_t addr; /* the leaf it comes from; GEFS_NIL when only messages are left */
};

struct diff_ops {
	/* A key whose value differs, ascending. */
	int (*change)(void *arg, gefs_bytes key, const struct diff_value *old, const struct diff_value *new);
	/* A node of tree 0 (old) or 1 (new) cannot be read. GEFS_SKIP: its range is left out; 0: that tree has nothing
	 * there but messages. */
	int (*damage)(void *arg, int which, const gefs_error *);
	misapplied_fn misapplied; /* in the new tree; may be NULL */
	cleared_fn cleared;       /* likewise, in all of it; may be NULL */
	void *arg;
	/* A node was opened; may be NULL. */
	int (*opened)(void *arg, int which, uint64_t addr);
};

/* old may be NULL: the empty tree. */
int tree_diff(gefs_image *, const gefs_tree *old, const gefs_tree *new, const struct diff_ops *, gefs_error *);

#endif
