/* Verified tree nodes, kept in bounded memory (CACHE_BLOCKS blocks), and bulk reading of anything. */
#ifndef GEFS_BLOCK_CACHE_H
#define GEFS_BLOCK_CACHE_H

#include "base/pool.h"
#include "format/node.h"
#include "image.h"

/* Small on purpose: fresh memory costs more than reading a block from the page cache again. Room for a span of nodes in
 * use, one that is read ahead, and what is looked up besides. */
enum { CACHE_BLOCKS = 96, PREFETCH_MAX = CACHE_BLOCKS / 3 };

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
	uint8_t *data; /* a block of memory, BLOCK_ALIGN aligned */
	/* The checker's, while the node is cached: a leaf of files that was visited, where nothing is wrong with any record
	 * in a node born then. */
	bool fine;
	uint64_t fine_birth;
};

struct cache;
struct cache *cache_new(void);
void cache_free(struct cache *);

/* The block at addr as a node, whatever its hash (which is in ->hash) and state. NULL when it cannot be read. */
struct gefs_node *cache_load(gefs_image *, uint64_t addr, gefs_error *);

/* The same, but NULL when it is neither in memory nor on its way there. */
struct gefs_node *cache_hold(gefs_image *, uint64_t addr);

/* Of no node in memory it is known that it is fine. */
void cache_doubt(gefs_image *);

/* What bulk_read learns of one block. */
struct bulk_item {
	gefs_ptr ptr;
	uint64_t tag;   /* the caller's */
	uint8_t *into;  /* memory that is to hold the block, for all items or none; NULL: nothing keeps it */
	uint64_t hash;  /* of the bytes found */
	bool read_ok;
};

/* Blocks to read. */
struct bulk {
	gefs_image *img;
	struct bulk_item *items;
	size_t n;
	void (*data)(void *arg, struct bulk_item *, const uint8_t *block); /* given each block, from any thread; or NULL */
	void *arg;
	/* bulk_start's: */
	struct piece *pieces;
	struct pool_batch batch;
};

/* Has blocks read in address order, neighbours in one piece, and hashed, by all other threads. Sorts the items; they
 * belong to the threads until bulk_finish, which waits and does its part. */
void bulk_start(struct bulk *);
void bulk_finish(struct bulk *);
/* Both. Fails only when it was interrupted: what could not be read the items tell. */
int bulk_read(gefs_image *, struct bulk_item *items, size_t n,
	      void (*data)(void *arg, struct bulk_item *, const uint8_t *block), void *arg, gefs_error *);

/* Begins to bring those of the nodes that are not cached into the cache, in one sweep: at most PREFETCH_MAX, which are
 * there when they are asked for. What was begun before is completed. Damage shows when a node is opened. */
void cache_prefetch(gefs_image *, const gefs_ptr *ptrs, size_t n);

#endif
