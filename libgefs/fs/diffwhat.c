/* What differs in entries that do, and which of them are one file that was moved. */
#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"
#include "fs/difference.h"

static struct changed_file *
file_of(const struct differences *s, uint64_t qid)
{
	for (size_t lo = 0, hi = s->nfiles; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;
		struct changed_file *f = &s->file[mid];
		if (f->qid == qid)
			return f;
		if (f->qid < qid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* Marks the blocks of a file as told; true when the first one that differs lies below an end. */
static bool
take_blocks(struct differences *s, uint64_t qid, uint64_t end)
{
	struct changed_file *f = file_of(s, qid);

	if (f)
		f->told = true;
	return f && f->first < end;
}

static uint64_t
longer(const gefs_dirent *a, const gefs_dirent *b)
{
	return a->length > b->length ? a->length : b->length;
}

static unsigned
compare(const gefs_dirent *a, const gefs_dirent *b)
{
	unsigned what = 0;

	if (a->length != b->length)
		what |= GEFS_DIFF_LENGTH;
	if (a->mode != b->mode || a->qtype != b->qtype)
		what |= GEFS_DIFF_MODE;
	if (a->uid != b->uid || a->gid != b->gid)
		what |= GEFS_DIFF_OWNER;
	if (a->muid != b->muid)
		what |= GEFS_DIFF_MODIFIER;
	if (a->atime_ns != b->atime_ns || a->mtime_ns != b->mtime_ns)
		what |= GEFS_DIFF_TIMES;
	if (a->qvers != b->qvers)
		what |= GEFS_DIFF_VERSION;
	if (a->qpath != b->qpath)
		what |= GEFS_DIFF_QID;
	return what;
}

static void
explain(struct differences *s, struct item *it)
{
	const gefs_dirent *old = &it->d[OLD], *new = &it->d[NEW];
	bool blocks = false;

	for (int i = 0; i < 2; i++)
		if (it->has[i])
			blocks |= take_blocks(s, it->d[i].qpath, longer(old, new));
	if (!it->has[OLD] || !it->has[NEW])
		return;
	it->what |= compare(old, new);
	if (it->what & GEFS_DIFF_QID)
		blocks = longer(old, new) > 0;
	if (blocks)
		it->what |= GEFS_DIFF_CONTENTS;
}

/* ---- moves ---- */

struct numbered {
	uint64_t qid;
	size_t item;
};

struct side_list {
	struct numbered *v;
	size_t n, cap;
};

static int
by_qid(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->qid != y->qid)
		return x->qid < y->qid ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

/* Items whose file one side has at this place, and the other has not. */
static bool
list_side(const struct differences *s, int side, struct side_list *l)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct item *it = &s->item[i];
		struct numbered x = {it->d[side].qpath, i};
		if (it->has[side] && (!it->has[!side] || it->d[OLD].qpath != it->d[NEW].qpath) &&
		    !vec_push(l->v, l->n, l->cap, x))
			return false;
	}
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_qid);
	return true;
}

/* Gives an item that only one side has the entry of the other side, which is at another place. */
static void
join(struct item *it, int missing, const gefs_dirent *there)
{
	if (it->has[missing])
		return; /* another file is at its place */
	it->d[missing] = *there;
	it->has[missing] = true;
	it->what |= GEFS_DIFF_MOVED;
}

static int
find_moves(struct differences *s)
{
	struct side_list gone = {0}, come = {0};
	bool ok = list_side(s, OLD, &gone) && list_side(s, NEW, &come);

	for (size_t i = 0, j = 0; ok && i < gone.n && j < come.n;) {
		if (gone.v[i].qid < come.v[j].qid) {
			i++;
		} else if (gone.v[i].qid > come.v[j].qid) {
			j++;
		} else {
			struct item *from = &s->item[gone.v[i++].item], *to = &s->item[come.v[j++].item];
			gefs_dirent there = to->d[NEW];
			join(to, OLD, &from->d[OLD]);
			join(from, NEW, &there);
		}
	}
	free(gone.v);
	free(come.v);
	return ok ? 0 : gefs_fail_memory(s->e);
}

/* ---- entries that are the same, of files whose contents are not ---- */

static int
add_same_entry(void *arg, gefs_bytes key, const gefs_dirent *d)
{
	struct differences *s = arg;
	struct changed_file *f = file_of(s, d->qpath);
	struct item it = {.kind = GEFS_DIFF_CHANGED, .what = GEFS_DIFF_CONTENTS, .d = {*d, *d}, .has = {true, true}};

	(void)key;
	if (!f || f->told || f->first >= d->length)
		return 0;
	f->told = true;
	it.d[OLD].name.p = it.d[NEW].name.p = bytestore_copy(&s->names, d->name.p, d->name.n);
	if (!it.d[OLD].name.p || !vec_push(s->item, s->n, s->cap, it))
		return gefs_fail_memory(s->e);
	return 0;
}

static bool
all_told(const struct differences *s)
{
	for (size_t i = 0; i < s->nfiles; i++)
		if (!s->file[i].told)
			return false;
	return true;
}

int
differences_explain(struct differences *s)
{
	int rc = find_moves(s);
	size_t n = 0;

	for (size_t i = 0; rc == 0 && i < s->n; i++)
		explain(s, &s->item[i]);
	/* Bytes of an entry that mean nothing may differ. */
	for (size_t i = 0; rc == 0 && i < s->n; i++)
		if (s->item[i].kind != GEFS_DIFF_CHANGED || s->item[i].what)
			s->item[n++] = s->item[i];
	if (rc == 0)
		s->n = n;
	/* Nothing but its entry tells whose blocks they are. */
	return rc || all_told(s) ? rc : dirs_search(&s->dirs[NEW], add_same_entry, s, s->e);
}
