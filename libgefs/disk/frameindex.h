/* Where the frames of a zstd file lie, and what part of the image each holds: by the seek table at its end (zstd's
 * seekable format, 0.1.0), or by looking at the headers of all frames and blocks. */
#ifndef GEFS_DISK_FRAMEINDEX_H
#define GEFS_DISK_FRAMEINDEX_H

#include "disk/disk.h"

/* Larger ones are not read in place: memory is needed for a whole frame. */
enum { FRAME_MAX = 16 << 20 };

struct frameindex {
	size_t count;
	struct frame {
		uint64_t at;  /* in the file */
		uint64_t out; /* in the image */
	} *frames;            /* count, and one more where the last one ends */
	uint32_t *checksums;  /* low half of XXH64 of what is in a frame; NULL when there are none */
};

/* 0: filled; 1: the file has to be unpacked; -1: damaged. */
int frameindex_load(struct frameindex *, struct disk *file, const char *name, gefs_error *);
void frameindex_free(struct frameindex *);

/* The frame that holds off, which lies inside the image. */
size_t frameindex_find(const struct frameindex *, uint64_t off);

/* ---- the parts ---- */

/* seektable.c. 0, -1 as above; 1: there is no seek table; 2: there is one, but of frames that are too large. */
int seektable_load(struct frameindex *, struct disk *file, const char *name, gefs_error *);
/* Bytes of a table of n frames, and the table. */
size_t seektable_size(size_t n);
void seektable_encode(const struct frameindex *, uint8_t *out);

/* framescan.c: as frameindex_load. */
int framescan(struct frameindex *, struct disk *file, const char *name, gefs_error *);

#endif
