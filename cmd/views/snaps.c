/* Labels and snapshots. */
#include <stdlib.h>

#include "view.h"

/* Do snapshots know their neighbours, and labels flags? */
static bool
has_links(const struct view *d)
{
	return gefs_features(d->img) & GEFS_HAS_SNAP_LINKS;
}

static void
labels_json(struct view *d)
{
	struct json j;

	for (size_t i = 0; i < gefs_label_count(d->img); i++) {
		const gefs_label *l = gefs_label_get(d->img, i);
		json_begin(&j, stdout);
		json_string(&j, "type", "label");
		json_bytes(&j, "name", l->name, l->len);
		json_addr(&j, "snap", l->snap);
		json_bool(&j, "mutable", l->mutable);
		if (has_links(d))
			json_uint(&j, "flags", l->flags);
		json_end(&j);
	}
}

static void
snap_json(struct view *d, const gefs_snap *s)
{
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "type", "snap");
	json_uint(&j, "id", s->id);
	json_uint(&j, "nref", s->nref);
	json_uint(&j, "height", s->height);
	json_addr(&j, "gen", s->gen);
	json_addr(&j, "pred", s->pred);
	if (has_links(d)) {
		json_uint(&j, "nlbl", s->nlbl);
		json_uint(&j, "flag", s->flag);
		json_addr(&j, "succ", s->succ);
		json_addr(&j, "base", s->base);
	}
	json_ptr(&j, "root", &s->root);
	json_labels(&j, d, s->id);
	json_end(&j);
}

static void
labels_text(struct view *d)
{
	printf("%-24s %10s\n", "label", "snapshot");
	for (size_t i = 0; i < gefs_label_count(d->img); i++) {
		const gefs_label *l = gefs_label_get(d->img, i);
		char *name = printable_new(l->name, l->len);
		printf("%-24s %10" PRIu64 "%s", name ? name : "?", l->snap, l->mutable ? "  mutable" : "");
		if (l->flags & ~1u)
			printf("  flags 0x%" PRIx32, l->flags);
		puts(gefs_snap_by_id(d->img, l->snap) ? "" : "  (no such snapshot)");
		free(name);
	}
}

static void
snap_text(struct view *d, const gefs_snap *s)
{
	char pred[24], succ[24], base[24], root[24];

	printf("%8" PRIu64 "  %8s", s->id, number_text(s->pred, pred));
	if (has_links(d))
		printf(" %8s %8s  %4" PRIu32 " %6" PRIu32, number_text(s->succ, succ), number_text(s->base, base), s->nref,
		       s->nlbl);
	else
		printf("  %10" PRIu32, s->nref);
	printf(" %6" PRIu32 "  %-12s", s->height, addr_text(s->root.addr, root));
	if (s->nlabels) {
		putchar(' ');
		print_labels(d, s->id);
	}
	if (s->flag)
		printf("  flag 0x%" PRIx32, s->flag);
	if (s->gen != s->id)
		printf("  gen %" PRIu64 " differs from the key", s->gen);
	putchar('\n');
}

static int
snaps_json(struct view *d)
{
	labels_json(d);
	for (size_t i = 0; i < gefs_snap_count(d->img); i++)
		snap_json(d, gefs_snap_get(d->img, i));
	return EXIT_DONE;
}

int
view_snaps(struct view *d)
{
	snaps_damage(d);
	if (wants(d, OPT_JSON))
		return snaps_json(d);
	if (wants(d, OPT_DOT))
		return snap_graph_dot(d), EXIT_DONE;
	labels_text(d);
	if (has_links(d))
		printf("\n%8s  %8s %8s %8s  %4s %6s %6s  %-12s %s\n", "snapshot", "pred", "succ", "base", "refs", "labels",
		       "height", "root", "names");
	else
		printf("\n%8s  %8s  %10s %6s  %-12s %s\n", "snapshot", "pred", "refs", "height", "root", "names");
	for (size_t i = 0; i < gefs_snap_count(d->img); i++)
		snap_text(d, gefs_snap_get(d->img, i));
	putchar('\n');
	snap_graph_text(d);
	return EXIT_DONE;
}
