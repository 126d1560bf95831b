/* The blocks of an image that is being damaged, and what holds them together. Nothing here trusts a hash. */
#ifndef GEFS_DAMAGE_STORE_H
#define GEFS_DAMAGE_STORE_H

#include "format/node.h"

enum { BLOCK = 16384 };

struct store {
	/* The block at addr, to be changed in place; NULL for a hole or what is no block of the device. */
	uint8_t *(*block)(struct store *, uint64_t addr);
	uint64_t size;
};

/* An image file, changed in place. Prints why and returns NULL when it cannot. */
struct store *store_open(const char *path);
int store_close(struct store *);

/* What changed, one byte for each block of the device. */
enum mark {
	MARK_CHANGED = 1, /* hashes in pointers to it are to be renewed */
	MARK_BODY = 2,    /* a log or deadlist block: renew the hash in its header */
	MARK_VISITED = 4  /* private to rehash */
};

/* Makes all hashes right again above what is marked, up to the superblocks, and clears the marks. Pointers to
 * unmarked blocks stay as they are, so that a wrong hash that was planted survives. fill: the fill counts, too. */
void rehash(struct store *, uint8_t *marks, bool fill);

static inline void
put_be(uint8_t *p, unsigned width, uint64_t v)
{
	for (unsigned i = 0; i < width; i++)
		p[i] = (uint8_t)(v >> 8 * (width - 1 - i));
}

static inline uint64_t
get_be(const uint8_t *p, unsigned width)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < width; i++)
		v = v << 8 | p[i];
	return v;
}

static inline uint64_t
last_block(const struct store *s)
{
	return s->size - s->size % BLOCK - BLOCK;
}

#endif
