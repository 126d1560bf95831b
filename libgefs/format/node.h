/* Tree nodes: the structural validator, and accessors that may trust what it passed.
 * docs/format.md section 10. */
#ifndef GEFS_FORMAT_NODE_H
#define GEFS_FORMAT_NODE_H

#include "format/format.h"

struct node {
	const struct format *f;
	const uint8_t *data; /* the whole block */
	const uint8_t *values, *messages; /* where their areas begin */
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

/* One record: key and value with their lengths before them; a message begins with its operation. */
static inline gefs_record
record_at(const struct format *f, const uint8_t *p, bool message)
{
	gefs_record r = {.op = 0};
	if (message) {
		int op = *p < OPS ? f->op_type[*p] : 0;
		r.op = op ? op : GEFS_OP_INVALID + *p;
		p++;
	}
	r.key = (gefs_bytes){p + 2, get16(f, p)};
	p += 2 + r.key.n;
	r.value = (gefs_bytes){p + 2, get16(f, p)};
	return r;
}

/* Record i of an area, which begins with a table of offsets. */
static inline gefs_record
area_record(const struct format *f, const uint8_t *area, uint32_t i, bool message)
{
	return record_at(f, area + get16(f, area + 2 * (size_t)i), message);
}

static inline gefs_record
node_value(const struct node *n, uint32_t i)
{
	return area_record(n->f, n->values, i, false);
}

static inline gefs_record
node_message(const struct node *n, uint32_t i)
{
	return area_record(n->f, n->messages, i, true);
}

bool node_child(const struct node *, uint32_t i, gefs_ptr *, uint32_t *fill);
uint32_t node_fill(const struct node *);

/* First value with key >= k (after: > k), in 0..nval; the same for messages. */
uint32_t node_find_value(const struct node *, gefs_bytes k, bool after);
uint32_t node_find_message(const struct node *, gefs_bytes k, bool after);

#endif
