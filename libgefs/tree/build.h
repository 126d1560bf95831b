/* Building a tree from records in order, bottom-up: docs/format.md section 10. */
#ifndef GEFS_TREE_BUILD_H
#define GEFS_TREE_BUILD_H

#include "tree/tree.h"

struct build_ops {
	/* The address that node i is to have; nodes are numbered from 0 in the order in which they are finished. */
	uint64_t (*place)(void *arg, uint32_t i);
	/* A finished block; NULL: it is only counted. Non-zero stops. */
	int (*node)(void *arg, uint32_t i, const uint8_t *block);
	void *arg;
};

struct built {
	gefs_ptr root;
	uint32_t height;
	uint32_t nodes;
};

/* Makes the tree of n > 0 records with strictly ascending keys. Leaves come first, the root last; children before
 * their parents, neighbours one after the other. Nodes of one height are filled alike, and none has a single child
 * where that can be avoided. All are born in generation `birth`. */
int tree_build(const struct format *, const gefs_record *, size_t n, uint64_t birth, const struct build_ops *,
	       struct built *, gefs_error *);

#endif
