/* An export under way. */
#ifndef GEFS_ARCHIVE_EXPORT_H
#define GEFS_ARCHIVE_EXPORT_H

#include "archive/links.h"
#include "archive/places.h"
#include "archive/rename.h"
#include "archive/text.h"
#include "tree/tree.h"

struct export {
	gefs_image *img;
	const gefs_export_options *o;
	gefs_export_stats st;
	gefs_error *e;
	struct target *t; /* NULL: a list */
	struct traits traits;
	struct links *links; /* NULL: none are wanted, or can be had */
	struct places places;
	uint64_t fill_left;  /* zeros that may be written for holes */

	gefs_tree tree;       /* the snapshot */
	const char *label;    /* its folder, or "" */
	struct text folder;   /* the same, NUL-terminated, as it is stored */

	/* The path to store under: its components' ends, and how many of them stand above what a walk begins with. */
	struct text path;
	size_t *end;
	size_t nend, cap_end;
	int above;
	struct renamer renamer;
	uint64_t parent; /* directory whose names the renamer asks for */

	struct text dir; /* in the image: the directory that is being read, NUL-terminated */
	bool dir_damaged;
};

/* notes.c: all return 0 to go on, or -1 with an error. */
int note(struct export *, gefs_export_kind, const uint8_t *path, size_t path_len, const gefs_error *why);
int stopped(struct export *); /* a callback wants it so */

/* storepath.c */
/* The path of an entry of a walk; NULL: out of memory. *renamed: its last component is not its name. */
const char *store_path(struct export *, const gefs_file *, bool *renamed);
/* Before a walk from path: what stands above it in the archive. */
int store_above(struct export *, const char *path);

/* copy.c: contents of a file, to the target. */
int copy_contents(struct export *, const gefs_file *);

/* store.c: visitors of a walk. */
int store_one(void *arg, const gefs_file *);
int store_damage(void *arg, const gefs_error *);

#endif
