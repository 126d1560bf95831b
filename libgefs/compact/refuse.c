/* When not to compact. */
#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "compact/compact.h"

/* What counts must be what the file server would take: it must not be overwritten by something older. */
static int
check_choice(const gefs_image *img, gefs_error *e)
{
	const struct super_copy *used = &img->copy[img->used];
	int best = image_best_root(img);

	if (used->state != GEFS_COPY_GOOD)
		return gefs_fail(e, GEFS_EDAMAGE, used->addr, "there is no good superblock: see gefs-check");
	if (best < 0 || (uint32_t)best == img->used)
		return 0;
	bool supers = format_has(img->f, GEFS_HAS_SUPERBLOCKS);
	if (supers && used->super.hash == img->copy[best].super.hash)
		return 0;
	return gefs_fail(e, GEFS_EINVAL, used->addr,
			 "the %s at 0x%" PRIx64 " is not the one that counts: compacting goes by the one at 0x%" PRIx64
			 "; leave out --super",
			 supers ? "superblock" : "arena header", used->addr, img->copy[best].addr);
}

static int
check_options(const gefs_image *img, const gefs_compact_options *o, gefs_error *e)
{
	if (!o->dry_run && !disk_writable(img->disk))
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "the image was opened for reading only");
	if (o->arena >= 0 && (uint32_t)o->arena >= img->narenas)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "there is no arena %d: the image has %" PRIu32, o->arena,
				 img->narenas);
	if (format_has(img->f, GEFS_HAS_INFERENCES) && !img->format_given)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
				 "the image is taken for %s, of which not all is known: to change it all the same, say --format %s",
				 img->f->name, img->f->name);
	return check_choice(img, e);
}

/* The next error by number, so that what explains the others comes first; NULL: no more. */
static const gefs_finding *
next_error(const gefs_check *c, const gefs_finding *last)
{
	const gefs_finding *next = NULL;

	for (size_t i = 0; i < gefs_check_count(c); i++) {
		const gefs_finding *f = gefs_check_finding(c, i);
		if (f->kind->severity == GEFS_ERROR && (!last || f->kind->number > last->kind->number) &&
		    (!next || f->kind->number < next->kind->number))
			next = f;
	}
	return next;
}

/* Names the first errors, one of each kind. */
static void
refuse(const gefs_check *c, gefs_error *e)
{
	enum { NAMED = 3 };
	const gefs_finding *first = next_error(c, NULL), *f = first;
	uint64_t errors = gefs_check_stats_get(c)->count[GEFS_ERROR];
	char list[400] = "";
	size_t at = 0;

	for (int i = 0; f && i < NAMED && at < sizeof list; i++, f = next_error(c, f))
		at += (size_t)snprintf(list + at, sizeof list - at, "%s%s: %.100s", i ? "; " : "", f->kind->name, f->text);
	gefs_fail(e, GEFS_EDAMAGE, first ? first->addr : GEFS_NIL,
		  "the image has %" PRIu64 " error%s: %s; nothing was changed; gefs-check tells all", errors,
		  errors == 1 ? "" : "s", list);
}

gefs_check *
compact_check(gefs_image *img, const gefs_compact_options *o, gefs_error *e)
{
	gefs_check_options how = {.no_data = !o->reclaim, .progress = o->progress, .progress_arg = o->progress_arg};

	if (check_options(img, o, e) < 0)
		return NULL;
	gefs_check *c = gefs_check_run(img, &how, e);
	if (!c)
		return NULL;
	const gefs_check_stats *st = gefs_check_stats_get(c);
	if (st->cancelled)
		gefs_fail(e, GEFS_ECANCEL, GEFS_NIL, "interrupted: nothing was changed");
	else if (st->count[GEFS_ERROR])
		refuse(c, e);
	else
		return c;
	gefs_check_free(c);
	return NULL;
}
