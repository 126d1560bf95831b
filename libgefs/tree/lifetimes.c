#include "tree/lifetimes.h"

#include <stdlib.h>

#include "base/vec.h"
#include "block/cache.h"
#include "tree/tree.h"

/* The nodes of one tree at one height that the other tree does not share, and the data seen so far. */
struct frontier {
	gefs_ptr *node;
	size_t n, cap;
	uint32_t height;
	struct block_set data;
	struct block_set gone; /* nodes */
	bool failed;
};

static int
ptr_order(const void *a, const void *b)
{
	const gefs_ptr *x = a, *y = b;
	return (x->addr > y->addr) - (x->addr < y->addr);
}

static int
block_order(const void *a, const void *b)
{
	const struct block_birth *x = a, *y = b;
	return (x->addr > y->addr) - (x->addr < y->addr);
}

static void
add_data(const struct format *f, struct frontier *fr, const gefs_record *r)
{
	struct key k;
	if ((r->op != 0 && r->op != GEFS_OP_INSERT) || key_decode(f, r->key, &k) || k.type != KEY_DATA ||
	    value_check(f, &k, r->value))
		return;
	gefs_ptr p = ptr_decode(f, r->value.p);
	struct block_birth b = {p.addr, p.gen};
	if (!vec_push(fr->data.v, fr->data.n, fr->data.cap, b))
		fr->failed = true;
}

/* A node that is met twice, which only damage does, must not multiply from level to level. */
static void
sort_unique(struct frontier *fr)
{
	size_t n = 0;

	if (fr->n)
		qsort(fr->node, fr->n, sizeof *fr->node, ptr_order);
	for (size_t i = 0; i < fr->n; i++)
		if (n == 0 || fr->node[i].addr != fr->node[n - 1].addr)
			fr->node[n++] = fr->node[i];
	fr->n = n;
}

/* Replaces the nodes by their children and collects what they point to. */
static void
expand(gefs_image *img, struct frontier *fr)
{
	struct frontier next = {.height = fr->height - 1};

	for (size_t i = 0; i < fr->n && !fr->failed; i++) {
		struct gefs_node *g = gefs_node_open(img, &fr->node[i], NULL);
		struct block_birth self = {fr->node[i].addr, fr->node[i].gen};
		if (!g || g->n.leaf != (fr->height == 1) || !vec_push(fr->gone.v, fr->gone.n, fr->gone.cap, self)) {
			fr->failed = true;
			gefs_node_close(g);
			break;
		}
		for (uint32_t k = 0; k < g->n.nval; k++) {
			gefs_record r = node_value(&g->n, k);
			gefs_ptr p;
			if (g->n.leaf)
				add_data(img->f, fr, &r);
			else if (!node_child(&g->n, k, &p, NULL) || !vec_push(next.node, next.n, next.cap, p))
				fr->failed = true;
		}
		for (uint32_t k = 0; k < g->n.nbuf; k++) {
			gefs_record r = node_message(&g->n, k);
			add_data(img->f, fr, &r);
		}
		gefs_node_close(g);
	}
	free(fr->node);
	fr->node = next.node;
	fr->n = next.n;
	fr->cap = next.cap;
	fr->height--;
	sort_unique(fr);
}

/* The node of a frontier that has only one leaf left, in which no block has two pointers: nothing was found in it.
 * NULL when it is not so. */
static struct gefs_node *
only_leaf(gefs_image *img, const struct frontier *fr)
{
	if (fr->height != 1 || fr->n != 1 || fr->data.n)
		return NULL;
	struct gefs_node *g = gefs_node_open(img, &fr->node[0], NULL);
	if (g && g->fine && g->n.clean)
		return g;
	gefs_node_close(g);
	return NULL;
}

static void
leave_leaf(struct frontier *fr)
{
	struct block_birth self = {fr->node[0].addr, fr->node[0].gen};

	if (!vec_push(fr->gone.v, fr->gone.n, fr->gone.cap, self))
		fr->failed = true;
	fr->n = fr->height = 0;
}

/* Many snapshots differ in one leaf: what its two versions hold alike is neither dropped nor new, and is passed over.
 * False when it is not so: nothing is done. */
static bool
expand_pair(gefs_image *img, struct frontier f[2])
{
	struct gefs_node *g[2] = {only_leaf(img, &f[0]), only_leaf(img, &f[1])};
	bool both = g[0] && g[1];
	unsigned found;

	if (both) {
		struct leaf_pair pair = {.leaf = {&g[0]->n, &g[1]->n}};
		while ((found = pair_next(&pair)))
			for (int i = 0; i < 2; i++) {
				gefs_record r;
				if (!(found & 1u << i))
					continue;
				r = node_value(pair.leaf[i], pair.at[i]);
				add_data(img->f, &f[i], &r);
			}
		leave_leaf(&f[0]);
		leave_leaf(&f[1]);
	}
	gefs_node_close(g[0]);
	gefs_node_close(g[1]);
	return both;
}

/* Removes what both have; both are in order. */
static void
cancel(struct frontier *a, struct frontier *b)
{
	size_t i = 0, j = 0, na = 0, nb = 0;

	while (i < a->n || j < b->n) {
		if (j == b->n || (i < a->n && a->node[i].addr < b->node[j].addr)) {
			a->node[na++] = a->node[i++];
		} else if (i == a->n || b->node[j].addr < a->node[i].addr) {
			b->node[nb++] = b->node[j++];
		} else {
			i++;
			j++;
		}
	}
	a->n = na;
	b->n = nb;
}

/* Two versions of a leaf differ in a few places: what they begin and end with alike need not be sorted. */
static void
trim_common(struct block_set *a, struct block_set *b)
{
	size_t head = 0, n = a->n < b->n ? a->n : b->n, tail = 0;

	while (head < n && a->v[head].addr == b->v[head].addr)
		head++;
	while (tail < n - head && a->v[a->n - 1 - tail].addr == b->v[b->n - 1 - tail].addr)
		tail++;
	a->n -= head + tail;
	b->n -= head + tail;
	if (head) {
		memmove(a->v, a->v + head, a->n * sizeof *a->v);
		memmove(b->v, b->v + head, b->n * sizeof *b->v);
	}
}

static void
subtract(struct block_set *from, struct block_set *what, struct block_set *out, bool *failed)
{
	size_t j = 0;

	trim_common(from, what);
	if (from->n)
		qsort(from->v, from->n, sizeof *from->v, block_order);
	if (what->n)
		qsort(what->v, what->n, sizeof *what->v, block_order);
	for (size_t i = 0; i < from->n; i++) {
		if (i && from->v[i].addr == from->v[i - 1].addr)
			continue;
		while (j < what->n && what->v[j].addr < from->v[i].addr)
			j++;
		if ((j == what->n || what->v[j].addr != from->v[i].addr) &&
		    !vec_push(out->v, out->n, out->cap, from->v[i]))
			*failed = true;
	}
}

static void
frontier_free(struct frontier *f)
{
	free(f->node);
	free(f->data.v);
	free(f->gone.v);
}

bool
blocks_dropped(gefs_image *img, const gefs_tree *from, const gefs_tree *to, struct block_set *out)
{
	struct frontier f[2] = {{.height = from->height}, {.height = to->height}};
	bool failed = from->height > TREE_HEIGHT_MAX || to->height > TREE_HEIGHT_MAX || from->height == 0 ||
		      to->height == 0;

	*out = (struct block_set){0};
	failed |= !vec_push(f[0].node, f[0].n, f[0].cap, from->root);
	failed |= !vec_push(f[1].node, f[1].n, f[1].cap, to->root);
	while (!failed && (f[0].height || f[1].height)) {
		if (f[0].height == f[1].height)
			cancel(&f[0], &f[1]);
		if (f[0].n == 0 && f[0].data.n == 0 && f[0].gone.n == 0)
			break; /* nothing can have been dropped */
		if (expand_pair(img, f))
			break;
		bool level = f[0].height == f[1].height;
		if (f[0].height >= f[1].height)
			expand(img, &f[0]);
		if (f[0].height == 0 && f[0].data.n == 0)
			break; /* only nodes were dropped, and those of this height are compared already */
		if (level || f[1].height > f[0].height)
			expand(img, &f[1]);
		failed = f[0].failed || f[1].failed;
	}
	failed |= f[0].failed || f[1].failed;
	if (!failed) {
		subtract(&f[0].gone, &f[1].gone, out, &failed);
		subtract(&f[0].data, &f[1].data, out, &failed);
		if (out->n)
			qsort(out->v, out->n, sizeof *out->v, block_order);
	}
	frontier_free(&f[0]);
	frontier_free(&f[1]);
	if (failed) {
		free(out->v);
		*out = (struct block_set){0};
	}
	return !failed;
}

struct search {
	gefs_image *img;
	uint64_t addr;
};

static int
search_node(void *arg, const gefs_place *p)
{
	struct search *s = arg;
	const struct format *f = s->img->f;

	if (p->ptr.addr == s->addr)
		return 1;
	for (uint32_t pass = 0; p->node && pass < 2; pass++) {
		uint32_t n = pass ? p->node->n.nbuf : p->node->n.leaf ? p->node->n.nval : 0;
		for (uint32_t i = 0; i < n; i++) {
			gefs_record r = pass ? node_message(&p->node->n, i) : node_value(&p->node->n, i);
			struct key k;
			if ((r.op == 0 || r.op == GEFS_OP_INSERT) && !key_decode(f, r.key, &k) && k.type == KEY_DATA &&
			    !value_check(f, &k, r.value) && ptr_decode(f, r.value.p).addr == s->addr)
				return 1;
		}
	}
	return 0;
}

bool
tree_refers(gefs_image *img, const gefs_tree *t, uint64_t addr)
{
	struct search s = {img, addr};
	return gefs_node_walk(img, t, search_node, &s, NULL) == 1;
}
