/* Data pointers of one file, brought into the order of their offsets where the order of keys is another one. */
#ifndef GEFS_REWRITE_EXTENT_H
#define GEFS_REWRITE_EXTENT_H

#include "rewrite/walk.h"

/* The longest piece of a file that is sorted at once; longer files are in order piece by piece. */
enum { EXTENT_MAX = 1 << 19 };

struct extent_block {
	uint64_t offset;
	gefs_ptr ptr;
};

struct extent {
	struct rewrite *r;
	const struct walk_ops *ops;
	uint64_t qid;
	struct extent_block *v;
	size_t n, cap;
};

/* Passes the pointer on, at once or with the others of its file. */
int extent_add(struct extent *, const struct key *, const gefs_ptr *);
int extent_flush(struct extent *);
void extent_free(struct extent *);

#endif
