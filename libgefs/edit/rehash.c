/* Hashes from the changed blocks up to the root data. */
#include <stdlib.h>

#include "base/blockmap.h"
#include "base/error.h"
#include "base/vec.h"
#include "edit/edit.h"

struct rehash {
	gefs_edit *ed;
	const struct format *f;
	const struct layout *l;
	struct blockmap seen;
	gefs_error *e;
	gefs_error unread; /* the first block that could not be read */
};

/* 1: a block that was not looked at yet, 0: no, or no block, -1: out of memory. */
static int
fresh(struct rehash *h, uint64_t addr)
{
	uint8_t *seen;

	if (edit_check_addr(h->ed, addr, NULL) < 0)
		return 0;
	if (!(seen = blockmap_at(&h->seen, addr / h->f->blksz)))
		return gefs_fail_memory(h->e);
	return *seen ? 0 : (*seen = 1);
}

/* What cannot be read is told at the end: the rest is worth doing. */
static bool
get_block(struct rehash *h, uint64_t addr, uint8_t *b)
{
	gefs_error why = {0};

	if (edit_read(h->ed, addr, b, &why) == 0)
		return true;
	if (!h->unread.code)
		h->unread = why;
	return false;
}

/* A number of a block whose bytes are at b, as they were read: those stay, because records of a damaged node may
 * overlap. */
static int
renew(struct rehash *h, uint64_t addr, const uint8_t *b, uint32_t at, unsigned width, uint64_t v)
{
	struct change *c;

	if (number_get(h->f, b + at, width) == v)
		return 0;
	if (!(c = edit_touch(h->ed, addr, h->e)))
		return -1;
	number_put(h->f, c->after + at, width, v);
	c->marks |= MARK_CHANGED;
	return 0;
}

/* The hash of `target` at that place, if it has changed. */
static int
fix_hash(struct rehash *h, uint64_t addr, const uint8_t *b, uint32_t at, uint64_t target)
{
	const struct change *c = edit_change(h->ed, target);

	if (!c || !(c->marks & MARK_CHANGED))
		return 0;
	return renew(h, addr, b, at, 8, h->f->hash(c->after, h->f->blksz));
}

/* An address and its hash. */
static int
fix_ptr(struct rehash *h, uint64_t addr, const uint8_t *b, uint32_t at)
{
	return fix_hash(h, addr, b, at + 8, get64(h->f, b + at));
}

static int
fix_fill(struct rehash *h, uint64_t addr, const uint8_t *b, uint32_t at)
{
	const struct change *c = edit_change(h->ed, get64(h->f, b + at));
	struct node child;

	if (!c || !(c->marks & MARK_FILL))
		return 0;
	node_parse(h->f, c->after, &child, NULL, NULL);
	return renew(h, addr, b, at + PTR_SIZE, 2, node_fill(&child) & 0xffff);
}

/* ---- deadlists that refer to each other by hash: those below come first ---- */

struct visit {
	uint64_t addr;
	uint32_t at; /* the entry that is next */
};

/* Goes on with a deadlist block. 1: *below is to be done first, at the entry that v->at names; 0: done. */
static int
fix_entries(struct rehash *h, struct visit *v, uint64_t *below)
{
	uint8_t b[GEFS_BLOCK_MAX];
	struct log_header header;
	gefs_dead_entry entry;
	const char *why;
	uint32_t head = h->f->dead_header;

	if (!get_block(h, v->addr, b) || h->f->dead_decode(h->f, b, &header) || header.type != GEFS_BLOCK_DEADLIST)
		return 0;
	for (uint32_t n; v->at + 16 <= header.size; v->at += n) {
		n = h->f->dead_entry(h->f, b + head, header.size, v->at, &entry, &why);
		if (n == 0 || entry.kind == GEFS_DEAD_END)
			break;
		if (entry.kind == GEFS_DEAD_KILL)
			continue;
		*below = entry.addr;
		int rc = fresh(h, entry.addr);
		if (rc == 0)
			rc = fix_hash(h, v->addr, b, head + v->at + 8, entry.addr);
		if (rc != 0 || entry.kind == GEFS_DEAD_CHAIN)
			return rc;
	}
	return 0;
}

static int
fix_deadlist(struct rehash *h, uint64_t head)
{
	struct visit *stack = NULL;
	size_t n = 0, cap = 0;
	uint64_t below = head;
	int rc = fresh(h, head);

	for (; rc >= 0; rc = fix_entries(h, &stack[n - 1], &below)) {
		if (rc > 0 && !vec_push(stack, n, cap, ((struct visit){below, 0}))) {
			rc = gefs_fail_memory(h->e);
			break;
		}
		if (rc == 0 && (n == 0 || --n == 0))
			break;
	}
	free(stack);
	return rc < 0 ? -1 : 0;
}

/* ---- trees ---- */

static int fix_tree(struct rehash *, uint64_t addr, unsigned level, unsigned limit);

/* A snapshot's record, whose value is at `at`. */
static int
fix_snap(struct rehash *h, uint64_t addr, const uint8_t *b, uint32_t at)
{
	const struct layout *l = h->l;

	if (fix_tree(h, get64(h->f, b + at + l->snap_root), TREE_HEIGHT_MAX + 1, EDIT_LEVELS) < 0 ||
	    fix_ptr(h, addr, b, at + l->snap_root) < 0)
		return -1;
	for (uint32_t i = 0; l->dead_key == KEY_SNAP && i < l->ndead; i++) {
		uint32_t head = at + l->dead_head + i * l->dead_step;
		if (fix_deadlist(h, get64(h->f, b + head)) < 0 || fix_ptr(h, addr, b, head) < 0)
			return -1;
	}
	return 0;
}

static int
fix_record(struct rehash *h, uint64_t addr, const uint8_t *b, const gefs_record *r, bool child, unsigned level,
	   unsigned limit)
{
	uint32_t at = (uint32_t)(r->value.p - b);
	struct key k;

	if (child) {
		if (r->value.n != CHILD_SIZE)
			return 0;
		if (level + 1 < limit && fix_tree(h, get64(h->f, r->value.p), level + 1, limit) < 0)
			return -1;
		return fix_ptr(h, addr, b, at) < 0 ? -1 : fix_fill(h, addr, b, at);
	}
	if (r->op > GEFS_OP_INSERT)
		return 0;
	key_decode(h->f, r->key, &k);
	if (k.type == KEY_DATA && r->value.n == PTR_SIZE)
		return fix_ptr(h, addr, b, at);
	/* Only the snapshot tree leads to other trees. */
	if (k.type == KEY_SNAP && h->l->snap_root && r->value.n == h->f->snap_size && limit == TREE_HEIGHT_MAX + 1)
		return fix_snap(h, addr, b, at);
	return 0;
}

/* Levels of the walk from `level` on are free, up to `limit`. */
static int
fix_tree(struct rehash *h, uint64_t addr, unsigned level, unsigned limit)
{
	struct node n;
	int rc = fresh(h, addr);
	uint8_t *b;

	if (rc <= 0)
		return rc;
	if (!(b = edit_level(h->ed, level, h->e)))
		return -1;
	if (!get_block(h, addr, b))
		return 0;
	node_parse(h->f, b, &n, NULL, NULL);
	rc = 0;
	for (uint32_t i = 0; rc == 0 && n.usable && i < n.nval + n.nbuf; i++) {
		bool value = i < n.nval;
		gefs_record r = value ? node_value(&n, i) : node_message(&n, i - n.nval);
		rc = fix_record(h, addr, b, &r, value && !n.leaf, level, limit);
	}
	return rc;
}

/* ---- root data ---- */

/* The hash of all that stands before it. */
static void
fix_own_hash(const struct rehash *h, uint64_t addr, uint32_t covered)
{
	struct change *c = edit_change(h->ed, addr);

	if (c && c->marks & MARK_CHANGED)
		put64(h->f, c->after + covered, h->f->hash(c->after, covered));
}

static int
fix_root(struct rehash *h, uint64_t addr)
{
	uint32_t table = h->l->root_arenas;
	uint8_t b[GEFS_BLOCK_MAX];
	gefs_super sb;

	if (!get_block(h, addr, b) || !h->f->super_decode(h->f, b, &sb))
		return 0;
	if (fix_tree(h, sb.snap_root.addr, 0, TREE_HEIGHT_MAX + 1) < 0 || fix_ptr(h, addr, b, h->l->root_snap) < 0)
		return -1;
	for (uint32_t i = 0; table && i < sb.narena; i++)
		if (fix_ptr(h, addr, b, table + 16 * i) < 0)
			return -1;
	if (table)
		fix_own_hash(h, addr, table + 16 * sb.narena);
	return 0;
}

/* The hash in the header of a log or deadlist block. */
static void
fix_list(const struct rehash *h, struct change *c)
{
	bool dead = h->f->classify(h->f, c->after) == GEFS_BLOCK_DEADLIST;
	struct list_shape s = list_shape(h->ed, dead, c->after);

	if (s.hash_at)
		put64(h->f, c->after + s.hash_at, h->f->hash(c->after + s.header, s.covered));
}

int
gefs_edit_rehash(gefs_edit *ed, gefs_error *e)
{
	struct rehash h = {.ed = ed, .f = ed->f, .l = ed->layout, .e = e};
	bool any = false;
	int rc = 0;

	for (size_t i = 0; i < ed->n; i++) {
		any |= ed->change[i]->marks != 0;
		if (ed->change[i]->marks & MARK_LIST)
			fix_list(&h, ed->change[i]);
	}
	for (uint32_t i = 0; any && rc == 0 && i < ed->img->ncopies; i++)
		rc = fix_root(&h, ed->img->copy[i].addr);
	for (size_t i = 0; rc == 0 && i < ed->n; i++)
		ed->change[i]->marks = ed->change[i]->committed = 0;
	blockmap_free(&h.seen);
	if (rc == 0 && h.unread.code)
		rc = gefs_fail_as(e, &h.unread, "%s; hashes above that block stay as they are, all others are right",
				  h.unread.text);
	return rc;
}
