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

static int
visit(struct walk *w, const gefs_ptr *ptr, uint32_t depth, uint32_t height)
{
	gefs_error why;

	if (w->budget-- == 0)
		return gefs_fail(w->e, GEFS_EDAMAGE, ptr->addr, "tree has more nodes than the image has blocks");
	struct gefs_node *g = gefs_node_open(w->img, ptr, &why);
	gefs_place place = {g, g ? NULL : &why, *ptr, depth, height};
	int rc = w->fn(w->arg, &place);

	if (!g)
		return rc == GEFS_SKIP ? 0 : rc;
	/* A child below height 1 would be beyond what the record says: stop there, or a cycle has no end. */
	for (uint32_t i = 0; rc == 0 && !g->n.leaf && height > 1 && i < g->n.nval; i++) {
		gefs_ptr child;
		if (node_child(&g->n, i, &child, NULL))
			rc = visit(w, &child, depth + 1, height - 1);
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
	return visit(&w, &t->root, 0, t->height);
}
