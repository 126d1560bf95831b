/* Tree nodes: the structural validator, and accessors that may trust what it passed.
 * docs/format.md section 10. */
#ifndef GEFS_FORMAT_NODE_H
#define GEFS_FORMAT_NODE_H

#include "format/format.h"

struct node {
	const struct format *f;
	const uint8_t *data; /* the whole block */
	bool leaf;
	bool usable; /* every record lies inside its area: accessors are safe */
	bool clean;  /* nothing at all was reported */
	uint32_t nval, valsz, nbuf, bufsz;
};

enum node_problem {
	NODE_TYPE,     /* neither pivot nor leaf */
	NODE_EMPTY,
	NODE_ONLY_CHILD,
	NODE_OVERFULL,
	NODE_SIZES,    /* valsz or bufsz is not the sum of the records */
	NODE_BOUNDS,   /* a record lies outside its area */
	NODE_OVERLAP,
	NODE_ORDER,
	NODE_MSG_ORDER,
	NODE_KEY_SIZE,
	NODE_VALUE_SIZE,
	NODE_CHILD_SIZE /* a pivot value that is no pointer */
};

/* slot: record number; -1 for the whole node. */
typedef void (*node_report)(void *arg, enum node_problem, int slot, bool message, const char *text);

/* Judges one block by its bytes alone. report may be NULL. */
void node_parse(const struct format *, const uint8_t *block, struct node *out, node_report report, void *arg);

gefs_record node_value(const struct node *, uint32_t i);
gefs_record node_message(const struct node *, uint32_t i);
bool node_child(const struct node *, uint32_t i, gefs_ptr *, uint32_t *fill);
uint32_t node_fill(const struct node *);

/* First value with key >= k (after: > k), in 0..nval; the same for messages. */
uint32_t node_find_value(const struct node *, gefs_bytes k, bool after);
uint32_t node_find_message(const struct node *, gefs_bytes k, bool after);

#endif
