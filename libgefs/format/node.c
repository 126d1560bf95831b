#include "format/node.h"

#include <stdio.h>

struct area { /* values of a leaf, pointers of a pivot, or messages */
	const struct format *f;
	const uint8_t *base;
	uint32_t space, count, size; /* size: as the header says, of records without offsets */
	bool message;
};

struct parse {
	node_report report;
	void *arg;
	struct node *n;
};

static void
tell(struct parse *p, enum node_problem what, int slot, bool message, const char *text)
{
	p->n->clean = false;
	if (p->report)
		p->report(p->arg, what, slot, message, text);
}

static struct area
value_area(const struct node *n)
{
	const struct format *f = n->f;
	return (struct area){f, n->values, n->leaf ? f->leaf_space : f->pivot_space, n->nval, n->valsz, false};
}

static struct area
message_area(const struct node *n)
{
	return (struct area){n->f, n->messages, n->f->buffer_space, n->nbuf, n->bufsz, true};
}

/* A record's place in its area, and its sizes. */
struct spot {
	uint32_t off, size; /* of the whole record */
	uint32_t nk, nv;    /* of key and value */
};

/* False when record i does not lie inside the area, behind the offset table; only off is told then. */
static bool
locate(const struct area *a, uint32_t i, struct spot *s)
{
	uint32_t fixed = a->message ? 5 : 4, at = a->message ? 1 : 0;

	s->off = get16(a->f, a->base + 2 * (size_t)i);
	if (s->off < 2 * a->count || s->off + fixed > a->space)
		return false;
	s->nk = get16(a->f, a->base + s->off + at);
	if (s->off + fixed + s->nk > a->space)
		return false;
	s->nv = get16(a->f, a->base + s->off + at + 2 + s->nk);
	s->size = fixed + s->nk + s->nv;
	return s->off + s->size <= a->space;
}

static void
check_sizes(struct parse *p, const struct area *a, uint32_t i, const struct spot *s)
{
	char text[96];

	if (s->nk == 0 || s->nk > a->f->key_max) {
		snprintf(text, sizeof text, "key of %u bytes, expected 1 to %u", s->nk, a->f->key_max);
		tell(p, NODE_KEY_SIZE, (int)i, a->message, text);
	}
	if (!p->n->leaf && !a->message) {
		if (s->nv != CHILD_SIZE) {
			snprintf(text, sizeof text, "child pointer of %u bytes, expected %d", s->nv, CHILD_SIZE);
			tell(p, NODE_CHILD_SIZE, (int)i, false, text);
		}
	} else if (s->nv > VALUE_MAX) {
		snprintf(text, sizeof text, "value of %u bytes, expected at most %d", s->nv, VALUE_MAX);
		tell(p, NODE_VALUE_SIZE, (int)i, a->message, text);
	}
}

static void
check_order(struct parse *p, const struct area *a)
{
	gefs_bytes before = {NULL, 0};

	for (uint32_t i = 0; i < a->count; i++) {
		gefs_bytes key = area_record(a->f, a->base, i, a->message).key;
		int c = i ? bytes_cmp(before, key) : -1;
		if (a->message ? c > 0 : c >= 0)
			tell(p, a->message ? NODE_MSG_ORDER : NODE_ORDER, (int)i, a->message,
			     c == 0 ? "the same key twice" : "key out of order");
		before = key;
	}
}

/* Marks [off, off+len); false when part of it was marked. */
static bool
mark(uint64_t *map, uint32_t off, uint32_t len)
{
	bool fresh = true;
	for (uint32_t end = off + len; off < end;) {
		uint32_t bit = off % 64, n = 64 - bit < end - off ? 64 - bit : end - off;
		uint64_t mask = (n == 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1) << bit;
		if (map[off / 64] & mask)
			fresh = false;
		map[off / 64] |= mask;
		off += n;
	}
	return fresh;
}

static void
check_overlap(struct parse *p, const struct area *a)
{
	uint64_t map[65536 / 64] = {0};

	for (uint32_t i = 0; i < a->count; i++) {
		struct spot s;
		if (locate(a, i, &s) && !mark(map, s.off, s.size))
			tell(p, NODE_OVERLAP, (int)i, a->message, "record overlaps another one");
	}
}

/* False when some record cannot be read. */
static bool
check_area(struct parse *p, const struct area *a)
{
	uint32_t sum = 0, expect = a->space;
	bool packed = true; /* as writers place records, which cannot overlap */
	bool inside = true;
	char text[96];

	if (2 * a->count + a->size > a->space) {
		snprintf(text, sizeof text, "%u %s of %u bytes do not fit into %u", a->count,
			 a->message ? "messages" : "records", a->size, a->space);
		tell(p, NODE_OVERFULL, -1, a->message, text);
		if (2 * a->count > a->space)
			return false;
	}
	for (uint32_t i = 0; i < a->count; i++) {
		struct spot s;
		if (!locate(a, i, &s)) {
			snprintf(text, sizeof text, "record at offset %u does not lie inside its area of %u bytes", s.off,
				 a->space);
			tell(p, NODE_BOUNDS, (int)i, a->message, text);
			inside = false;
			continue;
		}
		sum += s.size;
		if (s.off + s.size != expect)
			packed = false;
		expect = s.off;
		check_sizes(p, a, i, &s);
	}
	if (!inside)
		return false;
	if (!packed)
		check_overlap(p, a);
	if (sum != a->size) {
		snprintf(text, sizeof text, "%s is %u, the records have %u bytes", a->message ? "bufsz" : "valsz", a->size,
			 sum);
		tell(p, NODE_SIZES, -1, a->message, text);
	}
	check_order(p, a);
	return true;
}

void
node_parse(const struct format *f, const uint8_t *b, struct node *n, node_report report, void *arg)
{
	struct parse p = {report, arg, n};
	gefs_block_type t = f->classify(f, b);

	*n = (struct node){.f = f, .data = b, .clean = true};
	if (t != GEFS_BLOCK_PIVOT && t != GEFS_BLOCK_LEAF) {
		char text[96];
		snprintf(text, sizeof text, "block of type 0x%x (%s), expected a tree node", get16(f, b),
			 gefs_block_type_name(t));
		tell(&p, NODE_TYPE, -1, false, text);
		return;
	}
	n->leaf = t == GEFS_BLOCK_LEAF;
	n->values = b + (n->leaf ? f->leaf_header : f->pivot_header);
	n->messages = b + f->pivot_header + f->pivot_space;
	n->nval = get16(f, b + 2);
	n->valsz = get16(f, b + 4);
	if (!n->leaf) {
		n->nbuf = get16(f, b + 6);
		n->bufsz = get16(f, b + 8);
	}
	if (n->nval == 0)
		tell(&p, NODE_EMPTY, -1, false, n->leaf ? "leaf without records" : "pivot without children");
	else if (n->nval == 1 && !n->leaf)
		tell(&p, NODE_ONLY_CHILD, -1, false, "pivot with a single child");
	struct area values = value_area(n);
	n->usable = check_area(&p, &values);
	if (!n->leaf) {
		struct area messages = message_area(n);
		n->usable &= check_area(&p, &messages);
	}
}

bool
node_child(const struct node *n, uint32_t i, gefs_ptr *ptr, uint32_t *fill)
{
	gefs_bytes v = node_value(n, i).value;
	if (n->leaf || v.n != CHILD_SIZE)
		return false;
	*ptr = ptr_decode(n->f, v.p);
	if (fill)
		*fill = get16(n->f, v.p + PTR_SIZE);
	return true;
}

uint32_t
node_fill(const struct node *n)
{
	return 2 * n->nval + n->valsz + 2 * n->nbuf + n->bufsz;
}

static uint32_t
find(const struct area *a, gefs_bytes k, bool after)
{
	uint32_t lo = 0, hi = a->count;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		int c = bytes_cmp(area_record(a->f, a->base, mid, a->message).key, k);
		if (c < 0 || (after && c == 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

uint32_t
node_find_value(const struct node *n, gefs_bytes k, bool after)
{
	struct area a = value_area(n);
	return find(&a, k, after);
}

uint32_t
node_find_message(const struct node *n, gefs_bytes k, bool after)
{
	struct area a = message_area(n);
	return find(&a, k, after);
}
