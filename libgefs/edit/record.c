/* Records that come and go: an area of a node is written anew. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "edit/edit.h"

struct area {
	uint32_t base, space, count_at, fixed; /* fixed: bytes of a record beside key and value */
};

static struct area
area_of(const struct format *f, bool leaf, bool message)
{
	if (message)
		return (struct area){f->pivot_header + f->pivot_space, f->buffer_space, 6, 5};
	if (leaf)
		return (struct area){f->leaf_header, f->leaf_space, 2, 4};
	return (struct area){f->pivot_header, f->pivot_space, 2, 4};
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
	number_put(f, p, 2, r->key.n);
	if (r->key.n)
		memcpy(p + 2, r->key.p, r->key.n);
	p += 2 + r->key.n;
	number_put(f, p, 2, r->value.n);
	if (r->value.n)
		memcpy(p + 2, r->value.p, r->value.n);
}

/* Writes an area from records, which may point into the block. False when they do not fit. */
static bool
write_area(const struct format *f, uint8_t *b, const struct area *a, bool message, const gefs_record *r, uint32_t n)
{
	uint8_t fresh[GEFS_BLOCK_MAX] = {0};
	uint32_t at = a->space;

	for (uint32_t i = 0; i < n; i++) {
		size_t size = a->fixed + r[i].key.n + r[i].value.n;
		if (r[i].key.n > a->space || r[i].value.n > a->space || at < size + 2 * (size_t)n)
			return false;
		at -= (uint32_t)size;
		put_record(f, fresh + at, message, &r[i]);
		number_put(f, fresh + 2 * i, 2, at);
	}
	memcpy(b + a->base, fresh, a->space);
	number_put(f, b + a->count_at, 2, n);
	number_put(f, b + a->count_at + 2, 2, a->space - at);
	return true;
}

/* All records of an area, with room for one more; NULL: out of memory. */
static gefs_record *
records(const struct node *n, bool message, uint32_t *count)
{
	gefs_record *r;

	*count = message ? n->nbuf : n->nval;
	r = calloc(*count + (size_t)1, sizeof *r);
	for (uint32_t i = 0; r && i < *count; i++)
		r[i] = message ? node_message(n, i) : node_value(n, i);
	return r;
}

/* Opens the node for a change of its records. */
static struct change *
open_node(gefs_edit *ed, uint64_t addr, struct node *n, gefs_error *e)
{
	struct change *c = edit_touch(ed, addr, e);

	if (!c)
		return NULL;
	node_parse(ed->f, c->after, n, NULL, NULL);
	if (n->usable)
		return c;
	gefs_fail(e, GEFS_EDAMAGE, addr, "block 0x%" PRIx64 " is no tree node whose records can be told apart", addr);
	return NULL;
}

static int
rewrite(gefs_edit *ed, struct change *c, const struct node *n, bool message, const gefs_record *r, uint32_t count,
	gefs_error *e)
{
	struct area a = area_of(ed->f, n->leaf, message);

	if (!write_area(ed->f, c->after, &a, message, r, count))
		return gefs_fail(e, GEFS_EINVAL, c->addr,
				 "the node at 0x%" PRIx64 " has no room for %" PRIu32 " such records", c->addr, count);
	c->marks |= MARK_CHANGED | MARK_FILL;
	return 0;
}

int
gefs_edit_delete(gefs_edit *ed, const gefs_field *f, gefs_error *e)
{
	bool message = f->structure == GEFS_IN_MESSAGE;
	struct node n;
	uint32_t count;

	if (!edit_is_record(f->structure) || f->form != GEFS_FORM_STRUCTURE)
		return gefs_fail(e, GEFS_EINVAL, f->addr[0], "only a record or a message can be deleted");
	struct change *c = open_node(ed, f->addr[0], &n, e);
	if (!c)
		return -1;
	gefs_record *r = records(&n, message, &count);
	if (!r)
		return gefs_fail_memory(e);
	int rc = -1;
	if (f->slot >= count) {
		gefs_fail(e, GEFS_EINVAL, c->addr, "the node has changed since the record was found");
	} else {
		memmove(r + f->slot, r + f->slot + 1, (count - 1 - f->slot) * sizeof *r);
		rc = rewrite(ed, c, &n, message, r, count - 1, e);
	}
	free(r);
	return rc;
}

static int
add(gefs_edit *ed, const gefs_field *node, bool message, int op, gefs_bytes key, gefs_bytes value, gefs_error *e)
{
	struct node n;
	uint32_t count;
	struct change *c = open_node(ed, node->addr[0], &n, e);

	if (!c)
		return -1;
	if (message && n.leaf)
		return gefs_fail(e, GEFS_EINVAL, c->addr, "a leaf has no messages");
	gefs_record *r = records(&n, message, &count);
	if (!r)
		return gefs_fail_memory(e);
	uint32_t at = message ? node_find_message(&n, key, true) : node_find_value(&n, key, true);
	memmove(r + at + 1, r + at, (count - at) * sizeof *r);
	r[at] = (gefs_record){op, key, value};
	int rc = rewrite(ed, c, &n, message, r, count + 1, e);
	free(r);
	return rc;
}

int
gefs_edit_insert(gefs_edit *ed, const gefs_field *node, gefs_bytes key, gefs_bytes value, gefs_error *e)
{
	return add(ed, node, false, 0, key, value, e);
}

int
gefs_edit_message(gefs_edit *ed, const gefs_field *pivot, uint8_t byte, gefs_bytes key, gefs_bytes value, gefs_error *e)
{
	int op = byte < OPS ? ed->f->op_type[byte] : 0;
	return add(ed, pivot, true, op ? op : GEFS_OP_INVALID + byte, key, value, e);
}
