/* Laying out a whole image anew: what the files of this folder share.
 *
 * Everything rests on one walk over the trees (walk.c) that always goes the same way. Its first run gives numbers to
 * nodes and data blocks; the later ones meet them in the order of these numbers, so that what comes next on the new
 * device is what comes next in the walk, and nothing needs to be remembered but the numbers and the new hashes. */
#ifndef GEFS_REWRITE_REWRITE_H
#define GEFS_REWRITE_REWRITE_H

#include "block/cache.h"
#include "check/ledger.h"
#include "rewrite/device.h"
#include "rewrite/keep.h"
#include "tree/build.h"

/* A deadlist of the new image: its blocks are numbers in rewrite.dead. */
struct new_list {
	uint64_t gen, birth;
	size_t first, count;  /* its entries in rewrite.dead */
	uint64_t block;       /* index of its first block among all deadlist blocks */
};

struct rewrite {
	gefs_image *img;
	const struct format *f;
	const gefs_rewrite_options *opts;
	struct keep keep;
	/* What the first walk found. A block's entry is 0, or tells node i as i + 1 and data block i as DATA_TOP - i, so
	 * that both can grow towards each other. */
	struct ledger *number;
	uint32_t nodes, data; /* how many */
	uint64_t *hash;       /* of nodes, as they will be */
	struct ledger *print; /* where blocks may have been overwritten: which hash a live block is expected to have */
	const gefs_snap *at;  /* whose tree is being walked */
	/* Deadlists, ascending by (gen, birth). */
	struct new_list *list;
	size_t nlists, cap_lists;
	uint32_t *dead; /* ledger entries */
	size_t ndead, cap_dead;
	uint64_t dead_blocks;
	/* Snapshot tree. */
	struct built snaptree;
	/* The new device: nodes, deadlists, snapshot tree and data follow each other. */
	struct device device;
	bool failed; /* where it could not be said at once */
	gefs_error *e;
};

#define DATA_TOP (UINT32_MAX - 1)
#define DATA_LIVE UINT32_MAX /* in use, but not numbered yet */

static inline bool
entry_is_node(const struct rewrite *r, uint32_t entry)
{
	return entry != 0 && entry - 1 < r->nodes;
}

static inline bool
entry_is_data(const struct rewrite *r, uint32_t entry)
{
	return entry <= DATA_TOP && DATA_TOP - entry < r->data;
}

/* Blocks before the data: nodes, deadlists, snapshot tree. */
static inline uint64_t
rewrite_metadata(const struct rewrite *r)
{
	return r->nodes + r->dead_blocks + r->snaptree.nodes;
}

/* Place among all live blocks of what a ledger entry stands for. */
static inline uint64_t
entry_index(const struct rewrite *r, uint32_t entry)
{
	return entry_is_node(r, entry) ? entry - 1 : rewrite_metadata(r) + (DATA_TOP - entry);
}

/* Is this pointer one of those whose block goes along? Not, if it is one that a message has replaced while the server had
 * released its block already. */
bool rewrite_live(const struct rewrite *, const gefs_ptr *);

/* Fails because of a data block of the snapshot r->at, and says which file it belongs to. */
int rewrite_fail_data(struct rewrite *, const gefs_snap *, uint64_t qid, uint64_t offset, uint64_t addr, const char *why);

/* Tells the caller how far things are; -1 when it wants to stop. */
int rewrite_progress(struct rewrite *, const char *what, uint64_t done, uint64_t total);

/* plan.c: numbers for everything that lives. */
int plan_numbers(struct rewrite *);

/* dead.c: the deadlists by the rule of docs/format.md section 15. */
int dead_collect(struct rewrite *);
int dead_write(struct rewrite *, int (*block)(void *arg, const uint8_t *), void *arg);
/* First block, last block and both of list i. */
void dead_ends(const struct rewrite *, const struct new_list *, gefs_ptr *head, gefs_ptr *tail);

/* snaptree.c: builds the snapshot tree; block may be NULL. Before the nodes have hashes it says how large the tree is. */
int snaptree_write(struct rewrite *, int (*block)(void *arg, const uint8_t *), void *arg);

/* nodes.c: nodes with new addresses and hashes, in order; block NULL: only computes the hashes. */
int nodes_write(struct rewrite *, int (*block)(void *arg, const uint8_t *), void *arg);

/* copy.c: file data, verified, in order and in large pieces of whole blocks. */
int copy_data(struct rewrite *, int (*blocks)(void *arg, const uint8_t *, size_t n), void *arg);

#endif
