/* Changes on their way to the disk. */
#include "base/error.h"
#include "check/sound.h"
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

/* Is the image without errors, as it is going to be? */
static int
check_after(gefs_edit *ed, const gefs_commit_options *o, gefs_error *e)
{
	gefs_error why = {0};
	gefs_image *view = gefs_edit_view(ed, NULL, &why);
	int rc = view ? check_sound(view, o->progress, o->progress_arg, &why) : -1;

	gefs_close(view);
	if (rc == 0)
		return 0;
	if (why.code == GEFS_ECANCEL || why.code == GEFS_ENOMEM)
		return gefs_fail_as(e, &why, "%s", why.text);
	why.code = GEFS_EDAMAGE;
	return gefs_fail_as(e, &why, "with these changes: %s; nothing was written", why.text);
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
