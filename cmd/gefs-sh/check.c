/* check: gefs-check inside. */
#include "check.h"

#include "../views/report.h"
#include "under.h"

int
check_image(struct shell *sh, const gefs_check_options *how, const struct report_style *style)
{
	gefs_check_options o = *how;
	struct progress *p = sh->interactive && !sh->json ? progress_new(false) : NULL;
	gefs_error e;

	o.progress = progress_or_stop;
	o.progress_arg = p;
	gefs_check *c = gefs_check_run(sh->img, &o, &e);
	progress_end(p);
	if (!c)
		return failed(&e);
	report(style, sh->image, sh->img, c);
	int status = gefs_check_stats_get(c)->count[GEFS_ERROR] ? EXIT_DAMAGE : EXIT_DONE;
	gefs_check_free(c);
	return status;
}

int
under_check(struct shell *sh, const struct call *c)
{
	const char *label = sh_opt(c, "snap");
	gefs_check_options o = {.no_data = sh_opt(c, "no-data"), .labels = label ? &label : NULL, .nlabels = label ? 1 : 0};
	struct report_style style = {sh->json, sh_opt(c, "quiet"), sh_opt(c, "verbose")};

	return check_image(sh, &o, &style);
}
