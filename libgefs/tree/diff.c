/* Comparing two trees: whatever both share is never looked at. */
#include "tree/diff.h"

#include <stdlib.h>

#include "base/error.h"

struct side {
	gefs_ptr ptr;
	uint32_t height; /* 0: nothing here */
	struct path path;
};

struct diff {
	gefs_image *img;
	const struct diff_ops *ops;
	struct merge *merge[2];
	uint64_t budget;
	gefs_error *e;
};

static int compare(struct diff *, const struct side side[2], const struct bounds *);

static bool
same(const struct side *a, const struct side *b)
{
	return a->height == b->height && (a->height == 0 || (a->ptr.addr == b->ptr.addr && a->ptr.hash == b->ptr.hash));
}

/* Opens a side's node; damage makes the side empty but for its messages. */
static struct gefs_node *
open_side(struct diff *d, struct side *s, int which, int *rc)
{
	gefs_error why;

	if (s->height == 0)
		return NULL;
	struct gefs_node *g = gefs_node_open(d->img, &s->ptr, &why);
	if (!g && why.code == GEFS_ECANCEL) {
		*rc = gefs_fail_same(d->e, &why);
		return NULL;
	}
	/* Without children there would be nothing to go on with, and the other side was lost as well. */
	if (g && g->n.leaf == (s->height == 1) && (g->n.leaf || g->n.nval)) {
		if (d->ops->opened)
			*rc = d->ops->opened(d->ops->arg, which, g->addr);
		return g;
	}
	if (g) {
		gefs_node_close(g);
		gefs_fail(&why, GEFS_EDAMAGE, s->ptr.addr, "wrong kind of node for its height, or a pivot without children");
	}
	s->height = 0;
	*rc = d->ops->damage(d->ops->arg, which, &why);
	return NULL;
}

/* Gives out every key whose value differs in one pair of leaves. */
static int
compare_leaves(struct diff *d, const struct side side[2], struct gefs_node *const node[2], const struct bounds *in)
{
	struct diff_value v[2];
	gefs_bytes key[2];
	bool have[2];
	int rc = 0;

	for (int i = 0; i < 2; i++) {
		merge_start(d->merge[i], node[i] ? &node[i]->n : NULL, &side[i].path, in);
		d->merge[i]->misapplied = i == 1 ? d->ops->misapplied : NULL;
		d->merge[i]->cleared = i == 1 ? d->ops->cleared : NULL;
		d->merge[i]->arg = d->ops->arg;
		v[i].addr = node[i] ? node[i]->addr : GEFS_NIL;
	}
	merge_skip_alike(d->merge[0], d->merge[1]);
	for (int i = 0; i < 2; i++)
		have[i] = merge_next(d->merge[i], &key[i], &v[i].value);
	while (rc == 0 && (have[0] || have[1])) {
		int c = !have[0] ? 1 : !have[1] ? -1 : bytes_cmp(key[0], key[1]);
		v[0].present = c <= 0;
		v[1].present = c >= 0;
		if (c != 0 || !bytes_eq(v[0].value, v[1].value))
			rc = d->ops->change(d->ops->arg, c <= 0 ? key[0] : key[1], &v[0], &v[1]);
		if (c == 0)
			merge_skip_alike(d->merge[0], d->merge[1]);
		if (c <= 0)
			have[0] = merge_next(d->merge[0], &key[0], &v[0].value);
		if (c >= 0)
			have[1] = merge_next(d->merge[1], &key[1], &v[1].value);
	}
	return rc;
}

/* Replaces one side by its children, one after the other. */
static int
descend(struct diff *d, const struct side side[2], int which, const struct gefs_node *g, const struct bounds *in)
{
	struct side next[2] = {side[0], side[1]};
	uint32_t from, to;
	int rc = 0;

	if (side[which].path.depth == TREE_HEIGHT_MAX)
		return gefs_fail(d->e, GEFS_EDAMAGE, g->addr, "tree is higher than %d", TREE_HEIGHT_MAX);
	child_span(&g->n, in, &from, &to);
	for (uint32_t i = from; rc == 0 && i < to; i++) {
		struct bounds child;
		/* With nothing to compare to, every child is going to be read. */
		if (side[!which].height == 0)
			prefetch_children(d->img, &g->n, from, to, i);
		if (!child_bounds(&g->n, i, in, &child))
			continue;
		for (int k = 0; k < 2; k++)
			path_narrow(&next[k].path, &side[k].path, &child);
		struct path *p = &next[which].path;
		struct path own = {.depth = 1, .level = {{&g->n, g->addr, 0, g->n.nbuf}}};
		struct path narrowed;
		path_narrow(&narrowed, &own, &child);
		p->level[p->depth++] = narrowed.level[0];
		if (!node_child(&g->n, i, &next[which].ptr, NULL))
			continue;
		next[which].height = side[which].height - 1;
		rc = compare(d, next, &child);
	}
	return rc;
}

static bool
has_messages(const struct path *p)
{
	for (unsigned i = 0; i < p->depth; i++)
		if (p->level[i].from < p->level[i].to)
			return true;
	return false;
}

/* The message of this key that is applied next; false when there is none left. */
static bool
next_message(struct path *p, gefs_bytes key, gefs_record *r)
{
	for (unsigned i = p->depth; i-- > 0;) {
		struct pending *q = &p->level[i];
		if (q->from == q->to)
			continue;
		*r = node_message(q->node, q->from);
		if (bytes_eq(r->key, key)) {
			q->from++;
			return true;
		}
	}
	return false;
}

/* The smallest key of any message. */
static bool
first_key(const struct path *p, gefs_bytes *key)
{
	bool any = false;

	for (unsigned i = 0; i < p->depth; i++) {
		const struct pending *q = &p->level[i];
		if (q->from == q->to)
			continue;
		gefs_bytes k = node_message(q->node, q->from).key;
		if (!any || bytes_cmp(k, *key) < 0)
			*key = k;
		any = true;
	}
	return any;
}

/* Do the same messages wait, whatever levels they have come to? If they are out of order, it may look as if not. */
static bool
same_messages(const struct path *a, const struct path *b)
{
	struct path p[2] = {*a, *b};
	gefs_bytes key;

	while (first_key(&p[0], &key)) {
		gefs_record r[2];
		for (bool more = true; more;) {
			more = next_message(&p[0], key, &r[0]);
			if (next_message(&p[1], key, &r[1]) != more)
				return false;
			if (more && (r[0].op != r[1].op || !bytes_eq(r[0].value, r[1].value)))
				return false;
		}
	}
	return !first_key(&p[1], &key);
}

/* A node that both have, and what is going to become of it. Who wants to know of single messages has to see all. */
static bool
alike(const struct diff *d, const struct side side[2])
{
	if (!same(&side[0], &side[1]))
		return false;
	if (d->ops->misapplied || d->ops->cleared)
		return !has_messages(&side[0].path) && !has_messages(&side[1].path);
	return same_messages(&side[0].path, &side[1].path);
}

static int
compare_opened(struct diff *d, struct side side[2], const struct bounds *in)
{
	struct gefs_node *node[2] = {NULL, NULL};
	int rc = 0;

	/* Only the higher one: its children may be what the other side has here. */
	while (rc == 0 && (side[0].height > 1 || side[1].height > 1)) {
		int tall = side[1].height >= side[0].height;
		struct gefs_node *g = open_side(d, &side[tall], tall, &rc);
		if (!g)
			continue; /* there is nothing on that side any more */
		if (rc == 0)
			rc = descend(d, side, tall, g, in);
		gefs_node_close(g);
		return rc;
	}
	for (int i = 0; rc == 0 && i < 2; i++)
		node[i] = open_side(d, &side[i], i, &rc);
	if (rc == 0)
		rc = compare_leaves(d, side, node, in);
	gefs_node_close(node[0]);
	gefs_node_close(node[1]);
	return rc;
}

static int
compare(struct diff *d, const struct side from[2], const struct bounds *in)
{
	struct side side[2] = {from[0], from[1]};

	if (alike(d, from))
		return 0;
	if (d->budget-- == 0)
		return gefs_fail(d->e, GEFS_EDAMAGE, from[1].ptr.addr, "tree has more nodes than the image has blocks");
	int rc = compare_opened(d, side, in);
	return rc == GEFS_SKIP ? 0 : rc;
}

int
tree_diff(gefs_image *img, const gefs_tree *old, const gefs_tree *new, const struct diff_ops *ops, gefs_error *e)
{
	struct diff d = {img, ops, {malloc(sizeof(struct merge)), malloc(sizeof(struct merge))}, 4 * image_blocks(img), e};
	struct side *side = calloc(2, sizeof *side);
	struct bounds all = {.unbounded = true};
	int rc = -1;

	if (!d.merge[0] || !d.merge[1] || !side) {
		gefs_fail_memory(e);
	} else if (new->height > TREE_HEIGHT_MAX || (old && old->height > TREE_HEIGHT_MAX)) {
		gefs_fail(e, GEFS_EDAMAGE, new->root.addr, "tree is higher than %d", TREE_HEIGHT_MAX);
	} else {
		if (old) {
			side[0].ptr = old->root;
			side[0].height = old->height;
		}
		side[1].ptr = new->root;
		side[1].height = new->height;
		rc = compare(&d, side, &all);
	}
	free(side);
	free(d.merge[0]);
	free(d.merge[1]);
	return rc;
}
