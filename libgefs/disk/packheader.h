/* The frame of our own at the front of packed images (docs/compressed.md). zstd passes over it. */
#ifndef GEFS_DISK_PACKHEADER_H
#define GEFS_DISK_PACKHEADER_H

#include "disk/disk.h"

enum { PACKHEADER_SIZE = 32 };

/* What a packed image has; a reader need not know. */
enum { PACK_FREE_ZEROED = 1 << 0, PACK_NAMES_HIDDEN = 1 << 1 };
/* What a reader must know to take the image for what it is: file contents were left out, their blocks are zeros. */
enum { PACK_METADATA = 1 << 0 };
enum { PACK_NEEDS_KNOWN = PACK_METADATA };

struct packheader {
	uint32_t needs, has, frame_size;
};

void packheader_encode(uint8_t out[PACKHEADER_SIZE], uint32_t has, uint32_t frame_size);
/* The same header for readers that must know something. */
void packheader_set_needs(uint8_t header[PACKHEADER_SIZE], uint32_t needs);
/* Fails when the file has such a header and needs what is not known. All is 0 when it has none. */
int packheader_read(struct disk *file, const char *name, struct packheader *, gefs_error *);

#endif
