/* Trees for tests, made node by node in memory: gefs9.00, one arena, and nothing but nodes. */
#ifndef GEFS_TREE_TESTING_FOREST_H
#define GEFS_TREE_TESTING_FOREST_H

#include "image.h"

struct forest {
	gefs_image img;
	struct super_copy root;
	struct arena arena;
	uint8_t *mem;
	uint64_t next; /* free address */
};

struct forest_child {
	gefs_bytes key; /* separator */
	gefs_ptr ptr;
};

struct forest *forest_new(void);
void forest_free(struct forest *);
/* Records and messages stand in the order given, and nothing is verified. */
gefs_ptr forest_leaf(struct forest *, const gefs_record *, size_t n);
gefs_ptr forest_pivot(struct forest *, const struct forest_child *, size_t n, const gefs_record *msg, size_t nmsg);
/* Changes a byte of a node, so that its hash is wrong; a second time makes it right again. */
void forest_damage(struct forest *, gefs_ptr);
/* Forgets nodes in memory. */
void forest_forget(struct forest *);

#endif
