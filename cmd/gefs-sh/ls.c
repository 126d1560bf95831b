/* ls */
#include "around.h"

struct list {
	struct shell *sh;
	const struct target *target;
	bool details, recursive;
	bool title;    /* several were asked for: directories say which they are */
	unsigned done; /* arguments */
};

static int
list_one(void *arg, const gefs_file *file)
{
	struct list *l = arg;
	struct json j;

	if (should_stop())
		return 1;
	if (file->depth == 0 && file->entry->is_dir)
		return 0;
	if (l->sh->json) {
		json_begin(&j, stdout);
		entry_json(&j, l->sh->img, file);
		json_end(&j);
	} else {
		gefs_bytes name = path_below(l->target, file->path, file->path_len);
		if (l->details)
			entry_details(l->sh->img, file, NULL);
		if (name.n)
			print_name(l->sh, name.p, name.n, file->entry->is_dir);
		else
			print_typed(l->sh, l->target, file->path, file->path_len, false);
		putchar('\n');
	}
	return file->depth > 0 && !l->recursive ? GEFS_SKIP : 0;
}

static int
list(struct shell *sh, const struct target *t, void *arg)
{
	struct list *l = arg;

	l->target = t;
	if (l->title && t->entry.is_dir) {
		fputs(l->done ? "\n" : "", stdout);
		print_typed(sh, t, (const uint8_t *)"", 0, false);
		puts(":");
	}
	l->done++;
	return target_walk(sh, t, list_one, l);
}

int
around_ls(struct shell *sh, const struct call *c)
{
	struct list l = {.sh = sh, .details = sh_opt(c, "long"), .recursive = sh_opt(c, "recursive"),
			 .title = c->n > 1 && !sh->json};

	return each_target(sh, c->arg, c->n, list, &l);
}
