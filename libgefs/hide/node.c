/* The records of a node. Everything keeps its length, so that every byte stays where it is. */
#include <inttypes.h>

#include "base/error.h"
#include "hide/hide.h"
#include "tree/tree.h"

/* ---- collecting names ---- */

static const struct nameset *
set_of(const struct hide *h, const struct key *k)
{
	return k->type == KEY_ENTRY ? &h->files : k->type == KEY_LABEL ? &h->labels : NULL;
}

static int
add_key(struct hide *h, gefs_bytes key, struct key *k, uint64_t addr)
{
	const char *why = key_decode(h->f, key, k);

	if (why)
		return gefs_fail(h->e, GEFS_EDAMAGE, addr, "node 0x%" PRIx64 ": %s: its name cannot be replaced", addr, why);
	if (k->name.n == 0 || (k->type != KEY_ENTRY && k->type != KEY_LABEL))
		return 0;
	return nameset_add(k->type == KEY_ENTRY ? &h->files : &h->labels, k->name, false) ? 0 : gefs_fail_memory(h->e);
}

/* A value that the record gives to its key; operands mean something else, or nothing. */
static bool
has_value(const gefs_record *r)
{
	return r->op == 0 || r->op == GEFS_OP_INSERT;
}

static int
add_record(struct hide *h, const gefs_record *r, uint64_t addr)
{
	struct key k, up;
	int rc = add_key(h, r->key, &k, addr);

	return rc == 0 && k.type == KEY_UP && has_value(r) ? add_key(h, r->value, &up, addr) : rc;
}

int
hide_node_names(struct hide *h, const struct gefs_node *g)
{
	struct key k;
	int rc = 0;

	for (uint32_t i = 0; h->names && rc == 0 && i < g->n.nval; i++) {
		gefs_record r = node_value(&g->n, i);
		rc = g->n.leaf ? add_record(h, &r, g->addr) : add_key(h, r.key, &k, g->addr);
	}
	for (uint32_t i = 0; h->names && rc == 0 && i < g->n.nbuf; i++) {
		gefs_record r = node_message(&g->n, i);
		rc = add_record(h, &r, g->addr);
	}
	return rc;
}

/* ---- changing records ---- */

struct patch {
	const struct hide *h;
	struct node n;
	uint8_t *block;
	uint8_t used[65536]; /* bytes that mean something */
};

/* The place in the block of what an accessor gave. */
static uint8_t *
at(const struct patch *p, const uint8_t *q)
{
	return p->block + (q - p->n.data);
}

static void
patch_key(const struct patch *p, gefs_bytes key, struct key *k)
{
	const struct nameset *s = NULL;

	if (!key_decode(p->h->f, key, k))
		s = set_of(p->h, k);
	if (s && p->h->names)
		nameset_replace(s, at(p, k->name.p), k->name.n);
}

static void
patch_hash(const struct patch *p, const uint8_t *ptr)
{
	const struct format *f = p->h->f;
	uint64_t addr = get64(f, ptr), hash = get64(f, ptr + 8);
	const struct users_block *u = hide_users_block(p->h, addr);

	put64(f, at(p, ptr) + 8, u && u->old == hash ? u->new : hide_hash(p->h, addr, hash));
}

/* A snapshot names its root, and in older versions its deadlists. */
static void
patch_snap(const struct patch *p, gefs_bytes v)
{
	const struct format *f = p->h->f;

	patch_hash(p, v.p + f->snap_root_at);
	for (int i = 0; f->snap_dead_at && i < DEADLISTS_MAX; i++)
		patch_hash(p, v.p + f->snap_dead_at + 24 * i);
}

static void
patch_value(const struct patch *p, const struct key *k, gefs_bytes v)
{
	const struct format *f = p->h->f;
	struct key up;

	if (value_check(f, k, v))
		return;
	if (k->type == KEY_UP)
		patch_key(p, v, &up);
	else if (k->type == KEY_DATA)
		patch_hash(p, v.p);
	else if (k->type == KEY_SNAP)
		patch_snap(p, v);
	else if (k->type == KEY_ENTRY) /* what comes before the fields is memory that nobody cleared */
		memset(at(p, v.p), 0, f->dirent_at);
}

static void
patch_record(const struct patch *p, const gefs_record *r)
{
	struct key k;

	patch_key(p, r->key, &k);
	if (has_value(r))
		patch_value(p, &k, r->value);
	else if (r->op == GEFS_OP_DELETE && r->value.n) /* the old value: it means nothing */
		memset(at(p, r->value.p), 0, r->value.n);
}

static void
use(struct patch *p, const uint8_t *from, const uint8_t *to)
{
	memset(p->used + (from - p->n.data), 1, (size_t)(to - from));
}

static void
clear_gaps(struct patch *p)
{
	const struct format *f = p->h->f;

	use(p, p->n.data, p->n.values + 2 * p->n.nval);
	if (!p->n.leaf)
		use(p, p->n.messages, p->n.messages + 2 * p->n.nbuf);
	for (uint32_t i = 0; i < p->n.nval; i++) {
		gefs_record r = node_value(&p->n, i);
		use(p, r.key.p - 2, r.value.p + r.value.n);
	}
	for (uint32_t i = 0; i < p->n.nbuf; i++) {
		gefs_record r = node_message(&p->n, i);
		use(p, r.key.p - 3, r.value.p + r.value.n);
	}
	for (uint32_t i = 0; i < f->blksz; i++)
		if (!p->used[i])
			p->block[i] = 0;
}

void
hide_node(const struct hide *h, uint8_t *block)
{
	struct patch p = {.h = h, .block = block};

	node_parse(h->f, block, &p.n, NULL, NULL);
	if (!p.n.usable) {
		memset(block, 0, h->f->blksz);
		return;
	}
	for (uint32_t i = 0; i < p.n.nval; i++) {
		gefs_record r = node_value(&p.n, i);
		struct key k;
		if (p.n.leaf) {
			patch_record(&p, &r);
			continue;
		}
		patch_key(&p, r.key, &k);
		if (r.value.n == CHILD_SIZE)
			patch_hash(&p, r.value.p);
	}
	for (uint32_t i = 0; i < p.n.nbuf; i++) {
		gefs_record r = node_message(&p.n, i);
		patch_record(&p, &r);
	}
	clear_gaps(&p);
}
