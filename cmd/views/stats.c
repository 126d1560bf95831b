/* Space by use, shape of the trees. */
#include <string.h>

#include "view.h"

struct shape {
	uint64_t pivots, leaves, lost, records, messages;
	uint64_t pivot_fill, leaf_fill;
};

static int
shape_place(void *arg, const gefs_place *p)
{
	struct shape *s = arg;

	if (!p->node) {
		damage_tell(p->error);
		s->lost++;
		return 0;
	}
	s->messages += gefs_node_messages(p->node);
	if (gefs_node_is_leaf(p->node)) {
		s->leaves++;
		s->records += gefs_node_count(p->node);
		s->leaf_fill += gefs_node_fill(p->node);
	} else {
		s->pivots++;
		s->pivot_fill += gefs_node_fill(p->node);
	}
	return 0;
}

/* Fill in percent of the nodes' space. */
static double
percent(uint64_t fill, uint64_t nodes, uint32_t blksz)
{
	return nodes ? 100.0 * (double)fill / ((double)nodes * blksz) : 0;
}

static void
tree_json(struct view *d, const gefs_tree *t, const struct shape *s)
{
	uint32_t blksz = gefs_block_size(d->img);
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "type", "tree");
	json_addr(&j, "snap", t->snap);
	if (t->snap != GEFS_NIL)
		json_labels(&j, d, t->snap);
	json_uint(&j, "height", t->height);
	json_uint(&j, "pivots", s->pivots);
	json_uint(&j, "leaves", s->leaves);
	json_uint(&j, "unreadable", s->lost);
	json_uint(&j, "records", s->records);
	json_uint(&j, "messages", s->messages);
	json_real(&j, "pivot_fill_percent", percent(s->pivot_fill, s->pivots, blksz));
	json_real(&j, "leaf_fill_percent", percent(s->leaf_fill, s->leaves, blksz));
	json_end(&j);
}

static int
tree_stats(struct view *d, const gefs_tree *t)
{
	uint32_t blksz = gefs_block_size(d->img);
	struct shape s = {0};
	gefs_error e;

	if (gefs_node_walk(d->img, t, shape_place, &s, &e) < 0)
		return failed(&e);
	if (wants(d, OPT_JSON)) {
		tree_json(d, t, &s);
		return EXIT_DONE;
	}
	printf("%6" PRIu32 "  %6" PRIu64 "  %4.0f%%  %6" PRIu64 "  %4.0f%%  %8" PRIu64 "  %8" PRIu64 "  ", t->height,
	       s.pivots, percent(s.pivot_fill, s.pivots, blksz), s.leaves, percent(s.leaf_fill, s.leaves, blksz),
	       s.records, s.messages);
	if (t->snap == GEFS_NIL)
		fputs("(snapshot tree)", stdout);
	else
		print_labels(d, t->snap);
	putchar('\n');
	return EXIT_DONE;
}

static void
print_uses(struct view *d, const uint64_t *blocks, uint64_t total)
{
	uint32_t blksz = gefs_block_size(d->img);
	struct json j;
	char size[32];

	for (int u = 0; u < GEFS_USE_MAX; u++) {
		if (wants(d, OPT_JSON)) {
			json_begin(&j, stdout);
			json_string(&j, "type", "use");
			json_string(&j, "use", use_name(d->img, (gefs_use)u));
			json_uint(&j, "blocks", blocks[u]);
			json_uint(&j, "bytes", blocks[u] * blksz);
			json_end(&j);
		} else if (blocks[u]) {
			printf("  %-16s %10" PRIu64 " blocks  %10s  %5.1f%%\n", use_name(d->img, (gefs_use)u), blocks[u],
			       human_size(blocks[u] * blksz, size), 100.0 * (double)blocks[u] / (double)total);
		}
	}
}

static int
use_stats(struct view *d)
{
	uint32_t blksz = gefs_block_size(d->img);
	uint64_t blocks[GEFS_USE_MAX] = {0}, total = gefs_device_size(d->img) / blksz;
	gefs_error e;
	gefs_map *m = gefs_map_make(d->img, damage_fn, NULL, &e);

	if (!m)
		return failed(&e);
	for (uint64_t i = 0; i < total; i++) {
		gefs_use u = gefs_map_use(m, i * blksz);
		if (u < GEFS_USE_MAX)
			blocks[u]++;
	}
	gefs_map_free(m);
	if (!wants(d, OPT_JSON))
		puts("what the blocks are used for");
	print_uses(d, blocks, total);
	return EXIT_DONE;
}

int
view_stats(struct view *d)
{
	gefs_tree t;
	int status;

	if (!wants(d, OPT_JSON))
		puts("space of the arenas");
	view_arenas(d);
	if (!wants(d, OPT_JSON))
		putchar('\n');
	status = use_stats(d);
	snaps_damage(d);
	if (!wants(d, OPT_JSON))
		printf("\n%6s  %6s  %5s  %6s  %5s  %8s  %8s  tree\n", "height", "pivots", "fill", "leaves", "fill", "records",
		       "messages");
	if (status == EXIT_DONE && gefs_tree_find(d->img, "snap", &t, NULL) == 0)
		status = tree_stats(d, &t);
	for (size_t i = 0; status == EXIT_DONE && i < gefs_snap_count(d->img); i++) {
		gefs_tree_of(gefs_snap_get(d->img, i), &t);
		status = tree_stats(d, &t);
	}
	return status;
}
