/* Where directories of a tree are: what paths are made of. For many at a time, so that neighbours in the tree are looked
 * up one after the other, and none twice. */
#ifndef GEFS_FS_DIRS_H
#define GEFS_FS_DIRS_H

#include "base/bytestore.h"
#include "fs/files.h"

struct dir {
	uint64_t qid, parent; /* parent: GEFS_NIL for the root */
	gefs_bytes name;
	bool known; /* else no entry is known that names it */
};

struct dir_list {
	struct dir *v;
	size_t n, cap;
};

struct dirs {
	gefs_image *img;
	const gefs_tree *tree;
	struct bytestore *names;  /* whose lives longer */
	struct dir_list met;      /* directories whose entries were come across; ascending once `sorted` */
	struct dir_list located;  /* ascending */
	struct dir_list wanted;
	bool sorted;
	bool searched;            /* all entries of the tree were looked at */
};

/* Of an entry that was come across, whose name is in `names`. */
int dirs_met(struct dirs *, const gefs_dirent *, gefs_error *);
int dirs_want(struct dirs *, uint64_t qid, gefs_error *);
/* Looks at all entries of the tree, and tells each to `each` (may be NULL) with its key. */
int dirs_search(struct dirs *, int (*each)(void *arg, gefs_bytes key, const gefs_dirent *), void *arg, gefs_error *);
/* Locates what is wanted and all that lies above it. */
int dirs_locate(struct dirs *, gefs_error *);
/* In a sorted list; NULL. */
struct dir *dir_find(const struct dir_list *, uint64_t qid);
void dirs_free(struct dirs *);

#endif
