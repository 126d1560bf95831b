/* One pass over all trees and lists: each block once, after what it leads to. */
#include <inttypes.h>

#include "base/error.h"
#include "base/vec.h"
#include "hide/hide.h"
#include "snap/snaps.h"
#include "tree/tree.h"

static uint32_t
number_of(const struct hide *h, uint64_t addr)
{
	return addr % h->f->blksz ? 0 : ledger_peek(h->number, addr);
}

bool
hide_knows(const struct hide *h, uint64_t addr)
{
	return number_of(h, addr) != 0;
}

uint64_t
hide_hash(const struct hide *h, uint64_t addr, uint64_t hash)
{
	uint32_t i = number_of(h, addr);
	return i && h->v[i - 1].old == hash ? h->v[i - 1].new : hash;
}

/* A block joins the list. */
static int
list_block(struct hide *h, uint64_t addr, uint64_t hash)
{
	uint32_t *entry = ledger_at(h->number, addr);

	if (!entry || h->n >= UINT32_MAX - 1 || !vec_push(h->v, h->n, h->cap, ((struct hidden){addr, hash, hash})))
		return gefs_fail_memory(h->e);
	*entry = (uint32_t)h->n;
	if (h->n % 1024 == 0 && h->progress && h->progress(h->progress_arg, "reading metadata", h->n * h->f->blksz, 0))
		return gefs_fail(h->e, GEFS_ECANCEL, GEFS_NIL, "interrupted");
	return 0;
}

static int visit(struct hide *, const gefs_ptr *, uint32_t height);

static int
visit_children(struct hide *h, const struct gefs_node *g, uint32_t height)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < g->n.nval; i++) {
		gefs_ptr child;
		prefetch_children(h->img, &g->n, 0, g->n.nval, i);
		if (node_child(&g->n, i, &child, NULL))
			rc = visit(h, &child, height - 1);
	}
	return rc;
}

static int
visit_node(struct hide *h, const struct gefs_node *g, uint32_t height)
{
	int rc = 0;

	if (g->n.leaf != (height == 1))
		return gefs_fail(h->e, GEFS_EDAMAGE, g->addr, "node 0x%" PRIx64 " stands at the wrong height", g->addr);
	if (!g->n.leaf)
		rc = visit_children(h, g, height);
	if (rc == 0)
		rc = hide_node_names(h, g);
	return rc == 0 ? list_block(h, g->addr, g->hash) : rc;
}

/* Where servers release blocks too early, a pointer may lead to nothing any more; it stays as it is. */
static int
visit(struct hide *h, const gefs_ptr *ptr, uint32_t height)
{
	gefs_error why;

	if (hide_knows(h, ptr->addr))
		return 0;
	struct gefs_node *g = gefs_node_open(h->img, ptr, &why);
	if (!g) {
		if (h->f->leaves & LEAVES_RELEASED)
			return 0;
		return gefs_fail(h->e, why.code, why.addr, "%s", why.text);
	}
	int rc = visit_node(h, g, height);
	gefs_node_close(g);
	return rc;
}

static int
visit_tree(struct hide *h, const gefs_tree *t)
{
	if (t->height == 0 || t->height > TREE_HEIGHT_MAX)
		return gefs_fail(h->e, GEFS_EDAMAGE, t->root.addr, "a tree of height %" PRIu32, t->height);
	return visit(h, &t->root, t->height);
}

/* ---- deadlists whose blocks hold each other's hashes ---- */

struct chain {
	struct hide *h;
	gefs_ptr *v;
	size_t n, cap;
	bool nomem;
};

static int
add_link(void *arg, uint64_t block, uint64_t addr)
{
	struct chain *c = arg;
	gefs_ptr ptr = {block, 0, 0};

	if (addr != GEFS_NIL || hide_knows(c->h, block))
		return 0;
	c->nomem = !vec_push(c->v, c->n, c->cap, ptr);
	return c->nomem;
}

/* Blocks come before those that they lead to: taken backwards it is the other way round. What is broken ends a list, and is
 * no error in these versions. */
static int
list_dead(struct hide *h, const gefs_deadlist *d)
{
	struct chain c = {.h = h};
	int rc = 0;

	gefs_deadlist_walk(h->img, d, add_link, &c, NULL);
	if (c.nomem)
		rc = gefs_fail_memory(h->e);
	while (rc == 0 && c.n-- > 0) {
		struct gefs_node *g = cache_load(h->img, c.v[c.n].addr, h->e);
		rc = !g ? -1 : hide_knows(h, g->addr) ? 0 : list_block(h, g->addr, g->hash);
		gefs_node_close(g);
	}
	free(c.v);
	return rc;
}

int
hide_collect(struct hide *h)
{
	const struct snaps *s = snaps_read(h->img, h->e);
	gefs_tree t = snap_tree(h->img);
	int rc = 0;

	if (!s)
		return -1;
	if (s->nomem)
		return gefs_fail_memory(h->e);
	for (size_t i = s->nsnaps; rc == 0 && i-- > 0;) {
		gefs_tree files;
		gefs_tree_of(&s->snaps[i], &files);
		rc = visit_tree(h, &files);
	}
	for (size_t i = 0; rc == 0 && h->f->dead_hash_in_pointer && i < s->ndead; i++)
		rc = list_dead(h, &s->dead[i]);
	return rc == 0 ? visit_tree(h, &t) : rc;
}
