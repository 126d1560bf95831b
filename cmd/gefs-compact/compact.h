/* What gefs-compact's files share. */
#ifndef COMPACT_COMPACT_H
#define COMPACT_COMPACT_H

#include "../common/common.h"

enum { LABELS_MAX = 1024 };

struct settings {
	gefs_options open;
	const char *image;
	const char *out;      /* -o; NULL: in place */
	uint64_t size;        /* --size; 0: as it is */
	bool smallest;        /* --size min */
	const char *label[LABELS_MAX];
	size_t nlabels;
	int arena;            /* --arena; -1: all */
	bool reclaim, dry_run, no_undo;
	const char *undo;     /* --undo; NULL: IMAGE.undo */
	bool json, progress, quiet, verbose;
};

/* Each gives an EXIT_ status. */
int compact_in_place(const struct settings *);
int compact_to_file(const struct settings *);

#endif
