/* Verified tree nodes, kept in bounded memory (CACHE_BLOCKS blocks), and bulk reading of anything. */
#ifndef GEFS_BLOCK_CACHE_H
#define GEFS_BLOCK_CACHE_H

#include "format/node.h"
#include "image.h"

/* Small on purpose: fresh memory costs more than reading a block from the page cache again. */
enum { CACHE_BLOCKS = 128, PREFETCH_MAX = CACHE_BLOCKS / 2 };

/* Buffers that blocks are read into: processors copy several times slower to memory that lies askew. */
enum { BLOCK_ALIGN = 4096 };

/* A node in memory. Held by whoever opened it until gefs_node_close. */
struct gefs_node {
	struct node n;
	uint64_t addr;
	uint64_t hash; /* of its bytes */
	struct cache *cache;
	unsigned refs;
	struct gefs_node *next;         /* in its hash chain */
	struct gefs_node *older, *newer; /* by last use, when unreferenced */
	uint8_t *data; /* a block of its own memory, BLOCK_ALIGN aligned */
};

struct cache;
struct cache *cache_new(void);
void cache_free(struct cache *);

/* The block at addr as a node, whatever its hash (which is in ->hash) and state. NULL when it cannot be read. */
struct gefs_node *cache_load(gefs_image *, uint64_t addr, gefs_error *);

/* What bulk_read learns of one block. */
struct bulk_item {
	gefs_ptr ptr;
	uint64_t tag;   /* the caller's */
	uint64_t hash;  /* of the bytes found */
	bool read_ok;
};

/* Reads blocks in address order, neighbours in one piece, and hashes them, with all threads. Sorts items. When data
 * is not NULL each block is also given to it, from any thread. */
void bulk_read(gefs_image *, struct bulk_item *items, size_t n,
	       void (*data)(void *arg, struct bulk_item *, const uint8_t *block), void *arg);

/* The same, while beside(arg) runs in one of the threads: reading what comes next, writing what came before. */
void bulk_read_beside(gefs_image *, struct bulk_item *items, size_t n,
		      void (*data)(void *arg, struct bulk_item *, const uint8_t *block), void (*beside)(void *arg),
		      void *arg);

/* Brings those of the nodes that are not cached into the cache, in one sweep. Damage shows when they are opened. */
void cache_prefetch(gefs_image *, const gefs_ptr *ptrs, size_t n);

#endif
