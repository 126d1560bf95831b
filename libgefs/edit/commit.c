/* Changes on their way to the disk. */
#include <inttypes.h>

#include "base/error.h"
#include "edit/edit.h"
#include "txn/roots.h"

/* In which phase a block is written: root data and headers as at the end of every edit. */
static unsigned
phase_of(const gefs_edit *ed, uint64_t addr)
{
	const gefs_image *img = ed->img;

	for (uint32_t i = 0; i < img->narenas; i++) {
		uint64_t header = img->arenas[i].pub.header;
		if (addr == header)
			return TXN_FIRST;
		if (ed->f->header_copies > 1 && addr == header + ed->f->blksz)
			return TXN_SECOND;
	}
	for (uint32_t i = 0; i < img->ncopies; i++)
		if (addr == img->copy[i].addr)
			return i == img->used ? TXN_SUPER_USED : TXN_SUPER_SPARE;
	return TXN_NEW;
}

static gefs_check *
check(gefs_image *img, const gefs_commit_options *o, gefs_error *e)
{
	const gefs_check_options how = {.no_data = true, .progress = o->progress, .progress_arg = o->progress_arg};
	gefs_check *c = gefs_check_run(img, &how, e);

	if (!c || !gefs_check_stats_get(c)->cancelled)
		return c;
	gefs_check_free(c);
	gefs_fail(e, GEFS_ECANCEL, GEFS_NIL, "cancelled: nothing was written");
	return NULL;
}

static bool
has_error(const gefs_check *c, const gefs_finding *f)
{
	for (size_t i = 0; c && i < gefs_check_count(c); i++) {
		const gefs_finding *g = gefs_check_finding(c, i);
		if (g->kind == f->kind && g->addr == f->addr && strcmp(g->text, f->text) == 0)
			return true;
	}
	return false;
}

/* Fails on errors of `after` that `before` (NULL: the same as none) does not have: what was damaged before is not the change's doing. */
static int
compare(const gefs_check *before, const gefs_check *after, gefs_error *e)
{
	const gefs_finding *first = NULL;
	uint64_t n = 0;

	for (size_t i = 0; i < gefs_check_count(after); i++) {
		const gefs_finding *f = gefs_check_finding(after, i);
		if (f->kind->severity != GEFS_ERROR || has_error(before, f))
			continue;
		first = first ? first : f;
		n++;
	}
	if (!first)
		return 0;
	return gefs_fail(e, GEFS_EDAMAGE, first->addr,
			 "these changes would make %" PRIu64 " error%s, the first: %.400s; nothing was written", n,
			 n == 1 ? "" : "s", first->text);
}

/* Does the change make errors? */
static int
check_after(gefs_edit *ed, const gefs_commit_options *o, gefs_error *e)
{
	gefs_error why = {0};
	gefs_image *view = gefs_edit_view(ed, NULL, &why);
	gefs_check *after = view ? check(view, o, e) : NULL, *before = NULL;
	bool rootless = image_super(ed->img)->blksz == 0; /* nothing can be said of it */
	int rc = -1;

	if (!view)
		gefs_fail(e, GEFS_EDAMAGE, why.addr, "with these changes: %.400s; nothing was written", why.text);
	else if (after && gefs_check_stats_get(after)->count[GEFS_ERROR] == 0)
		rc = 0;
	else if (after && (rootless || (before = check(ed->img, o, e))))
		rc = compare(before, after, e);
	gefs_check_free(before);
	gefs_check_free(after);
	gefs_close(view);
	return rc;
}

struct collect {
	const gefs_edit *ed;
	struct txn *txn;
	gefs_error *e;
};

static int
collect(void *arg, uint64_t addr, const uint8_t *before, const uint8_t *after)
{
	const struct collect *c = arg;

	(void)before;
	return txn_put(c->txn, phase_of(c->ed, addr), addr, after, c->e);
}

int
gefs_edit_commit(gefs_edit *ed, const gefs_commit_options *o, gefs_error *e)
{
	const gefs_commit_options none = {0};
	struct collect c = {ed, NULL, e};
	int rc;

	o = o ? o : &none;
	if (!disk_writable(ed->img->disk))
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
				 "the image was opened for reading only: nothing was written");
	if (!o->force && gefs_edit_count(ed) && check_after(ed, o, e) < 0)
		return -1;
	if (!(c.txn = txn_new(ed->f->blksz)))
		return gefs_fail_memory(e);
	txn_in_place(c.txn);
	rc = gefs_edit_changes(ed, collect, &c);
	if (rc == 0)
		rc = txn_commit(c.txn, ed->img, o->undo, e);
	txn_free(c.txn);
	if (rc == 0)
		edit_committed(ed);
	return rc;
}
