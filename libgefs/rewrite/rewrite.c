/* The public function: one step after the other. */
#include "rewrite/rewrite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "check/sound.h"
#include "rewrite/output.h"

int
rewrite_progress(struct rewrite *r, const char *what, uint64_t done, uint64_t total)
{
	if (r->opts->progress && r->opts->progress(r->opts->progress_arg, what, done, total) != 0)
		return gefs_fail(r->e, GEFS_ECANCEL, GEFS_NIL, "stopped");
	return 0;
}

/* The snapshot by one of its labels, else by number. */
static void
snap_name(const struct rewrite *r, const gefs_snap *s, char *buf, size_t n)
{
	for (size_t i = 0; i < r->keep.nlabels; i++)
		if (r->keep.label[i]->snap == s->id) {
			snprintf(buf, n, "%s", r->keep.label[i]->name);
			return;
		}
	snprintf(buf, n, "%" PRIu64, s->id);
}

int
rewrite_fail_data(struct rewrite *r, const gefs_snap *s, uint64_t qid, uint64_t offset, uint64_t addr, const char *why)
{
	char path[300], snap[130];
	gefs_tree t;

	gefs_tree_of(s, &t);
	snap_name(r, s, snap, sizeof snap);
	if (gefs_qid_path(r->img, &t, qid, path, sizeof path, NULL) < 0)
		snprintf(path, sizeof path, "of no known path, qid %" PRIu64, qid);
	return gefs_fail(r->e, GEFS_EDAMAGE, addr,
			 "data block 0x%" PRIx64 " (file %s, offset 0x%" PRIx64 ", in snapshot %s): %s", addr, path, offset,
			 snap, why);
}

/* Only what is sound is rewritten: a copy of damage would look like a sound image. */
static int
check_source(struct rewrite *r)
{
	if (!r->f->ream || !format_has(r->f, GEFS_HAS_TREES) || format_has(r->f, GEFS_HAS_INFERENCES))
		return gefs_fail(r->e, GEFS_EFORMAT, GEFS_NIL,
				 "of this version (%s) only the block layer is known: it cannot be rewritten", r->f->name);
	if (r->img->disk->metadata_only)
		return gefs_fail(r->e, GEFS_ELEFTOUT, GEFS_NIL,
				 "it cannot be rewritten: contents of files were left out when the image was packed");
	return check_sound(r->img, r->opts->progress, r->opts->progress_arg, r->e);
}

/* The device for what lives, as large as was asked for. */
static int
choose_device(struct rewrite *r)
{
	uint64_t blocks = rewrite_metadata(r) + r->data;
	uint64_t least = device_smallest(r->f, blocks);
	uint64_t size = r->opts->smallest ? least : r->opts->size ? r->opts->size : r->img->disk->size;

	if (least == 0)
		return gefs_fail(r->e, GEFS_EINVAL, GEFS_NIL, "no device is large enough");
	if (size > INT64_MAX)
		return gefs_fail(r->e, GEFS_EINVAL, GEFS_NIL, "no device can have %" PRIu64 " bytes", size);
	if (!device_layout(r->f, size, &r->device) || device_capacity(&r->device) < blocks)
		return gefs_fail(r->e, GEFS_EINVAL, GEFS_NIL,
				 "%" PRIu64 " bytes are too few for this image: it needs %" PRIu64 " at least", size, least);
	return 0;
}

/* Everything that has to be known before the first byte can be written. */
static int
prepare(struct rewrite *r)
{
	int rc = check_source(r);

	if (rc == 0)
		rc = keep_choose(r->img, r->opts, &r->keep, r->e);
	if (rc == 0)
		rc = plan_numbers(r);
	if (rc == 0)
		rc = dead_collect(r);
	if (rc == 0)
		rc = snaptree_write(r, NULL, NULL); /* for its size */
	if (rc == 0)
		rc = choose_device(r);
	if (rc == 0)
		rc = nodes_write(r, NULL, NULL); /* for their hashes */
	if (rc == 0)
		rc = snaptree_write(r, NULL, NULL); /* for its root */
	return rc;
}

static int
write_out(struct rewrite *r, gefs_output_fn fn, void *arg, uint64_t *used)
{
	struct output o;
	int rc = output_begin(&o, r, fn, arg);

	if (rc == 0)
		rc = nodes_write(r, output_block, &o);
	if (rc == 0)
		rc = dead_write(r, output_block, &o);
	if (rc == 0)
		rc = snaptree_write(r, output_block, &o);
	if (rc == 0)
		rc = copy_data(r, output_blocks, &o);
	if (rc == 0)
		rc = output_end(&o);
	*used = o.used;
	output_free(&o);
	return rc;
}

static void
release(struct rewrite *r)
{
	keep_free(&r->keep);
	ledger_free(r->number);
	ledger_free(r->print);
	free(r->hash);
	free(r->list);
	free(r->dead);
}

int
gefs_rewrite(gefs_image *img, const gefs_rewrite_options *opts, gefs_output_fn out, void *arg,
	     gefs_rewrite_result *result, gefs_error *e)
{
	static const gefs_rewrite_options none;
	struct rewrite r = {.img = img, .f = img->f, .opts = opts ? opts : &none, .e = e};
	gefs_rewrite_result res = {0};
	uint64_t refused = img->refused;
	int rc = prepare(&r);

	if (rc == 0)
		rc = write_out(&r, out, arg, &res.used);
	if (rc == 0 && result) {
		res.size = r.device.size;
		res.nodes = r.nodes + r.snaptree.nodes;
		res.data = r.data;
		res.deadlists = r.dead_blocks;
		res.snapshots = r.keep.nsnaps;
		res.labels = r.keep.nlabels;
		*result = res;
	}
	if (rc < 0) /* what was not read then may have looked like damage */
		image_uninterrupted(img, refused, e);
	release(&r);
	return rc;
}
