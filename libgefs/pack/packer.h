/* What the parts of packing share. */
#ifndef GEFS_PACK_PACKER_H
#define GEFS_PACK_PACKER_H

#include "base/pool.h"
#include "disk/frameindex.h"
#include "image.h"
#include "pack/freespace.h"
#include "pack/view.h"

struct packed {
	uint8_t *buf; /* bound bytes */
	size_t len, content, zeroed;
	uint32_t checksum;
	gefs_error error; /* code is GEFS_OK when there is none */
};

struct worker {
	struct ZSTD_CCtx_s *ctx;
	uint8_t *in; /* a frame */
};

struct packer {
	struct disk *disk;
	gefs_image *img; /* NULL: the disk is packed as it is */
	struct freespace free;
	struct metadata metadata;
	struct hide hide;
	struct disk *view; /* which is packed instead of the image's disk; or NULL */
	gefs_pack_options o;
	struct pool *pool;
	struct worker *workers;
	size_t per_batch, bound;
	struct batch {
		struct packer *p;
		uint64_t start; /* in the image */
		struct packed *frames;
		struct pool_batch work;
	} batch[2];
	struct frameindex index;
	size_t cap_frames, cap_checksums;
	struct frame end; /* of what was written */
	gefs_write_fn write;
	void *write_arg;
	gefs_pack_stats *stats;
};

/* compress.c: frames by all threads. Needs disk, free and o. */
int packer_buffers(struct packer *, unsigned jobs, gefs_error *);
void packer_buffers_free(struct packer *);
/* Begins to compress the batch that starts at off; b->work is to be waited for. */
void packer_start(struct packer *, struct batch *b, uint64_t off);

#endif
