#include "check/sound.h"

#include <inttypes.h>

#include "base/error.h"

int
check_sound(gefs_image *img, int (*progress)(void *, const char *, uint64_t, uint64_t), void *arg, gefs_error *e)
{
	gefs_check_options o = {.no_data = true, .progress = progress, .progress_arg = arg};
	gefs_check *c = gefs_check_run(img, &o, e);

	if (!c)
		return -1;
	const gefs_check_stats *st = gefs_check_stats_get(c);
	int rc = st->cancelled ? gefs_fail(e, GEFS_ECANCEL, GEFS_NIL, "stopped") : 0;
	for (size_t i = 0; rc == 0 && st->count[GEFS_ERROR] && i < gefs_check_count(c); i++) {
		const gefs_finding *f = gefs_check_finding(c, i);
		if (f->kind->severity == GEFS_ERROR)
			rc = gefs_fail(e, GEFS_EDAMAGE, f->addr,
				       "the image has errors (%" PRIu64 "), which gefs-check lists; the first: %s",
				       st->count[GEFS_ERROR], f->text);
	}
	/* Only a bounded number of findings is kept: the errors may not be among them. */
	if (rc == 0 && st->count[GEFS_ERROR])
		rc = gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL, "the image has errors (%" PRIu64 "), which gefs-check lists",
			       st->count[GEFS_ERROR]);
	gefs_check_free(c);
	return rc;
}
