/* The files and directories that an export has made, by device and inode. */
#ifndef GEFS_ARCHIVE_MADE_H
#define GEFS_ARCHIVE_MADE_H

#include <limits.h>
#include <sys/stat.h>

#include "archive/target.h"

struct made {
	struct made_file {
		dev_t dev;
		ino_t ino; /* 0: the slot is free */
	} *slot;
	size_t n, cap;
};

bool made_has(const struct made *, const struct stat *);
bool made_add(struct made *, const struct stat *); /* false: out of memory */
void made_free(struct made *);

#endif
