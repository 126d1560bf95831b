#include "tree/tree.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"

bool
child_bounds(const struct node *n, uint32_t i, const struct bounds *in, struct bounds *out)
{
	gefs_bytes lo = node_value(n, i).key;

	*out = *in;
	if (i > 0 && bytes_cmp(lo, in->lo) > 0)
		out->lo = lo; /* child 0 also owns what lies below its separator */
	if (i + 1 < n->nval) {
		gefs_bytes hi = node_value(n, i + 1).key;
		if (in->unbounded || bytes_cmp(hi, in->hi) < 0) {
			out->hi = hi;
			out->unbounded = false;
		}
	}
	return out->unbounded || bytes_cmp(out->lo, out->hi) < 0;
}

void
child_span(const struct node *n, const struct bounds *in, uint32_t *from, uint32_t *to)
{
	uint32_t i = node_find_value(n, in->lo, true);
	*from = i ? i - 1 : 0;
	*to = in->unbounded ? n->nval : node_find_value(n, in->hi, false);
	if (*to == 0 && n->nval)
		*to = 1;
}

static void
prefetch_span(gefs_image *img, const struct node *n, uint32_t from, uint32_t to)
{
	gefs_ptr ptr[PREFETCH_MAX];
	size_t k = 0;

	for (uint32_t i = from; i < to && i < from + PREFETCH_MAX; i++)
		if (node_child(n, i, &ptr[k], NULL))
			k++;
	if (k > 1)
		cache_prefetch(img, ptr, k);
}

void
prefetch_children(gefs_image *img, const struct node *n, uint32_t from, uint32_t to, uint32_t i)
{
	if ((i - from) % PREFETCH_MAX != 0)
		return;
	if (i == from)
		prefetch_span(img, n, i, to);
	prefetch_span(img, n, i + PREFETCH_MAX, to);
}

struct bounds
prefix_bounds(gefs_bytes prefix, uint8_t storage[KEY_MAX])
{
	struct bounds b = {.lo = prefix, .unbounded = true};
	size_t n = prefix.n < KEY_MAX ? prefix.n : KEY_MAX;

	while (n > 0 && prefix.p[n - 1] == 0xff)
		n--;
	if (n > 0) {
		memcpy(storage, prefix.p, n);
		storage[n - 1]++;
		b.hi = (gefs_bytes){storage, n};
		b.unbounded = false;
	}
	return b;
}

struct scan {
	gefs_image *img;
	const struct scan_ops *ops;
	gefs_error *e;
	struct merge *merge; /* one for the whole scan: it is large */
	uint64_t budget;     /* nodes left: no sound tree has more nodes than the image has blocks */
};

static int
damaged(struct scan *s, const gefs_error *why)
{
	return gefs_tell_damage(s->ops->damage, s->ops->arg, why, s->e);
}

/* leaf may be NULL. */
static int
scan_leaf(struct scan *s, const struct gefs_node *leaf, const struct path *path, const struct bounds *in)
{
	gefs_bytes key, value;
	int rc = 0;

	merge_start(s->merge, leaf ? &leaf->n : NULL, path, in);
	s->merge->misapplied = s->ops->misapplied;
	s->merge->arg = s->ops->arg;
	if (s->ops->step)
		merge_observe(s->merge, leaf ? leaf->addr : GEFS_NIL, s->ops->step, s->ops->arg);
	while (rc == 0 && merge_next(s->merge, &key, &value))
		rc = s->ops->kv ? s->ops->kv(s->ops->arg, key, value) : 0;
	return rc ? rc : s->merge->stopped;
}

static int scan_node(struct scan *, const gefs_ptr *, uint32_t height, const struct path *, const struct bounds *);

static int
scan_pivot(struct scan *s, const struct gefs_node *g, uint32_t height, const struct path *path, const struct bounds *in)
{
	struct path here = *path;
	uint32_t from, to;
	int rc = 0;

	if (here.depth == TREE_HEIGHT_MAX)
		return gefs_fail(s->e, GEFS_EDAMAGE, g->addr, "tree is higher than %d", TREE_HEIGHT_MAX);
	here.level[here.depth++] = (struct pending){&g->n, g->addr, 0, g->n.nbuf};
	child_span(&g->n, in, &from, &to);
	for (uint32_t i = from; rc == 0 && i < to; i++) {
		struct bounds child;
		gefs_ptr ptr;
		prefetch_children(s->img, &g->n, from, to, i);
		if (child_bounds(&g->n, i, in, &child) && node_child(&g->n, i, &ptr, NULL))
			rc = scan_node(s, &ptr, height - 1, &here, &child);
	}
	return rc;
}

static int
scan_node(struct scan *s, const gefs_ptr *ptr, uint32_t height, const struct path *path, const struct bounds *in)
{
	gefs_error why;
	int rc;

	if (s->budget-- == 0)
		return gefs_fail(s->e, GEFS_EDAMAGE, ptr->addr, "tree has more nodes than the image has blocks");
	struct gefs_node *g = gefs_node_open(s->img, ptr, &why);
	if (g && g->n.leaf != (height == 1)) {
		gefs_fail(&why, GEFS_EDAMAGE, ptr->addr, "node 0x%" PRIx64 " is a %s at height %u", ptr->addr,
			  g->n.leaf ? "leaf" : "pivot", height);
		gefs_node_close(g);
		g = NULL;
	} else if (g && !g->n.leaf && g->n.nval == 0) {
		gefs_fail(&why, GEFS_EDAMAGE, ptr->addr, "node 0x%" PRIx64 " is a pivot without children", ptr->addr);
		gefs_node_close(g);
		g = NULL;
	}
	if (!g) {
		rc = damaged(s, &why);
		/* What messages alone say is still known: inserted keys need no leaf. */
		return rc ? rc : scan_leaf(s, NULL, path, in);
	}
	rc = g->n.leaf ? scan_leaf(s, g, path, in) : scan_pivot(s, g, height, path, in);
	gefs_node_close(g);
	return rc;
}

int
tree_scan(gefs_image *img, const gefs_tree *t, const struct bounds *in, const struct scan_ops *ops, gefs_error *e)
{
	struct scan s = {img, ops, e, malloc(sizeof *s.merge), image_blocks(img)};
	struct path path;
	int rc;

	path.depth = 0;
	if (!s.merge)
		return gefs_fail_memory(e);
	if (t->height == 0 || t->height > TREE_HEIGHT_MAX) {
		gefs_error why;
		gefs_fail(&why, GEFS_EDAMAGE, t->root.addr, "a tree of height %u, expected 1 to %d", t->height,
			  TREE_HEIGHT_MAX);
		rc = damaged(&s, &why);
	} else {
		rc = scan_node(&s, &t->root, t->height, &path, in);
	}
	free(s.merge);
	return rc;
}

int
gefs_scan(gefs_image *img, const gefs_tree *t, gefs_bytes prefix, gefs_kv_fn fn, gefs_damage_fn damage, void *arg,
	  gefs_error *e)
{
	uint8_t storage[KEY_MAX];
	struct bounds in = prefix_bounds(prefix, storage);
	struct scan_ops ops = {.kv = fn, .damage = damage, .arg = arg};
	return tree_scan(img, t, &in, &ops, e);
}

int
gefs_trace(gefs_image *img, const gefs_tree *t, gefs_bytes prefix, gefs_step_fn fn, gefs_damage_fn damage, void *arg,
	   gefs_error *e)
{
	uint8_t storage[KEY_MAX];
	struct bounds in = prefix_bounds(prefix, storage);
	struct scan_ops ops = {.damage = damage, .arg = arg, .step = fn};
	return tree_scan(img, t, &in, &ops, e);
}

struct lookup {
	gefs_bytes key;
	void *buf;
	size_t n;
	int found; /* length, or -1 */
};

static int
lookup_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct lookup *l = arg;
	if (!bytes_eq(key, l->key))
		return 0;
	l->found = (int)value.n;
	if (value.n)
		memcpy(l->buf, value.p, value.n < l->n ? value.n : l->n);
	return 1;
}

int
gefs_lookup(gefs_image *img, const gefs_tree *t, gefs_bytes key, void *buf, size_t n, gefs_error *e)
{
	struct lookup l = {key, buf, n, -1};
	struct scan_ops ops = {.kv = lookup_kv, .arg = &l};
	uint8_t after[KEY_MAX + 1]; /* the smallest key above key */

	if (key.n == 0 || key.n > KEY_MAX)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "a key of %zu bytes", key.n);
	memcpy(after, key.p, key.n);
	after[key.n] = 0;
	struct bounds in = {key, {after, key.n + 1}, false};
	if (tree_scan(img, t, &in, &ops, e) < 0)
		return -1;
	return l.found >= 0 ? l.found : gefs_fail(e, GEFS_ENOENT, GEFS_NIL, "no such key");
}
