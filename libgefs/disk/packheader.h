/* The frame of our own at the front of packed images (docs/compressed.md). zstd passes over it. */
#ifndef GEFS_DISK_PACKHEADER_H
#define GEFS_DISK_PACKHEADER_H

#include "disk/disk.h"

enum { PACKHEADER_SIZE = 32 };

/* What a packed image has; a reader need not know. */
enum { PACK_FREE_ZEROED = 1 << 0 };
/* What a reader must know to take the image for what it is: nothing so far. */
enum { PACK_NEEDS_KNOWN = 0 };

void packheader_encode(uint8_t out[PACKHEADER_SIZE], uint32_t has, uint32_t frame_size);
/* Fails when the file has such a header and needs what is not known. */
int packheader_check(struct disk *file, const char *name, gefs_error *);

#endif
