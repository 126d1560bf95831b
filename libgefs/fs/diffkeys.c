/* From keys that differ to entries and files that do. */
#include <stdlib.h>

#include "base/error.h"
#include "base/numset.h"
#include "base/vec.h"
#include "fs/difference.h"
#include "tree/diff.h"

struct collect {
	struct differences *s;
	gefs_damage_fn damage;
	void *arg;
	uint8_t last[KEY_MAX];
	size_t nlast;
	struct numset opened[2], any; /* addresses of nodes */
	uint64_t shared;              /* nodes opened on both sides */
};

/* In damaged nodes keys may come again and again: each counts once, so that memory is bounded by the image. */
static bool
ascends(struct collect *c, gefs_bytes key)
{
	if (key.n > KEY_MAX || (c->nlast && bytes_cmp((gefs_bytes){c->last, c->nlast}, key) >= 0))
		return false;
	memcpy(c->last, key.p, key.n);
	c->nlast = key.n;
	return true;
}

static int
tell_entry(struct collect *c, gefs_bytes key)
{
	char text[300];
	gefs_error why;

	gefs_fail(&why, GEFS_EDAMAGE, GEFS_NIL, "a directory entry cannot be decoded: %s",
		  gefs_format_key(c->s->img, key, text, sizeof text));
	return gefs_tell_damage(c->damage, c->arg, &why, c->s->e);
}

static int
add_entry(struct collect *c, gefs_bytes key, const struct diff_value *const v[2])
{
	struct differences *s = c->s;
	struct item it = {.kind = GEFS_DIFF_CHANGED};
	gefs_bytes own = {bytestore_copy(&s->names, key.p, key.n), key.n};
	int rc = 0;

	if (!own.p)
		return gefs_fail_memory(s->e);
	if (!v[OLD]->present || !v[NEW]->present)
		it.kind = v[OLD]->present ? GEFS_DIFF_REMOVED : GEFS_DIFF_ADDED;
	for (int i = 0; i < 2; i++) {
		it.has[i] = v[i]->present;
		if (v[i]->present && !entry_decode(s->img->f, own, v[i]->value, &it.d[i]))
			return tell_entry(c, key);
	}
	for (int i = 0; rc == 0 && i < 2; i++)
		if (it.has[i] && it.d[i].is_dir)
			rc = dirs_met(&s->dirs[i], &it.d[i], s->e);
	if (rc == 0 && !vec_push(s->item, s->n, s->cap, it))
		rc = gefs_fail_memory(s->e);
	return rc;
}

/* The same contents, written again elsewhere? */
static bool
same_contents(const struct format *f, const struct key *k, const struct diff_value *const v[2])
{
	for (int i = 0; i < 2; i++)
		if (!v[i]->present || value_check(f, k, v[i]->value))
			return false;
	return ptr_decode(f, v[OLD]->value.p).hash == ptr_decode(f, v[NEW]->value.p).hash;
}

static int
add_block(struct differences *s, const struct key *k)
{
	struct changed_file *last = s->nfiles ? &s->file[s->nfiles - 1] : NULL;
	struct changed_file f = {k->qid, k->offset, false};

	if (last && last->qid == k->qid) {
		if (k->offset < last->first)
			last->first = k->offset;
		return 0;
	}
	return vec_push(s->file, s->nfiles, s->cap_files, f) ? 0 : gefs_fail_memory(s->e);
}

static int
on_change(void *arg, gefs_bytes key, const struct diff_value *old, const struct diff_value *new)
{
	struct collect *c = arg;
	const struct diff_value *const v[2] = {old, new};
	struct key k;

	if (!ascends(c, key))
		return 0;
	c->s->stats->keys++;
	if (key_decode(c->s->img->f, key, &k))
		return 0;
	if (k.type == KEY_ENTRY)
		return add_entry(c, key, v);
	return k.type == KEY_DATA && !same_contents(c->s->img->f, &k, v) ? add_block(c->s, &k) : 0;
}

static int
on_damage(void *arg, int which, const gefs_error *why)
{
	struct collect *c = arg;

	(void)which;
	int rc = gefs_tell_damage(c->damage, c->arg, why, c->s->e);
	return rc ? rc : GEFS_SKIP;
}

static int
on_opened(void *arg, int which, uint64_t addr)
{
	struct collect *c = arg;
	int here = numset_add(&c->opened[which], addr), anywhere = numset_add(&c->any, addr);

	if (here < 0 || anywhere < 0)
		return gefs_fail_memory(c->s->e);
	c->s->stats->nodes_opened += (uint64_t)anywhere;
	c->shared += here && !anywhere;
	return 0;
}

static int
by_qid(const void *a, const void *b)
{
	const struct changed_file *x = a, *y = b;

	if (x->qid != y->qid)
		return x->qid < y->qid ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

/* Keys need not come in the order of numbers. */
static void
sort_files(struct differences *s)
{
	size_t n = 0;

	if (s->nfiles)
		qsort(s->file, s->nfiles, sizeof *s->file, by_qid);
	for (size_t i = 0; i < s->nfiles; i++)
		if (n == 0 || s->file[n - 1].qid != s->file[i].qid)
			s->file[n++] = s->file[i];
	s->nfiles = n;
}

int
differences_collect(struct differences *s, gefs_damage_fn damage, void *arg)
{
	struct collect *c = calloc(1, sizeof *c);
	struct diff_ops ops = {.change = on_change, .damage = on_damage, .arg = c, .opened = on_opened};

	if (!c)
		return gefs_fail_memory(s->e);
	c->s = s;
	c->damage = damage;
	c->arg = arg;
	int rc = tree_diff(s->img, s->dirs[OLD].tree, s->dirs[NEW].tree, &ops, s->e);
	s->stats->nodes_changed = s->stats->nodes_opened - c->shared;
	sort_files(s);
	numset_free(&c->opened[OLD]);
	numset_free(&c->opened[NEW]);
	numset_free(&c->any);
	free(c);
	return rc;
}
