/* The frames that were decompressed last, for all threads. A frame that several want is decompressed once; different
 * ones at the same time. */
#ifndef GEFS_DISK_FRAMECACHE_H
#define GEFS_DISK_FRAMECACHE_H

#include <stddef.h>
#include <stdint.h>

#include "gefs.h"

struct framecache;

/* Fills buf with a frame. Called by several threads, for different frames. */
typedef int (*frame_load_fn)(void *arg, size_t frame, uint8_t *buf, size_t size, gefs_error *);

/* At most budget bytes of frames are kept; those that are being read from count, but always find room. */
struct framecache *framecache_new(size_t budget, frame_load_fn, void *arg);
void framecache_free(struct framecache *);

/* Copies part of a frame of `size` bytes. */
int framecache_read(struct framecache *, size_t frame, size_t size, size_t off, void *buf, size_t len, gefs_error *);

#endif
