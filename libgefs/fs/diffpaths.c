/* Differences in the order of their paths. Directories of both trees and items become one tree of names, level by
 * level: what has the same path in both is in the same place of it. A path exists only while it is told. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"
#include "fs/difference.h"

#define NONE UINT32_MAX

/* A directory, or an item. */
struct twig {
	gefs_bytes name;
	uint32_t parent; /* twig; NONE at the top */
	uint32_t depth;  /* NONE: not known yet */
	uint32_t item;   /* NONE: a directory */
	uint32_t place;
};

/* A name in a place: those twigs in `order` that are there. */
struct place {
	uint32_t from, to;         /* twigs */
	uint32_t kids, kids_to;    /* places */
};

struct order {
	struct differences *s;
	struct twig *twig;
	size_t n, cap;
	uint32_t *order; /* by depth, and in a level by place of the parent, name and kind */
	struct place *place;
	size_t nplaces;
	uint32_t first[2]; /* twigs of dirs[].located */
	const char *below;
	gefs_diff_fn fn;
	void *arg;
	uint8_t *path;
	size_t cap_path;
};

static int
add_twig(struct order *o, gefs_bytes name, uint32_t parent, uint32_t depth, uint32_t item)
{
	struct twig t = {name, parent, depth, item, NONE};

	if (o->n >= NONE - 1 || !vec_push(o->twig, o->n, o->cap, t))
		return gefs_fail_memory(o->s->e);
	return 0;
}

/* ---- where each twig hangs ---- */

/* At the top, for want of a place that is known. */
static int
uproot(struct order *o, struct twig *t, uint64_t qid)
{
	char name[32];
	int n = snprintf(name, sizeof name, "?%" PRIu64, qid);
	const uint8_t *p = bytestore_copy(&o->s->names, name, (size_t)n);

	if (!p)
		return gefs_fail_memory(o->s->e);
	*t = (struct twig){{p, (size_t)n}, NONE, 0, NONE, NONE};
	return 0;
}

static uint32_t
twig_of(const struct order *o, int side, uint64_t qid)
{
	const struct dir_list *l = &o->s->dirs[side].located;
	const struct dir *d = dir_find(l, qid);
	return d ? o->first[side] + (uint32_t)(d - l->v) : NONE;
}

static int
add_dirs(struct order *o, int side)
{
	const struct dir_list *l = &o->s->dirs[side].located;
	int rc = 0;

	o->first[side] = (uint32_t)o->n;
	for (size_t i = 0; rc == 0 && i < l->n; i++)
		rc = add_twig(o, l->v[i].name, NONE, NONE, NONE);
	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		const struct dir *d = &l->v[i];
		struct twig *t = &o->twig[o->first[side] + i];
		if (d->known && d->parent == GEFS_NIL) {
			t->name.n = 0;
			t->depth = 0;
		} else if (!d->known || (t->parent = twig_of(o, side, d->parent)) == NONE) {
			rc = uproot(o, t, d->qid);
		}
	}
	return rc;
}

/* Finds the depth of a directory and of those above it. One in a loop, or too deep, is uprooted. */
static int
find_depth(struct order *o, uint32_t i, uint64_t qid)
{
	uint32_t steps = 0, top = i;

	while (o->twig[top].depth == NONE && steps <= PATH_DEPTH_MAX) {
		top = o->twig[top].parent;
		steps++;
	}
	if (o->twig[top].depth == NONE || steps + o->twig[top].depth > PATH_DEPTH_MAX)
		return uproot(o, &o->twig[i], qid);
	for (uint32_t depth = o->twig[top].depth + steps; i != top; i = o->twig[i].parent)
		o->twig[i].depth = depth--;
	return 0;
}

static int
find_depths(struct order *o, int side)
{
	const struct dir_list *l = &o->s->dirs[side].located;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->n; i++)
		rc = find_depth(o, o->first[side] + (uint32_t)i, l->v[i].qid);
	return rc;
}

/* The side whose path an item is told by. */
static int
side_of(const struct item *it)
{
	return it->kind == GEFS_DIFF_REMOVED ? OLD : NEW;
}

static int
add_items(struct order *o)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < o->s->n; i++) {
		const struct item *it = &o->s->item[i];
		const gefs_dirent *d = &it->d[side_of(it)];
		if (d->parent == GEFS_NIL) {
			rc = add_twig(o, (gefs_bytes){d->name.p, 0}, NONE, 0, (uint32_t)i);
		} else {
			uint32_t parent = twig_of(o, side_of(it), d->parent);
			rc = add_twig(o, d->name, parent, o->twig[parent].depth + 1, (uint32_t)i);
		}
	}
	return rc;
}

/* ---- places ---- */

static int
by_depth(const void *a, const void *b, void *arg)
{
	const struct order *o = arg;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	const struct twig *x = &o->twig[i], *y = &o->twig[k];

	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	return (i > k) - (i < k);
}

static uint32_t
place_above(const struct order *o, const struct twig *t)
{
	return t->parent == NONE ? NONE : o->twig[t->parent].place;
}

static int
compare_places(const struct order *o, const struct twig *x, const struct twig *y)
{
	uint32_t p = place_above(o, x), q = place_above(o, y);
	return p != q ? (p < q ? -1 : 1) : bytes_cmp(x->name, y->name);
}

/* Directories, REMOVED, the others. */
static int
rank(const struct order *o, const struct twig *t)
{
	return t->item == NONE ? 0 : side_of(&o->s->item[t->item]) == OLD ? 1 : 2;
}

static int
by_place(const void *a, const void *b, void *arg)
{
	const struct order *o = arg;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	const struct twig *x = &o->twig[i], *y = &o->twig[k];
	int c = compare_places(o, x, y);

	if (c == 0)
		c = rank(o, x) - rank(o, y);
	return c ? c : (i > k) - (i < k);
}

/* Makes the places of one level: order[from, to). */
static void
make_places(struct order *o, uint32_t from, uint32_t to)
{
	qsort_r(o->order + from, to - from, sizeof *o->order, by_place, o);
	for (uint32_t i = from; i < to; i++) {
		struct twig *t = &o->twig[o->order[i]];
		if (i == from || compare_places(o, &o->twig[o->order[i - 1]], t) != 0) {
			uint32_t above = place_above(o, t), here = (uint32_t)o->nplaces++;
			o->place[here] = (struct place){i, i, 0, 0};
			if (above != NONE && o->place[above].kids_to == 0)
				o->place[above].kids = here;
			if (above != NONE)
				o->place[above].kids_to = here + 1;
		}
		t->place = (uint32_t)o->nplaces - 1;
		o->place[t->place].to = i + 1;
	}
}

static int
make_order(struct order *o)
{
	o->order = calloc(o->n + 1, sizeof *o->order);
	o->place = calloc(o->n + 1, sizeof *o->place);
	if (!o->order || !o->place)
		return gefs_fail_memory(o->s->e);
	for (size_t i = 0; i < o->n; i++)
		o->order[i] = (uint32_t)i;
	qsort_r(o->order, o->n, sizeof *o->order, by_depth, o);
	for (uint32_t from = 0, to; from < o->n; from = to) {
		uint32_t depth = o->twig[o->order[from]].depth;
		for (to = from + 1; to < o->n && o->twig[o->order[to]].depth == depth; to++)
			;
		make_places(o, from, to);
	}
	return 0;
}

/* ---- telling ---- */

static bool
wanted(const struct order *o, size_t len)
{
	size_t n = o->below ? strlen(o->below) : 0;

	if (n <= 1)
		return true;
	return len >= n && memcmp(o->path, o->below, n) == 0 && (len == n || o->path[n] == '/');
}

static int
tell_item(struct order *o, const struct item *it, size_t len)
{
	gefs_diff_stats *st = o->s->stats;
	gefs_difference d = {it->kind, o->path, len, it->has[OLD] ? &it->d[OLD] : NULL,
			     it->has[NEW] ? &it->d[NEW] : NULL, it->what};

	if (len == 0)
		memcpy(o->path, "/", 2);
	if (len == 0)
		d.path_len = 1;
	if (!wanted(o, d.path_len))
		return 0;
	st->added += it->kind == GEFS_DIFF_ADDED;
	st->removed += it->kind == GEFS_DIFF_REMOVED;
	st->changed += it->kind == GEFS_DIFF_CHANGED;
	return o->fn(o->arg, &d);
}

/* Puts a name behind the first len bytes of the path; the new length, or -1. */
static int64_t
extend(struct order *o, size_t len, gefs_bytes name, bool slash)
{
	size_t end = len + slash + name.n;

	if (end + 2 > o->cap_path) {
		uint8_t *p = realloc(o->path, 2 * end + 2);
		if (!p)
			return gefs_fail_memory(o->s->e);
		o->path = p;
		o->cap_path = 2 * end + 2;
	}
	if (slash)
		o->path[len] = '/';
	if (name.n)
		memcpy(o->path + len + slash, name.p, name.n);
	o->path[end] = 0;
	return (int64_t)end;
}

/* Recursion is bounded by PATH_DEPTH_MAX. */
static int
tell_place(struct order *o, const struct place *p, size_t len)
{
	const struct twig *first = &o->twig[o->order[p->from]];
	int64_t end = extend(o, len, first->name, first->depth > 0);
	int rc = end < 0 ? -1 : 0;

	for (uint32_t i = p->from; rc == 0 && i < p->to; i++) {
		uint32_t item = o->twig[o->order[i]].item;
		if (item != NONE)
			rc = tell_item(o, &o->s->item[item], (size_t)end);
	}
	for (uint32_t i = p->kids; rc == 0 && i < p->kids_to; i++)
		rc = tell_place(o, &o->place[i], (size_t)end);
	return rc;
}

static int
tell_all(struct order *o)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < o->nplaces && o->twig[o->order[o->place[i].from]].depth == 0; i++)
		rc = tell_place(o, &o->place[i], 0);
	return rc;
}

static int
want_parents(struct differences *s)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		int side = side_of(&s->item[i]);
		uint64_t parent = s->item[i].d[side].parent;
		if (parent != GEFS_NIL)
			rc = dirs_want(&s->dirs[side], parent, s->e);
	}
	return rc;
}

int
differences_tell(struct differences *s, const char *below, gefs_diff_fn fn, void *arg)
{
	struct order o = {.s = s, .below = below, .fn = fn, .arg = arg};
	int rc = want_parents(s);

	for (int i = 0; rc == 0 && i < 2; i++)
		rc = dirs_locate(&s->dirs[i], s->e);
	for (int i = 0; rc == 0 && i < 2; i++)
		rc = add_dirs(&o, i);
	for (int i = 0; rc == 0 && i < 2; i++)
		rc = find_depths(&o, i);
	if (rc == 0)
		rc = add_items(&o);
	if (rc == 0)
		rc = make_order(&o);
	if (rc == 0)
		rc = tell_all(&o);
	free(o.twig);
	free(o.order);
	free(o.place);
	free(o.path);
	return rc;
}
