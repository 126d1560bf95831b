/* Short logs: an arena's free ranges, and nothing else. Docs/format.md sections 9, 26 and 33. */
#ifndef GEFS_ALLOC_COMPRESS_H
#define GEFS_ALLOC_COMPRESS_H

#include "base/rangeset.h"
#include "image.h"

struct log_request {
	const gefs_range *release; /* what becomes free besides the blocks of the old log */
	size_t nrelease;
	/* Something refers to the block, be it the old log: nothing new may go there although it counts as free. */
	bool (*in_use)(void *arg, uint64_t addr);
	void *arg;
};

enum log_plan { LOG_NEW, LOG_SHORT_ALREADY, LOG_NO_ROOM };

struct new_log {
	enum log_plan plan;
	/* of a LOG_NEW: */
	uint64_t *addr; /* its blocks, in order */
	uint32_t nblocks;
	uint64_t entries;
	struct rangeset *free; /* when it is in force */
	uint64_t free_bytes;
};

/* Blocks come from what is free now, the lowest first, as few as needed. */
int log_plan(gefs_image *, uint32_t arena, const struct log_request *, struct new_log *, gefs_error *);
void log_plan_free(struct new_log *);

/* Gives each block of the new log; size: bytes of its body that hold entries, the continuation not counted. */
typedef int (*log_put_fn)(void *arg, uint64_t addr, const uint8_t *block, uint32_t size, gefs_error *);
int log_build(gefs_image *, uint32_t arena, const struct new_log *, log_put_fn, void *arg, gefs_error *);

#endif
