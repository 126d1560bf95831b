#include "rewrite/walk.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "rewrite/extent.h"
#include "tree/tree.h"

struct walk {
	struct rewrite *r;
	const struct walk_ops *ops;
	struct merge *merge; /* one for the whole walk: it is large */
	struct extent extent;
	uint32_t met; /* nodes so far: the number of the next one */
	bool logical, physical; /* which data is wanted */
};

/* Whoever was met before has a lower number, in every run of the walk. */
static bool
seen(const struct walk *w, uint64_t addr)
{
	uint32_t n = ledger_peek(w->r->number, addr);
	return n != 0 && n - 1 < w->met;
}

/* Does the record name file data? Fills key and pointer. */
static bool
is_data(const struct format *f, gefs_bytes key, gefs_bytes value, struct key *k, gefs_ptr *ptr)
{
	if (key_decode(f, key, k) || k->type != KEY_DATA || value_check(f, k, value))
		return false;
	*ptr = ptr_decode(f, value.p);
	return true;
}

/* What a reader sees in a range, in the order of keys; leaf NULL: only what messages bring. Returns 1 when messages had a
 * say, so that the leaf may hold pointers which no reader sees. */
static int
logical_data(struct walk *w, const struct node *leaf, const struct path *path, const struct bounds *in)
{
	gefs_bytes key, value;
	struct key k;
	gefs_ptr ptr;
	int rc = 0;

	merge_start(w->merge, leaf, path, in);
	bool plain = w->merge->plain;
	while (rc == 0 && merge_next(w->merge, &key, &value))
		if (is_data(w->r->f, key, value, &k, &ptr))
			rc = extent_add(&w->extent, &k, &ptr);
	return rc ? rc : !plain;
}

/* Every pointer that stands in a leaf, or in the inserts of a pivot: those that messages have replaced live on until
 * the messages reach the leaf. docs/format.md section 12. */
static int
physical_data(struct walk *w, const struct node *n)
{
	uint32_t count = n->leaf ? n->nval : n->nbuf;
	struct key k;
	gefs_ptr ptr;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < count; i++) {
		gefs_record rec = n->leaf ? node_value(n, i) : node_message(n, i);
		if ((n->leaf || rec.op == GEFS_OP_INSERT) && is_data(w->r->f, rec.key, rec.value, &k, &ptr))
			rc = w->ops->data(w->ops->arg, &k, &ptr);
	}
	return rc;
}

static int visit(struct walk *, const gefs_ptr *, uint32_t height, const struct path *, const struct bounds *);

static void
prefetch(struct walk *w, const struct node *n, uint32_t from)
{
	gefs_ptr ptr[PREFETCH_MAX];
	size_t k = 0;

	for (uint32_t i = from; i < n->nval && i - from < PREFETCH_MAX; i++)
		if (node_child(n, i, &ptr[k], NULL) && !seen(w, ptr[k].addr))
			k++;
	if (k > 1)
		cache_prefetch(w->r->img, ptr, k);
}

static int
visit_pivot(struct walk *w, const struct gefs_node *g, uint32_t height, const struct path *path, const struct bounds *in)
{
	struct path here = *path;
	int rc = 0;

	if (w->logical)
		here.level[here.depth++] = (struct pending){&g->n, g->addr, 0, g->n.nbuf};
	for (uint32_t i = 0; rc == 0 && i < g->n.nval; i++) {
		struct bounds child;
		gefs_ptr ptr;
		if (i % PREFETCH_MAX == 0)
			prefetch(w, &g->n, i);
		if (!child_bounds(&g->n, i, in, &child) || !node_child(&g->n, i, &ptr, NULL))
			return gefs_fail(w->r->e, GEFS_EDAMAGE, g->addr, "node 0x%" PRIx64 ": child %" PRIu32 " makes no sense",
					 g->addr, i);
		rc = visit(w, &ptr, height - 1, &here, &child);
	}
	return rc == 0 && w->physical ? physical_data(w, &g->n) : rc;
}

static int
visit_leaf(struct walk *w, const struct gefs_node *g, const struct path *path, const struct bounds *in)
{
	int rc = w->logical ? logical_data(w, &g->n, path, in) : 1;
	return rc == 1 ? (w->physical ? physical_data(w, &g->n) : 0) : rc;
}

/* A node that was met before still has messages above it that it was not met with. */
static int
visit(struct walk *w, const gefs_ptr *ptr, uint32_t height, const struct path *path, const struct bounds *in)
{
	if (seen(w, ptr->addr)) {
		int rc = w->logical ? logical_data(w, NULL, path, in) : 0;
		return rc < 0 ? rc : 0;
	}
	struct gefs_node *g = gefs_node_open(w->r->img, ptr, w->r->e);
	if (!g)
		return -1;
	int rc;
	if (g->n.leaf != (height == 1))
		rc = gefs_fail(w->r->e, GEFS_EDAMAGE, g->addr, "node 0x%" PRIx64 " is a %s at height %" PRIu32, g->addr,
			       g->n.leaf ? "leaf" : "pivot", height);
	else
		rc = g->n.leaf ? visit_leaf(w, g, path, in) : visit_pivot(w, g, height, path, in);
	if (rc == 0 && w->ops->node)
		rc = w->ops->node(w->ops->arg, g, w->met);
	w->met++;
	gefs_node_close(g);
	return rc;
}

static int
walk_tree(struct walk *w, const gefs_snap *s)
{
	struct path none = {.depth = 0};
	struct bounds all = {.unbounded = true};

	if (s->height == 0 || s->height > TREE_HEIGHT_MAX)
		return gefs_fail(w->r->e, GEFS_EDAMAGE, s->root.addr, "a tree of height %" PRIu32 ", expected 1 to %d",
				 s->height, TREE_HEIGHT_MAX);
	int rc = visit(w, &s->root, s->height, &none, &all);
	return rc == 0 ? extent_flush(&w->extent) : rc;
}

static int
walk_trees(struct rewrite *r, const struct walk_ops *ops, bool logical, bool physical)
{
	struct walk w = {.r = r, .ops = ops, .merge = malloc(sizeof(struct merge)), .extent = {.r = r, .ops = ops}};
	int rc = w.merge ? 0 : gefs_fail_memory(r->e);

	w.logical = logical;
	w.physical = physical;
	for (size_t i = r->keep.nsnaps; rc == 0 && i-- > 0;) {
		r->at = &r->keep.snap[i];
		rc = walk_tree(&w, r->at);
	}
	extent_free(&w.extent);
	free(w.merge);
	return rc;
}

/* Where pointers that messages have replaced may lead to blocks of others, what is left of them comes last: by then it is
 * known which blocks are in use. */
int
rewrite_walk(struct rewrite *r, const struct walk_ops *ops)
{
	struct walk_ops rest = {NULL, ops->data, ops->arg};

	if (!ops->data)
		return walk_trees(r, ops, false, false);
	if (!r->print)
		return walk_trees(r, ops, true, true);
	int rc = walk_trees(r, ops, true, false);
	return rc == 0 ? walk_trees(r, &rest, false, true) : rc;
}
