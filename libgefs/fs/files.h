/* Entries of directories, and paths. */
#ifndef GEFS_FS_FILES_H
#define GEFS_FS_FILES_H

#include "tree/tree.h"

enum { PATH_DEPTH_MAX = 4096 };

/* Decodes an entry; parent and name point into key. */
bool entry_decode(const struct format *, gefs_bytes key, gefs_bytes value, gefs_dirent *);
/* The entry with this name in a directory, given by its qid; GEFS_ENOENT. */
int entry_child(gefs_image *, const gefs_tree *, uint64_t parent, gefs_bytes name, gefs_dirent *out,
		uint8_t storage[KEY_MAX], gefs_error *);
/* The entry of a directory, as its parent record names it; -1 also when that is out of date. */
int entry_by_up(gefs_image *, const gefs_tree *, uint64_t qid, gefs_dirent *out, uint8_t storage[KEY_MAX], gefs_error *);
/* The path as "/a/b", with "." and ".." taken away by their looks; the caller frees it. NULL: out of memory. */
char *path_clean(const char *path);

#endif
