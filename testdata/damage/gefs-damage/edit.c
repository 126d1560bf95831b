#include "edit.h"

#include <stdlib.h>

#define F (&format_gefs9)

struct shape { /* the area of a node that is written anew */
	uint32_t base, space, count_at, fixed;
};

static struct shape
shape_of(const uint8_t *b, bool message)
{
	if (message)
		return (struct shape){F->pivot_header + F->pivot_space, F->buffer_space, 6, 5};
	if (be16(b) == GEFS_BLOCK_LEAF)
		return (struct shape){F->leaf_header, F->leaf_space, 2, 4};
	return (struct shape){F->pivot_header, F->pivot_space, 2, 4};
}

static void
put_record(uint8_t *p, bool message, const gefs_record *r)
{
	if (message)
		*p++ = (uint8_t)r->op;
	put_be(p, 2, r->key.n);
	memcpy(p + 2, r->key.p, r->key.n);
	p += 2 + r->key.n;
	put_be(p, 2, r->value.n);
	if (r->value.n)
		memcpy(p + 2, r->value.p, r->value.n);
}

/* Writes an area anew from records, which may point into the block. */
static bool
write_area(uint8_t *b, bool message, const gefs_record *r, uint32_t n)
{
	struct shape sh = shape_of(b, message);
	uint8_t fresh[BLOCK] = {0};
	uint32_t at = sh.space;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t size = sh.fixed + (uint32_t)(r[i].key.n + r[i].value.n);
		if (at < size + 2 * n)
			return false;
		at -= size;
		put_record(fresh + at, message, &r[i]);
		put_be(fresh + 2 * i, 2, at);
	}
	memcpy(b + sh.base, fresh, sh.space);
	put_be(b + sh.count_at, 2, n);
	put_be(b + sh.count_at + 2, 2, sh.space - at);
	return true;
}

enum { MAX_RECORDS = 4096 };

static uint32_t
records(const struct node *n, bool message, gefs_record *r)
{
	uint32_t count = message ? n->nbuf : n->nval;
	for (uint32_t i = 0; i < count; i++)
		r[i] = message ? node_message(n, i) : node_value(n, i);
	return count;
}

bool
edit_delete(uint8_t *b, const struct spot *sp)
{
	struct node n;
	gefs_record r[MAX_RECORDS];

	node_parse(F, b, &n, NULL, NULL);
	if (!n.usable)
		return false;
	uint32_t count = records(&n, sp->message, r) - 1;
	memmove(r + sp->slot, r + sp->slot + 1, (count - sp->slot) * sizeof *r);
	return write_area(b, sp->message, r, count);
}

bool
edit_insert(uint8_t *b, int op, gefs_bytes key, gefs_bytes value)
{
	struct node n;
	gefs_record r[MAX_RECORDS];
	bool message = op != 0;

	node_parse(F, b, &n, NULL, NULL);
	if (!n.usable || (message && n.leaf))
		return false;
	uint32_t count = records(&n, message, r);
	uint32_t at = message ? node_find_message(&n, key, true) : node_find_value(&n, key, true);
	memmove(r + at + 1, r + at, (count - at) * sizeof *r);
	r[at] = (gefs_record){op, key, value};
	return write_area(b, message, r, count + 1);
}

/* Appends the words of one entry to w; 0 when it is none. */
static size_t
parse_entry(const char **p, uint64_t *w)
{
	static const char *const names[] = {"", "alloc1:", "free1:", "sync:", "alloc:", "free:"};
	size_t op = 0, words = 1;
	char *end;

	for (size_t i = 1; i < sizeof names / sizeof *names; i++)
		if (strncmp(*p, names[i], strlen(names[i])) == 0)
			op = i;
	*p += strlen(names[op]);
	w[0] = strtoull(*p, &end, 0);
	if (end == *p)
		return 0;
	w[0] = op == GEFS_LOG_SYNC ? w[0] << 8 | op : w[0] | op;
	if (*end == ':') {
		w[1] = strtoull(end + 1, &end, 0);
		words = 2;
	}
	*p = end + (*end == ',');
	return words;
}

/* Where in a log's body the last barrier stands; its end if there is none. */
static uint32_t
barrier_at(const uint8_t *b, uint32_t size)
{
	uint32_t found = size;
	gefs_log_entry e;
	const char *why;
	for (uint32_t at = 0, n; at < size; at += n) {
		n = F->log_entry(F, b + F->log_header, size, at, &e, &why);
		if (n == 0)
			break;
		if (e.op == GEFS_LOG_SYNC)
			found = at;
	}
	return found;
}

bool
edit_append(uint8_t *b, const char *text)
{
	uint32_t size = be16(b + 2), at = be16(b) == GEFS_BLOCK_LOG ? barrier_at(b, size) : size;
	uint64_t w[64];
	size_t n = 0, got;

	while (*text) {
		if (n > 62 || (got = parse_entry(&text, w + n)) == 0)
			return false;
		n += got;
	}
	if (size + 8 * n > F->log_space)
		return false;
	uint8_t *body = b + F->log_header;
	memmove(body + at + 8 * n, body + at, size - at);
	for (size_t i = 0; i < n; i++)
		put_be64(body + at + 8 * i, w[i]);
	put_be(b + 2, 2, size + 8 * n);
	return true;
}
