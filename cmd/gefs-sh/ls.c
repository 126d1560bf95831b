/* ls */
#include "around.h"

struct list {
	struct shell *sh;
	bool details, recursive;
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
	} else if (l->details) {
		entry_text(l->sh->img, file, NULL);
	} else {
		entry_path(file);
	}
	return file->depth > 0 && !l->recursive ? GEFS_SKIP : 0;
}

static int
list(struct list *l, const char *word)
{
	struct place p;
	gefs_error e = {.code = GEFS_OK};
	int status = place_parse(l->sh, word, &p);

	if (status < 0)
		status = gefs_files_walk_from(l->sh->img, &p.tree, p.path, list_one, damage_fn, l, &e) < 0 ? failed(&e) : EXIT_DONE;
	place_free(&p);
	return status;
}

int
around_ls(struct shell *sh, const struct call *c)
{
	struct list l = {sh, sh_opt(c, "long"), sh_opt(c, "recursive")};
	int worst = c->n ? EXIT_DONE : list(&l, NULL);

	for (int i = 0; i < c->n; i++) {
		int status = list(&l, c->arg[i]);
		if (status > worst)
			worst = status;
	}
	return worst;
}
