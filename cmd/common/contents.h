/* Contents of a file as one stream: holes and lost blocks are zeros. */
#ifndef COMMON_CONTENTS_H
#define COMMON_CONTENTS_H

#include "gefs.h"

struct sink {
	int (*bytes)(void *arg, const uint8_t *p, size_t n);
	int (*zeros)(void *arg, uint64_t n);
	void *arg;
};

/* Bytes [off, off+len), as far as the file goes. Damage is told with path and offset, and counted in *lost.
 * Non-zero: what a sink returned, or -1 with an error. */
int contents_read(gefs_image *, const gefs_tree *, const gefs_dirent *, const uint8_t *path, size_t path_len,
		  uint64_t off, uint64_t len, const struct sink *, uint64_t *lost, gefs_error *);

/* SHA-256 as text; hex is empty when some of the contents are lost. */
int contents_hash(gefs_image *, const gefs_tree *, const gefs_dirent *, const uint8_t *path, size_t path_len,
		  char hex[65], gefs_error *);

/* Writes [off, off+len) of the file with this path to standard output, holes and lost blocks as zeros; an EXIT_ status. */
int contents_show(gefs_image *, const gefs_tree *, const char *path, uint64_t off, uint64_t len);

#endif
