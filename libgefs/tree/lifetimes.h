/* Which blocks one tree refers to and another does not. */
#ifndef GEFS_TREE_LIFETIMES_H
#define GEFS_TREE_LIFETIMES_H

#include "image.h"

struct block_birth {
	uint64_t addr, birth;
};

struct block_set {
	struct block_birth *v;
	size_t n, cap;
};

/* Physical pointers (docs/format.md section 12) of `from` that `to` does not have, ascending by address. False when
 * something cannot be read; *out then holds nothing. */
bool blocks_dropped(gefs_image *, const gefs_tree *from, const gefs_tree *to, struct block_set *out);

/* Does the tree refer to addr? For the rare doubt: walks the whole tree. */
bool tree_refers(gefs_image *, const gefs_tree *, uint64_t addr);

#endif
