/* Undoing a change: docs/architecture.md, Writing. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "txn/revert.h"

enum { SECTOR = 512 }; /* what a disk writes wholly or not at all */

struct revert {
	struct undofile *u;
	struct disk *disk;
	struct undo_record *by_addr; /* all of them, by address and phase */
	bool dry_run;
	gefs_undo_result *res;
};

static int
belongs(const struct undofile *u, const struct disk *d, const gefs_image *img, gefs_error *e)
{
	const char *what = d->size != u->device_size					? "another size" :
			   img && img->f->blksz != u->blksz				? "another block size" :
			   img && image_super(img)->snap_root.hash != u->root_hash ? "other snapshots" :
										      NULL;
	if (!what)
		return 0;
	return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "%s: belongs to another image, or this one was changed since: it has %s", u->path,
			 what);
}

/* ---- is everything as the change, or a part of it, left it? ---- */

static int
by_address(const void *a, const void *b)
{
	const struct undo_record *x = a, *y = b;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return (x->phase > y->phase) - (x->phase < y->phase);
}

/* Clears the sectors of `foreign` that one of the two blocks explains. */
static bool
explain(const uint8_t *now, const uint8_t *before, const uint8_t *after, uint32_t blksz, bool *foreign)
{
	bool any = false;

	for (uint32_t at = 0; at < blksz; at += SECTOR) {
		bool *f = &foreign[at / SECTOR];
		*f = *f && memcmp(now + at, before + at, SECTOR) != 0 && memcmp(now + at, after + at, SECTOR) != 0;
		any |= *f;
	}
	return !any;
}

/* All writes of one block, from by_addr[i] on: each sector must be as one of them found or left it. */
static int
verify_block(struct revert *r, size_t i, size_t *next, gefs_error *e)
{
	uint8_t now[65536], before[65536], after[65536];
	bool foreign[65536 / SECTOR];
	uint64_t addr = r->by_addr[i].addr;
	bool explained = false;

	memset(foreign, 1, sizeof foreign);
	if (disk_read(r->disk, now, r->u->blksz, addr, e) < 0)
		return -1;
	for (; i < r->u->n && r->by_addr[i].addr == addr; i++) {
		if (undofile_blocks(r->u, &r->by_addr[i], before, after, e) < 0)
			return -1;
		explained = explain(now, before, after, r->u->blksz, foreign);
	}
	*next = i;
	if (explained)
		return 0;
	return gefs_fail(e, GEFS_EDAMAGE, addr,
			 "block 0x%" PRIx64 " was changed since: it is neither as before nor as after the change that \"%s\" can undo; "
			 "nothing was put back", addr, r->u->path);
}

static int
verify(struct revert *r, gefs_error *e)
{
	r->by_addr = calloc(r->u->n + 1, sizeof *r->by_addr);
	if (!r->by_addr)
		return gefs_fail_memory(e);
	if (r->u->n)
		memcpy(r->by_addr, r->u->rec, r->u->n * sizeof *r->by_addr);
	qsort(r->by_addr, r->u->n, sizeof *r->by_addr, by_address);
	for (size_t i = 0; i < r->u->n;)
		if (verify_block(r, i, &i, e) < 0)
			return -1;
	return 0;
}

/* ---- putting back ---- */

static int
restore(struct revert *r, const struct undo_record *rec, bool *wrote, gefs_error *e)
{
	uint8_t now[65536], before[65536], after[65536];

	if (undofile_blocks(r->u, rec, before, after, e) < 0 || disk_read(r->disk, now, r->u->blksz, rec->addr, e) < 0)
		return -1;
	if (memcmp(now, before, r->u->blksz) == 0)
		return 0;
	r->res->restored++;
	*wrote = true;
	return r->dry_run ? 0 : disk_write(r->disk, before, r->u->blksz, rec->addr, e);
}

/* The phases backwards: what is on the disk after each of them is what was there before it, at which the image loads. */
static int
restore_all(struct revert *r, gefs_error *e)
{
	bool wrote = false;

	for (size_t i = r->u->n; i-- > 0;) {
		if (restore(r, &r->u->rec[i], &wrote, e) < 0)
			return -1;
		bool last = i == 0 || r->u->rec[i - 1].phase != r->u->rec[i].phase;
		if (last && wrote && !r->dry_run && disk_barrier(r->disk, e) < 0)
			return -1;
	}
	return 0;
}

int
revert(struct undofile *u, struct disk *d, const gefs_image *img, bool dry_run, gefs_undo_result *res, gefs_error *e)
{
	struct revert r = {.u = u, .disk = d, .dry_run = dry_run, .res = res};
	gefs_error why = {0};

	*res = (gefs_undo_result){.blocks = u->n};
	int rc = belongs(u, d, img, e);
	if (rc == 0)
		rc = verify(&r, e);
	if (rc == 0 && restore_all(&r, &why) < 0)
		rc = gefs_fail_as(e, &why, "%s; not everything was put back: repeat it", why.text);
	free(r.by_addr);
	return rc;
}

/* After a change in place, what is on the disk need not be an image: only its blocks tell whether it is the right
 * one. */
static int
revert_blocks(struct undofile *u, const char *image, const gefs_options *o, bool dry_run, gefs_undo_result *res,
	      gefs_error *e)
{
	struct disk *d = disk_open_image(image, o, e);
	int rc = d ? revert(u, d, NULL, dry_run, res, e) : -1;

	disk_close(d);
	return rc;
}

int
gefs_undo(const char *undo, const char *image, const gefs_options *o, bool dry_run, gefs_undo_result *res, gefs_error *e)
{
	struct undofile u;
	gefs_image *img = NULL;
	int rc = -1;

	*res = (gefs_undo_result){0};
	if (undofile_open(&u, undo, e) < 0)
		return -1;
	/* Which version it is has been known when the change was made. */
	gefs_options how = {.offset = o ? o->offset : 0, .jobs = o ? o->jobs : 0, .super = -1, .format = u.format, .write = !dry_run};
	if (u.root_hash == 0)
		rc = revert_blocks(&u, image, &how, dry_run, res, e);
	else if ((img = gefs_open(image, &how, e)))
		rc = revert(&u, img->disk, img, dry_run, res, e);
	gefs_close(img);
	undofile_close(&u);
	return rc;
}
