/* A directory as the target. Nothing outside it is ever touched: every step is taken by openat from the directory before
 * and follows no links, and steps back are checked against the directories that were come from. */
#ifndef GEFS_ARCHIVE_DIRECTORY_H
#define GEFS_ARCHIVE_DIRECTORY_H

#include "archive/made.h"

struct level {
	char *name;       /* in the archive */
	struct stat st;   /* of the directory */
	bool made;        /* by this export; gets mode and times at the end, when nothing is written in it any more */
	bool has_entry;   /* d tells which; else it is one on the way to a path that was asked for */
	gefs_dirent d;
};

struct directory {
	struct target t;
	bool force, owners;
	uint32_t mask;        /* permission bits to leave out */
	int fd;               /* of the last level */
	struct level *level;  /* level[0] is the directory itself */
	size_t n, cap;
	struct made made;
	uint64_t numbers;     /* given to names that fall together */
	int trouble;          /* why some mode or time could not be set, or 0 */
	bool told;
	int file;             /* being written, or -1 */
	gefs_dirent entry;    /* of that */
};

/* levels.c: these return 0, -1, TARGET_OMITTED or TARGET_CHANGED, as the functions of a target do. */
/* Goes to the directory that path is in; *rest is the path's last component, to be freed. */
int levels_go(struct directory *, const char *path, char **rest, gefs_error *);
/* Makes a directory, unless it is there, and enters it. d is NULL for one on the way. */
int levels_enter(struct directory *, const char *name, const gefs_dirent *d, gefs_error *);
/* Back to the directory above; the one that is left gets its mode and times. */
int levels_leave(struct directory *, gefs_error *);

/* Is there something of this name, in the directory that was entered last, that this export has made? */
bool levels_clash(struct directory *, const char *name);
/* A name that is free, for one that the file system does not tell from another one that was stored. */
const char *levels_other_name(struct directory *, const char *name, char buf[NAME_MAX + 1]);
int levels_tell_clash(const char *disk, gefs_error *);

/* What errno says: -1 when it is of no use to go on. */
int omit(gefs_error *, const char *what);
/* Owners were asked for, so that they have to be; not every file system has modes, or times like these. */
int set_meta(struct directory *, int fd, const gefs_dirent *, gefs_error *);

#endif
