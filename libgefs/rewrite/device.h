/* Where blocks go on a new device. Each arena begins with its log; live blocks follow, one arena after the other; then
 * comes what is free. docs/format.md sections 6, 13 and 25. */
#ifndef GEFS_REWRITE_DEVICE_H
#define GEFS_REWRITE_DEVICE_H

#include "format/format.h"

struct device {
	const struct format *f;
	uint64_t size;     /* bytes, a ragged end included */
	struct arena_layout arenas;
	uint64_t capacity; /* live blocks in one arena, so that its reserve stays free */
};

/* False when the device is too small for any file system. */
bool device_layout(const struct format *, uint64_t size, struct device *);
/* Live blocks that fit. */
uint64_t device_capacity(const struct device *);
/* Bytes of the smallest device for so many live blocks, a multiple of the block size; 0: there is none. */
uint64_t device_smallest(const struct format *, uint64_t blocks);

/* First block of an arena: its log. */
uint64_t device_log(const struct device *, uint32_t arena);
/* Address of live block i, counted from 0 over all arenas. */
uint64_t device_addr(const struct device *, uint64_t i);
/* How many of `blocks` live blocks are in an arena. */
uint64_t device_live(const struct device *, uint32_t arena, uint64_t blocks);
/* The one free range of an arena. */
gefs_range device_free(const struct device *, uint32_t arena, uint64_t blocks);

#endif
