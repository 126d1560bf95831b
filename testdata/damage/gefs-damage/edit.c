#include "edit.h"

#include <stdlib.h>

struct shape { /* the area of a node that is written anew */
	uint32_t base, space, count_at, fixed;
};

static struct shape
shape_of(const struct format *f, const uint8_t *b, bool message)
{
	if (message)
		return (struct shape){f->pivot_header + f->pivot_space, f->buffer_space, 6, 5};
	if (f->classify(f, b) == GEFS_BLOCK_LEAF)
		return (struct shape){f->leaf_header, f->leaf_space, 2, 4};
	return (struct shape){f->pivot_header, f->pivot_space, 2, 4};
}

/* The byte that stands for an operation. */
static uint8_t
op_byte(const struct format *f, int op)
{
	for (int i = 0; i < OPS; i++)
		if (f->op_type[i] == op)
			return (uint8_t)i;
	return (uint8_t)(op - GEFS_OP_INVALID);
}

static void
put_record(const struct format *f, uint8_t *p, bool message, const gefs_record *r)
{
	if (message)
		*p++ = op_byte(f, r->op);
	put_number(f, p, 2, r->key.n);
	memcpy(p + 2, r->key.p, r->key.n);
	p += 2 + r->key.n;
	put_number(f, p, 2, r->value.n);
	if (r->value.n)
		memcpy(p + 2, r->value.p, r->value.n);
}

/* Writes an area anew from records, which may point into the block. */
static bool
write_area(const struct format *f, uint8_t *b, bool message, const gefs_record *r, uint32_t n)
{
	struct shape sh = shape_of(f, b, message);
	uint8_t fresh[UNIT] = {0};
	uint32_t at = sh.space;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t size = sh.fixed + (uint32_t)(r[i].key.n + r[i].value.n);
		if (at < size + 2 * n)
			return false;
		at -= size;
		put_record(f, fresh + at, message, &r[i]);
		put_number(f, fresh + 2 * i, 2, at);
	}
	memcpy(b + sh.base, fresh, sh.space);
	put_number(f, b + sh.count_at, 2, n);
	put_number(f, b + sh.count_at + 2, 2, sh.space - at);
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
edit_delete(const struct format *f, uint8_t *b, const struct spot *sp)
{
	struct node n;
	gefs_record r[MAX_RECORDS];

	node_parse(f, b, &n, NULL, NULL);
	if (!n.usable)
		return false;
	uint32_t count = records(&n, sp->message, r) - 1;
	memmove(r + sp->slot, r + sp->slot + 1, (count - sp->slot) * sizeof *r);
	return write_area(f, b, sp->message, r, count);
}

bool
edit_insert(const struct format *f, uint8_t *b, int byte, gefs_bytes key, gefs_bytes value)
{
	struct node n;
	gefs_record r[MAX_RECORDS];
	bool message = byte >= 0;
	int op = byte < OPS && message ? f->op_type[byte] : 0;

	node_parse(f, b, &n, NULL, NULL);
	if (!n.usable || (message && n.leaf))
		return false;
	uint32_t count = records(&n, message, r);
	uint32_t at = message ? node_find_message(&n, key, true) : node_find_value(&n, key, true);
	memmove(r + at + 1, r + at, (count - at) * sizeof *r);
	r[at] = (gefs_record){op || !message ? op : GEFS_OP_INVALID + byte, key, value};
	return write_area(f, b, message, r, count + 1);
}

/* Appends the words of one entry to w; 0 when it is none. */
static size_t
parse_entry(const char *const *names, size_t n, const char **p, uint64_t *w)
{
	size_t op = 0, words = 1;
	char *end;

	for (size_t i = 0; i < n; i++)
		if (*names[i] && strncmp(*p, names[i], strlen(names[i])) == 0)
			op = i;
	if (strncmp(*p, names[op], strlen(names[op])) == 0)
		*p += strlen(names[op]);
	w[0] = strtoull(*p, &end, 0);
	if (end == *p)
		return 0;
	w[0] = strcmp(names[op], "sync:") == 0 ? w[0] << 8 | op : w[0] | op;
	if (*end == ':') {
		w[1] = strtoull(end + 1, &end, 0);
		words = 2;
	}
	*p = end + (*end == ',');
	return words;
}

uint32_t
edit_log_end(const struct format *f, const uint8_t *b, uint32_t size)
{
	uint32_t found = size;
	gefs_log_entry e;
	const char *why;
	for (uint32_t at = 0, n; at < size; at += n) {
		n = f->log_entry(f, b + f->log_header, size, at, &e, &why);
		if (n == 0)
			break;
		if (e.op == GEFS_LOG_SYNC || e.op == GEFS_LOG_END || e.op == GEFS_LOG_CHAIN)
			found = at;
	}
	return found;
}

static uint32_t
dead_end(const struct format *f, const uint8_t *b, uint32_t size)
{
	gefs_dead_entry e;
	const char *why;
	uint32_t at, n;
	for (at = 0; at < size; at += n) {
		n = f->dead_entry(f, b + f->dead_header, size, at, &e, &why);
		if (n == 0 || e.kind == GEFS_DEAD_END || e.kind == GEFS_DEAD_CHAIN)
			break;
	}
	return at;
}

bool
edit_append(struct store *s, uint8_t *b, const char *text)
{
	const struct format *f = &s->format;
	const struct layout *l = s->layout;
	bool dead = f->classify(f, b) == GEFS_BLOCK_DEADLIST;
	uint32_t space = dead ? f->dead_space : f->log_space;
	uint8_t *body = b + (dead ? f->dead_header : f->log_header);
	uint64_t w[64];
	size_t n = 0, got;
	struct log_header h;

	dead ? f->dead_decode(f, b, &h) : f->log_decode(f, b, &h);
	uint32_t at = dead ? dead_end(f, b, h.size) : edit_log_end(f, b, h.size);
	while (*text) {
		if (n > 62)
			return false;
		got = dead ? parse_entry(l->dead_ops, l->ndead_ops, &text, w + n) :
			     parse_entry(l->log_ops, l->nlog_ops, &text, w + n);
		if (got == 0)
			return false;
		n += got;
	}
	/* Where no number says how long the list is, what lies past its end makes room. */
	size_t rest = l->list_size ? h.size - at : space - at - 8 * n;
	if (at + rest + 8 * n > space)
		return false;
	memmove(body + at + 8 * n, body + at, rest);
	for (size_t i = 0; i < n; i++)
		put64(f, body + at + 8 * i, w[i]);
	if (l->list_size)
		put_number(f, b + l->list_size, 2, h.size + 8 * n);
	return true;
}
