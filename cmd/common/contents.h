/* Contents of a file as one stream: holes and lost blocks are zeros. */
#ifndef COMMON_CONTENTS_H
#define COMMON_CONTENTS_H

#include "gefs.h"
#include "sha256.h"

/* Takes a stream. A function that returns non-zero ends it. */
struct contents_sink {
	int (*bytes)(void *arg, const uint8_t *p, size_t n);
	int (*zeros)(void *arg, uint64_t n);
	void *arg;
};

/* Standard output; ends on an interrupt. */
extern const struct contents_sink contents_stdout;

/* Bytes [off, off+len), as far as the file goes. Damage is told with path and offset, and counted in *lost (may be NULL).
 * Non-zero: what a sink returned, or -1 with an error. */
int contents_read(gefs_image *, const gefs_tree *, const gefs_dirent *, const uint8_t *path, size_t path_len, uint64_t off,
		  uint64_t len, const struct contents_sink *, uint64_t *lost, gefs_error *);
/* Tells that a block of a file is lost, and why. */
void contents_tell_lost(const uint8_t *path, size_t path_len, const gefs_extent *, const char *why);

/* Zeros of a hole, which may be longer than anybody wants to wait for: non-zero when should_stop ended it. */
int contents_hash_hole(struct sha256 *, uint64_t n);
/* SHA-256 as text; hex is empty when some of the contents are lost, or should_stop ended it. */
int contents_hash(gefs_image *, const gefs_tree *, const gefs_dirent *, const uint8_t *path, size_t path_len,
		  char hex[65], gefs_error *);

/* Writes [off, off+len) of the file with this path to standard output, holes and lost blocks as zeros; an EXIT_ status. */
int contents_show(gefs_image *, const gefs_tree *, const char *path, uint64_t off, uint64_t len);

#endif
