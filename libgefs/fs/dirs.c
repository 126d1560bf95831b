#include "fs/dirs.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"

static int
by_qid(const void *a, const void *b)
{
	const struct dir *x = a, *y = b;
	return (x->qid > y->qid) - (x->qid < y->qid);
}

struct dir *
dir_find(const struct dir_list *l, uint64_t qid)
{
	struct dir want = {.qid = qid};
	return l->n ? bsearch(&want, l->v, l->n, sizeof want, by_qid) : NULL;
}

static int
push(struct dir_list *l, struct dir d, gefs_error *e)
{
	return vec_push(l->v, l->n, l->cap, d) ? 0 : gefs_fail_memory(e);
}

/* Of several with one number, which only damage makes, the first one by place counts: so nothing depends on the order in
 * which they were met. */
static int
by_qid_and_place(const void *a, const void *b)
{
	const struct dir *x = a, *y = b;
	int c = by_qid(x, y);

	if (c == 0)
		c = (x->parent > y->parent) - (x->parent < y->parent);
	return c ? c : bytes_cmp(x->name, y->name);
}

static void
sort_unique(struct dir_list *l)
{
	size_t n = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_qid_and_place);
	for (size_t i = 0; i < l->n; i++)
		if (n == 0 || l->v[n - 1].qid != l->v[i].qid)
			l->v[n++] = l->v[i];
	l->n = n;
}

int
dirs_met(struct dirs *s, const gefs_dirent *d, gefs_error *e)
{
	s->sorted = false;
	return push(&s->met, (struct dir){d->qpath, d->parent, d->name, true}, e);
}

int
dirs_want(struct dirs *s, uint64_t qid, gefs_error *e)
{
	return push(&s->wanted, (struct dir){.qid = qid}, e);
}

struct search {
	struct dirs *s;
	int (*each)(void *arg, gefs_bytes key, const gefs_dirent *);
	void *arg;
	gefs_error *e;
};

static int
search_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct search *q = arg;
	struct dirs *s = q->s;
	gefs_dirent d;

	if (!entry_decode(s->img->f, key, value, &d))
		return 0;
	int rc = q->each ? q->each(q->arg, key, &d) : 0;
	if (rc || !d.is_dir)
		return rc;
	if (!(d.name.p = bytestore_copy(s->names, d.name.p, d.name.n)))
		return gefs_fail_memory(q->e);
	return dirs_met(s, &d, q->e);
}

static int
pass_over(void *arg, const gefs_error *e)
{
	(void)arg;
	(void)e;
	return 0;
}

int
dirs_search(struct dirs *s, int (*each)(void *, gefs_bytes, const gefs_dirent *), void *arg, gefs_error *e)
{
	struct search q = {s, each, arg, e};
	uint8_t type[KEY_MAX];
	size_t n = key_prefix(s->img->f, KEY_ENTRY, 0, type) ? 1 : 0;
	int rc = gefs_scan(s->img, s->tree, (gefs_bytes){type, n}, search_kv, pass_over, &q, e);

	s->searched |= rc == 0;
	return rc;
}

static bool
already_met(struct dirs *s, struct dir *d)
{
	if (!s->sorted)
		sort_unique(&s->met);
	s->sorted = true;
	const struct dir *m = dir_find(&s->met, d->qid);
	if (m)
		*d = *m;
	return m != NULL;
}

static int
locate(struct dirs *s, struct dir *d, gefs_error *e)
{
	uint8_t storage[KEY_MAX];
	gefs_dirent found;
	gefs_error why;

	if (already_met(s, d) || s->searched)
		return 0;
	if (entry_by_up(s->img, s->tree, d->qid, &found, storage, &why) == 0) {
		const uint8_t *name = bytestore_copy(s->names, found.name.p, found.name.n);
		*d = (struct dir){d->qid, found.parent, {name, found.name.n}, true};
		return name ? 0 : gefs_fail_memory(e);
	}
	/* Also when it was interrupted: that ends this as well. */
	int rc = dirs_search(s, NULL, NULL, e);
	if (rc == 0)
		already_met(s, d);
	return rc;
}

/* Adds what is not in the list yet; both are ascending. */
static int
merge(struct dir_list *into, const struct dir_list *more, gefs_error *e)
{
	size_t i = into->n, j = more->n, n = i + j;
	struct dir *v = n ? realloc(into->v, n * sizeof *v) : NULL;

	if (n && !v)
		return gefs_fail_memory(e);
	while (j > 0) {
		bool later = i > 0 && v[i - 1].qid > more->v[j - 1].qid;
		v[--n] = later ? v[--i] : more->v[--j];
	}
	into->v = v;
	into->n = into->cap = into->n + more->n;
	return 0;
}

/* Locates one level, and finds what is to be located next. */
static int
locate_level(struct dirs *s, struct dir_list *level, struct dir_list *above, gefs_error *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < level->n; i++)
		rc = locate(s, &level->v[i], e);
	if (rc == 0)
		rc = merge(&s->located, level, e);
	for (size_t i = 0; rc == 0 && i < level->n; i++) {
		const struct dir *d = &level->v[i];
		if (d->known && d->parent != GEFS_NIL && !dir_find(&s->located, d->parent))
			rc = push(above, (struct dir){.qid = d->parent}, e);
	}
	sort_unique(above);
	return rc;
}

int
dirs_locate(struct dirs *s, gefs_error *e)
{
	int rc = 0;

	sort_unique(&s->wanted);
	/* Deeper ones have no path. */
	for (int depth = 0; rc == 0 && s->wanted.n && depth < PATH_DEPTH_MAX; depth++) {
		struct dir_list above = {0};
		rc = locate_level(s, &s->wanted, &above, e);
		free(s->wanted.v);
		s->wanted = above;
	}
	return rc;
}

void
dirs_free(struct dirs *s)
{
	free(s->met.v);
	free(s->located.v);
	free(s->wanted.v);
}
