/* find */
#include "find.h"

#include "around.h"

struct find {
	struct shell *sh;
	const struct target *target;
	struct wanted wanted;
	bool details;
};

static int
look(void *arg, const gefs_file *f)
{
	struct find *d = arg;
	struct json j;

	if (should_stop())
		return 1;
	if (!wanted_is(&d->wanted, f))
		return 0;
	if (d->sh->json) {
		json_begin(&j, stdout);
		entry_json(&j, d->sh->img, f);
		json_end(&j);
		return 0;
	}
	if (d->details)
		entry_details(d->sh->img, f, NULL);
	print_typed(d->sh, d->target, f->path, f->path_len, f->entry->is_dir);
	putchar('\n');
	return 0;
}

static int
find(struct shell *sh, const struct target *t, void *arg)
{
	struct find *d = arg;

	d->target = t;
	return target_walk(sh, t, look, d);
}

int
around_find(struct shell *sh, const struct call *c)
{
	struct find d = {.sh = sh, .details = sh_opt(c, "long")};
	int status = wanted_parse(sh, c, &d.wanted);

	return status >= 0 ? status : each_target(sh, c->arg, c->n, find, &d);
}
