/* Contents of a file as one stream: holes and lost blocks are zeros. */
#ifndef COMMON_CONTENTS_H
#define COMMON_CONTENTS_H

#include "gefs.h"

/* SHA-256 as text; hex is empty when some of the contents are lost. */
int contents_hash(gefs_image *, const gefs_tree *, const gefs_dirent *, const uint8_t *path, size_t path_len,
		  char hex[65], gefs_error *);

/* Writes [off, off+len) of the file with this path to standard output, holes and lost blocks as zeros; an EXIT_ status. */
int contents_show(gefs_image *, const gefs_tree *, const char *path, uint64_t off, uint64_t len);

#endif
