/* Reading Bε-trees: docs/format.md section 12. Messages are applied in one place, merge.c. */
#ifndef GEFS_TREE_TREE_H
#define GEFS_TREE_TREE_H

#include "block/cache.h"

enum { TREE_HEIGHT_MAX = 64, VALUE_BUFFER = 1024 };

/* The messages of one pivot that concern a key range. */
struct pending {
	const struct node *node;
	uint64_t addr;
	uint32_t from, to;
};

/* Buffers from the root (0) down to the pivot nearest to the leaf. */
struct path {
	struct pending level[TREE_HEIGHT_MAX];
	unsigned depth;
};

/* A half-open range of keys; no upper bound when unbounded. */
struct bounds {
	gefs_bytes lo, hi;
	bool unbounded;
};

/* Told of messages that cannot be applied (delete of an absent key, a malformed wstat). addr: the pivot. */
typedef void (*misapplied_fn)(void *arg, uint64_t addr, const gefs_record *, const char *why);

/* Told of values that a pending clear will remove from the leaf, and with them their blocks. */
typedef void (*cleared_fn)(void *arg, gefs_bytes key, gefs_bytes value);

/* One key after another, with its value after all messages. The value is in the node or in buf. */
struct merge {
	const struct node *leaf; /* NULL: messages only */
	uint32_t at, end;
	struct path path;
	bool plain; /* there are no messages */
	misapplied_fn misapplied;
	cleared_fn cleared;
	void *arg;
	/* Set by merge_observe: */
	uint64_t leaf_addr;
	gefs_step_fn step;
	void *step_arg;
	int stopped; /* what step has returned */
	const char *problem; /* of the message at hand */
	uint8_t buf[VALUE_BUFFER];
};

/* Prepares m for the keys of `in`; path's levels are narrowed to it. */
void merge_start(struct merge *m, const struct node *leaf, const struct path *path, const struct bounds *in);
/* Has each step towards the values told, from the start on; when step returns non-zero, there is no next key. */
void merge_observe(struct merge *, uint64_t leaf_addr, gefs_step_fn step, void *arg);
/* 1: a present key; 0: the end. key and value are valid until the next call. */
int merge_next(struct merge *m, gefs_bytes *key, gefs_bytes *value);

/* Before the next key of both is asked for: passes over what their leaves hold alike, unless there are messages. */
void merge_skip_alike(struct merge *, struct merge *);

/* Narrows path to the messages in the range; false when there are none left. */
bool path_narrow(struct path *, const struct path *from, const struct bounds *in);

/* The range of child i inside `in`; false when it is empty. */
bool child_bounds(const struct node *, uint32_t i, const struct bounds *in, struct bounds *out);
/* Children of a pivot that concern a range: [*from, *to). */
void child_span(const struct node *, const struct bounds *in, uint32_t *from, uint32_t *to);
/* For a loop over the children [from, to) that is at i: reads them ahead, in spans of PREFETCH_MAX, of which one is in
 * use while the next one is read. */
void prefetch_children(gefs_image *, const struct node *, uint32_t from, uint32_t to, uint32_t i);

/* How many values of a from i on are the same, byte by byte, as those of b from j on; at most max. */
uint32_t values_alike(const struct node *a, uint32_t i, const struct node *b, uint32_t j, uint32_t max);

/* Two usable leaves side by side, in the order of their keys. */
struct leaf_pair {
	const struct node *leaf[2];
	uint32_t next[2]; /* values not looked at */
	uint32_t at[2];   /* the values that pair_next found */
};
/* The next key whose values differ: bit 0 is set when the first leaf has it, bit 1 when the second has. 0: the end. */
unsigned pair_next(struct leaf_pair *);

struct scan_ops {
	gefs_kv_fn kv;
	gefs_damage_fn damage;     /* may be NULL */
	misapplied_fn misapplied;  /* may be NULL */
	void *arg;
	gefs_step_fn step;         /* may be NULL; else kv may be, and steps are told instead */
};
/* All keys of a range. */
int tree_scan(gefs_image *, const gefs_tree *, const struct bounds *, const struct scan_ops *, gefs_error *);

/* The range of keys that start with prefix; storage holds the upper bound. */
struct bounds prefix_bounds(gefs_bytes prefix, uint8_t storage[KEY_MAX]);

#endif
