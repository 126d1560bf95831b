/* What gefs0001 and its neighbours share: root data in every arena header, logs without a length. */
#ifndef GEFS_FORMAT_GEFS0001_H
#define GEFS_FORMAT_GEFS0001_H

#include "format/format.h"

enum {
	GEFS0001_PIVOT_HEADER = 10,
	GEFS0001_LEAF_HEADER = 6,
	GEFS0001_LIST_HEADER = 10, /* of logs: type and hash */
	GEFS0001_LOG_SLOP = 40,    /* bytes that stay free in a full log block */
	GEFS0001_ROOT_SIZE = 96    /* bytes of an arena header that mean something */
};

uint64_t gefs0001_hash(const void *data, size_t len);
gefs_block_type gefs0001_classify(const struct format *, const uint8_t *block);
bool gefs0001_root_decode(const struct format *, const uint8_t *block, gefs_super *);
bool gefs0001_arena_decode(const struct format *, const uint8_t *block, struct arena_header *);
const char *gefs0001_log_decode(const struct format *, const uint8_t *block, struct log_header *);
uint32_t gefs0001_log_entry(const struct format *, const uint8_t *body, uint32_t size, uint32_t at, gefs_log_entry *,
			    const char **why);
void gefs0001_root_encode(const struct format *, const gefs_super *, uint8_t *block);
void gefs0001_arena_encode(const struct format *, const struct arena_header *, const gefs_super *root, uint8_t *block);
uint32_t gefs0001_log_put(const struct format *, uint8_t *block, uint32_t at, gefs_log_op, uint64_t addr, uint64_t len);
void gefs0001_log_seal(const struct format *, uint8_t *block, uint32_t size, uint64_t next);
uint32_t gefs0001_roots(const struct format *, const struct probe *, uint64_t addr[GEFS_MAX_ARENAS]);

/* The first arena header of this format on the device: where it should be, or where ream puts the others. */
bool gefs0001_find_root(const struct format *, const struct probe *, gefs_super *);

#endif
