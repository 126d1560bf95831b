/* Differences between the files of two trees, on their way from keys to what gefs_diff tells. */
#ifndef GEFS_FS_DIFFERENCE_H
#define GEFS_FS_DIFFERENCE_H

#include "fs/dirs.h"

enum { OLD, NEW };

/* An entry that differs. */
struct item {
	gefs_diff_kind kind;
	unsigned what;
	gefs_dirent d[2];
	bool has[2];
};

/* A file with blocks that differ. */
struct changed_file {
	uint64_t qid, first; /* first: the lowest offset */
	bool told;           /* by an item */
};

struct differences {
	gefs_image *img;
	struct dirs dirs[2];
	struct bytestore names;
	struct item *item;
	size_t n, cap;
	struct changed_file *file;
	size_t nfiles, cap_files;
	gefs_diff_stats *stats;
	gefs_error *e;
};

/* diffkeys.c: items and files, from the keys that differ. */
int differences_collect(struct differences *, gefs_damage_fn, void *arg);
/* diffwhat.c: what differs in each item, moves, and entries of which nothing but the contents differs. */
int differences_explain(struct differences *);
/* diffpaths.c: all items in the order of their paths. */
int differences_tell(struct differences *, const char *below, gefs_diff_fn, void *arg);

#endif
