/* The blocks of an image that is being damaged, and what holds them together. Nothing here trusts a hash. */
#ifndef GEFS_DAMAGE_STORE_H
#define GEFS_DAMAGE_STORE_H

#include "format/node.h"
#include "layout.h"

enum { UNIT = 16384 }; /* the largest block of any version; other blocks fit into one */

struct store {
	/* n bytes at addr, within one unit, to be changed in place; NULL for a hole or what lies outside the device. */
	uint8_t *(*at)(struct store *, uint64_t addr, size_t n);
	uint64_t size;
	/* filled by store_detect */
	struct format format;
	const struct layout *layout;
	uint64_t root[GEFS_MAX_ARENAS]; /* where the copies of the root data are */
	uint32_t nroots;
};

/* Finds out the version, with `at` and `size` set; false when it is none that is known. */
bool store_detect(struct store *);
/* The block at addr; NULL when there is none. */
uint8_t *store_block(struct store *, uint64_t addr);
uint64_t store_blocks(const struct store *);
/* The copy of the root data that a reader takes, its fields decoded; NULL when there is none. */
uint8_t *store_root(struct store *, gefs_super *);

/* An image file, changed in place. Prints why and returns NULL when it cannot. */
struct store *store_open(const char *path);
int store_close(struct store *);

/* What changed, one byte for each block of the device. */
enum mark {
	MARK_CHANGED = 1, /* hashes in pointers to it are to be renewed */
	MARK_BODY = 2,    /* a log or deadlist block: renew the hash in its header */
	MARK_VISITED = 4  /* private to rehash */
};

/* Makes all hashes right again above what is marked, up to the root data, and clears the marks. Pointers to
 * unmarked blocks stay as they are, so that a wrong hash that was planted survives. fill: the fill counts, too. */
void rehash(struct store *, uint8_t *marks, bool fill);

/* A number of 1 to 8 bytes, in the byte order of the version. */
void put_number(const struct format *, uint8_t *p, unsigned width, uint64_t v);
uint64_t get_number(const struct format *, const uint8_t *p, unsigned width);

#endif
