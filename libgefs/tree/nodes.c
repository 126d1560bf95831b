/* Visiting every node of a tree, whatever its state. */
#include "tree/tree.h"

#include <inttypes.h>

#include "base/error.h"

struct walk {
	gefs_image *img;
	gefs_node_fn fn;
	void *arg;
	gefs_error *e;
	uint64_t budget; /* nodes left: no sound tree has more nodes than the image has blocks */
};

/* Does a pivot hold keys of the range that its parent gives it? One that does not was reached by a wrong pointer; to
 * follow those could take time without end, as every way through a web of them counts. */
static bool
belongs(const struct node *n, gefs_bytes lo, const gefs_bytes *hi)
{
	return n->nval == 0 || (bytes_cmp(node_value(n, 0).key, lo) >= 0 &&
				(!hi || bytes_cmp(node_value(n, n->nval - 1).key, *hi) < 0));
}

static int
visit(struct walk *w, const gefs_ptr *ptr, uint32_t depth, uint32_t height, gefs_bytes lo, const gefs_bytes *hi)
{
	gefs_error why;

	if (w->budget-- == 0)
		return gefs_fail(w->e, GEFS_EDAMAGE, ptr->addr, "tree has more nodes than the image has blocks");
	struct gefs_node *g = gefs_node_open(w->img, ptr, &why);
	if (!g && why.code == GEFS_ECANCEL)
		return gefs_fail_same(w->e, &why);
	gefs_place place = {g, g ? NULL : &why, *ptr, depth, height};
	int rc = w->fn(w->arg, &place);

	/* A child below height 1 would be beyond what the record says: stop there, or a cycle has no end. */
	bool down = rc == 0 && g && !g->n.leaf && height > 1 && belongs(&g->n, lo, hi);
	for (uint32_t i = 0; down && rc == 0 && i < g->n.nval; i++) {
		gefs_ptr child;
		gefs_bytes next = {NULL, 0};
		if (i + 1 < g->n.nval)
			next = node_value(&g->n, i + 1).key;
		if (node_child(&g->n, i, &child, NULL))
			rc = visit(w, &child, depth + 1, height - 1, node_value(&g->n, i).key, next.p ? &next : hi);
	}
	gefs_node_close(g);
	return rc == GEFS_SKIP ? 0 : rc;
}

int
gefs_node_walk(gefs_image *img, const gefs_tree *t, gefs_node_fn fn, void *arg, gefs_error *e)
{
	struct walk w = {img, fn, arg, e, image_blocks(img)};
	if (t->height == 0 || t->height > TREE_HEIGHT_MAX)
		return gefs_fail(e, GEFS_EDAMAGE, t->root.addr, "a tree of height %u, expected 1 to %d", t->height,
				 TREE_HEIGHT_MAX);
	return visit(&w, &t->root, 0, t->height, (gefs_bytes){NULL, 0}, NULL);
}
