/* The new device, written front to back: superblock, then for each arena its headers, log and live blocks, and the other
 * superblock. */
#ifndef GEFS_REWRITE_OUTPUT_H
#define GEFS_REWRITE_OUTPUT_H

#include "rewrite/rewrite.h"

struct output {
	struct rewrite *r;
	gefs_output_fn fn;
	void *arg;
	gefs_super super;
	uint64_t blocks;  /* live ones, in all */
	uint64_t next;    /* live block that comes next */
	uint32_t arenas;  /* whose beginnings are written */
	uint8_t *buf;     /* small pieces are put together here */
	uint64_t at;      /* where buf belongs */
	size_t fill;
	uint8_t *block;
	uint64_t used;    /* bytes, in all arenas */
};

/* Everything about the new image must be known by now. */
int output_begin(struct output *, struct rewrite *, gefs_output_fn, void *arg);
/* The next live block, or the next n. The argument is a struct output. */
int output_block(void *out, const uint8_t *);
int output_blocks(void *out, const uint8_t *, size_t n);
int output_end(struct output *);
void output_free(struct output *);

#endif
