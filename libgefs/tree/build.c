#include "tree/build.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"

/* What a parent says of a finished node. */
struct child {
	gefs_bytes key;
	gefs_ptr ptr;
	uint16_t fill;
};

struct level {
	struct child *v;
	size_t n, cap;
};

struct build {
	const struct format *f;
	const struct build_ops *ops;
	uint64_t birth;
	uint32_t nodes;
	uint8_t *block;
	/* What the nodes of this height are made of: records, or the nodes below. */
	const gefs_record *record;
	const struct level *below;
	size_t n;
	gefs_error *e;
};

static gefs_bytes
key_of(const struct build *b, size_t i)
{
	return b->below ? b->below->v[i].key : b->record[i].key;
}

/* Bytes that item i takes, its place in the offset table included. */
static uint32_t
item_size(const struct build *b, size_t i)
{
	size_t value = b->below ? (size_t)CHILD_SIZE : b->record[i].value.n;
	return (uint32_t)(2 + 4 + key_of(b, i).n + value);
}

static uint32_t
space(const struct build *b)
{
	return b->below ? b->f->pivot_space : b->f->leaf_space;
}

/* Puts the value of item i, as long as item_size counts it. */
static void
put_value(const struct build *b, size_t i, uint8_t *p)
{
	if (!b->below) {
		gefs_bytes v = b->record[i].value;
		put16(b->f, p, (uint16_t)v.n);
		if (v.n)
			memcpy(p + 2, v.p, v.n);
		return;
	}
	const struct child *c = &b->below->v[i];
	put16(b->f, p, CHILD_SIZE);
	ptr_encode(b->f, c->ptr, p + 2);
	put16(b->f, p + 2 + PTR_SIZE, c->fill);
}

/* Writes items [from, to) into the block; returns their bytes without the offset table. */
static uint32_t
fill_area(struct build *b, uint8_t *area, size_t from, size_t to)
{
	uint32_t at = space(b);

	for (size_t i = from; i < to; i++) {
		gefs_bytes k = key_of(b, i);
		at -= item_size(b, i) - 2;
		put16(b->f, area + 2 * (i - from), (uint16_t)at);
		put16(b->f, area + at, (uint16_t)k.n);
		memcpy(area + at + 2, k.p, k.n);
		put_value(b, i, area + at + 2 + k.n);
	}
	return space(b) - at;
}

/* Finishes one node of items [from, to) and adds it to the next height. */
static int
make_node(struct build *b, size_t from, size_t to, struct level *out)
{
	const struct format *f = b->f;
	uint8_t *p = b->block;
	size_t n = to - from;

	memset(p, 0, f->blksz);
	uint32_t bytes = fill_area(b, p + (b->below ? f->pivot_header : f->leaf_header), from, to);
	put16(f, p, b->below ? GEFS_BLOCK_PIVOT : GEFS_BLOCK_LEAF);
	put16(f, p + 2, (uint16_t)n);
	put16(f, p + 4, (uint16_t)bytes);
	struct child c = {key_of(b, from), {b->ops->place(b->ops->arg, b->nodes), f->hash(p, f->blksz), b->birth},
			  (uint16_t)(2 * n + bytes)};
	if (!vec_push(out->v, out->n, out->cap, c))
		return gefs_fail_memory(b->e);
	return b->ops->node ? b->ops->node(b->ops->arg, b->nodes++, p) : (b->nodes++, 0);
}

/* Where the node that begins at `from` ends: when it has its share, and in any case before it overflows. */
static size_t
node_end(const struct build *b, size_t from, uint64_t share)
{
	uint32_t size = 0;
	size_t i = from;

	while (i < b->n && size < share && size + item_size(b, i) <= space(b))
		size += item_size(b, i++);
	/* A last item must not stand alone if it can be had otherwise. */
	if (b->below && i == b->n - 1) {
		if (size + item_size(b, i) <= space(b))
			return b->n;
		if (i - from > 2)
			return i - 1;
	}
	return i;
}

/* All nodes of one height. */
static int
make_level(struct build *b, struct level *out)
{
	uint64_t total = 0, count;
	int rc = 0;

	for (size_t i = 0; i < b->n; i++)
		total += item_size(b, i);
	count = (total + space(b) - 1) / space(b);
	for (size_t from = 0, to; rc == 0 && from < b->n; from = to) {
		to = node_end(b, from, (total + count - 1) / count);
		rc = make_node(b, from, to, out);
	}
	return rc;
}

static int
check_records(const struct format *f, const gefs_record *r, size_t n, gefs_error *e)
{
	if (n == 0)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "a tree cannot be empty");
	for (size_t i = 0; i < n; i++) {
		if (r[i].key.n == 0 || r[i].key.n > f->key_max || r[i].value.n > VALUE_MAX)
			return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "a record of %zu and %zu bytes fits into no tree", r[i].key.n,
					 r[i].value.n);
		if (i && bytes_cmp(r[i - 1].key, r[i].key) >= 0)
			return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "records of a tree are out of order");
	}
	return 0;
}

int
tree_build(const struct format *f, const gefs_record *r, size_t n, uint64_t birth, const struct build_ops *ops,
	   struct built *out, gefs_error *e)
{
	struct build b = {.f = f, .ops = ops, .birth = birth, .record = r, .n = n, .e = e};
	struct level level = {0};
	int rc = check_records(f, r, n, e);

	if (rc == 0 && !(b.block = malloc(f->blksz)))
		rc = gefs_fail_memory(e);
	for (out->height = 0; rc == 0 && (out->height == 0 || level.n > 1); out->height++) {
		struct level next = {0};
		rc = make_level(&b, &next);
		free(level.v);
		level = next;
		b.below = &level;
		b.n = level.n;
	}
	if (rc == 0) {
		out->root = level.v[0].ptr;
		out->nodes = b.nodes;
	}
	free(level.v);
	free(b.block);
	return rc;
}
