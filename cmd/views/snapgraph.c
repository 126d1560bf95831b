/* The graph of snapshots: each stands below its predecessor, newer ones on one line of time at the same depth. */
#include <stdlib.h>
#include <string.h>

#include "view.h"

struct step {
	const gefs_snap *snap;
	unsigned depth;
};

struct graph {
	struct view *d;
	const gefs_snap **by_pred; /* sorted by (pred, id) */
	size_t n;
	uint8_t *seen; /* by index */
	struct step *stack;
	size_t top;
};

static int
pred_cmp(const void *a, const void *b)
{
	const gefs_snap *x = *(const gefs_snap *const *)a, *y = *(const gefs_snap *const *)b;
	if (x->pred != y->pred)
		return x->pred < y->pred ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static bool
graph_init(struct graph *g, struct view *d)
{
	*g = (struct graph){.d = d, .n = gefs_snap_count(d->img)};
	g->by_pred = calloc(g->n + 1, sizeof(*g->by_pred));
	g->seen = calloc(g->n + 1, 1);
	g->stack = calloc(g->n + 1, sizeof *g->stack);
	if (!g->by_pred || !g->seen || !g->stack)
		return false;
	for (size_t i = 0; i < g->n; i++)
		g->by_pred[i] = gefs_snap_get(d->img, i);
	if (g->n)
		qsort(g->by_pred, g->n, sizeof(*g->by_pred), pred_cmp);
	return true;
}

static void
graph_free(struct graph *g)
{
	free(g->by_pred);
	free(g->seen);
	free(g->stack);
}

/* Index of the first snapshot with this predecessor or a greater one. */
static size_t
first_child(const struct graph *g, uint64_t pred)
{
	size_t lo = 0, hi = g->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (g->by_pred[mid]->pred < pred)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
push(struct graph *g, size_t i, unsigned depth)
{
	if (g->seen[i])
		return;
	g->seen[i] = 1;
	g->stack[g->top++] = (struct step){g->by_pred[i], depth};
}

/* The successor goes below all forks, so it is pushed first. */
static void
push_children(struct graph *g, const struct step *s)
{
	size_t from = first_child(g, s->snap->id), to = from;

	while (to < g->n && g->by_pred[to]->pred == s->snap->id)
		to++;
	for (size_t i = from; i < to; i++)
		if (g->by_pred[i]->id == s->snap->succ)
			push(g, i, s->depth);
	for (size_t i = to; i > from; i--)
		push(g, i - 1, s->depth + 1);
}

static void
print_step(struct graph *g, const struct step *s)
{
	unsigned indent = s->depth < 40 ? s->depth : 40;

	printf("%*s%" PRIu64, (int)(2 * indent), "", s->snap->id);
	if (s->snap->nlabels) {
		fputs("  ", stdout);
		print_labels(g->d, s->snap->id);
	}
	if (s->depth == 0 && s->snap->pred != s->snap->id && s->snap->pred != GEFS_NIL &&
	    !gefs_snap_by_id(g->d->img, s->snap->pred))
		printf("  (its predecessor %" PRIu64 " does not exist)", s->snap->pred);
	putchar('\n');
}

static void
print_from(struct graph *g, size_t root)
{
	push(g, root, 0);
	while (g->top) {
		struct step s = g->stack[--g->top];
		print_step(g, &s);
		push_children(g, &s);
	}
}

void
snap_graph_text(struct view *d)
{
	struct graph g;

	if (graph_init(&g, d)) {
		for (size_t i = 0; i < g.n; i++)
			if (g.by_pred[i]->pred == g.by_pred[i]->id || !gefs_snap_by_id(d->img, g.by_pred[i]->pred))
				print_from(&g, i);
		/* What is left hangs together in a ring. */
		for (size_t i = 0; i < g.n; i++)
			if (!g.seen[i])
				print_from(&g, i);
	}
	graph_free(&g);
}

static void
dot_labels(struct view *d)
{
	for (size_t i = 0; i < gefs_label_count(d->img); i++) {
		const gefs_label *l = gefs_label_get(d->img, i);
		char *name = printable_new(l->name, l->len);
		printf("\tl%zu [shape=%s, label=\"", i, l->mutable ? "box" : "note");
		for (const char *p = name ? name : "?"; *p; p++)
			printf(*p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
		printf("\"];\n\tl%zu -> s%" PRIu64 " [style=dashed];\n", i, l->snap);
		free(name);
	}
}

void
snap_graph_dot(struct view *d)
{
	puts("digraph snapshots {\n\trankdir=BT;\n\tnode [shape=ellipse];");
	for (size_t i = 0; i < gefs_snap_count(d->img); i++) {
		const gefs_snap *s = gefs_snap_get(d->img, i);
		printf("\ts%" PRIu64 " [label=\"%" PRIu64 "\"];\n", s->id, s->id);
		if (s->pred != s->id && s->pred != GEFS_NIL)
			printf("\ts%" PRIu64 " -> s%" PRIu64 ";\n", s->id, s->pred);
	}
	dot_labels(d);
	puts("}");
}
