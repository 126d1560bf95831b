/* tree */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "around.h"

/* A directory on the way: the last of its entries that will be shown, after which no line goes on. */
struct last {
	uint8_t name[GEFS_KEY_MAX];
	size_t n;
	bool past; /* it was shown */
};

struct tree {
	struct shell *sh;
	const struct target *target;
	bool dirs; /* only these */
	uint64_t depth;
	struct last *level;
	size_t cap;
	uint64_t ndirs, nfiles;
};

static gefs_bytes
name_of(const gefs_file *f)
{
	return f->entry->name;
}

struct search {
	const struct tree *t;
	struct last *last;
};

static int
note_name(void *arg, const gefs_file *f)
{
	struct search *s = arg;
	gefs_bytes name = name_of(f);

	if (should_stop())
		return 1;
	if (f->depth == 0)
		return 0;
	if ((!s->t->dirs || f->entry->is_dir) && name.n <= sizeof s->last->name) {
		memcpy(s->last->name, name.p, name.n);
		s->last->n = name.n;
	}
	return GEFS_SKIP;
}

/* Looks at a directory before its entries are shown. */
static bool
enter(struct tree *t, const gefs_file *f)
{
	if (f->depth >= t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 16;
		struct last *level = realloc(t->level, cap * sizeof *level);
		if (!level)
			return false;
		t->level = level;
		t->cap = cap;
	}
	struct search s = {t, &t->level[f->depth]};
	gefs_error e;
	s.last->n = 0;
	s.last->past = false;
	gefs_files_walk_from(t->sh->img, &t->target->place.tree, (const char *)f->path, note_name, damage_ignore, &s, &e);
	return true;
}

static void
branches(struct tree *t, const gefs_file *f)
{
	static const char *const drawn[] = {"\u251c\u2500\u2500 ", "\u2514\u2500\u2500 ", "\u2502\u00a0\u00a0 "};
	static const char *const plain[] = {"|-- ", "`-- ", "|   "};
	const char *const *line = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? drawn : plain;
	struct last *in = &t->level[f->depth - 1];
	gefs_bytes name = name_of(f);

	for (uint32_t i = 0; i + 1 < f->depth; i++)
		fputs(t->level[i].past ? "    " : line[2], stdout);
	in->past = name.n == in->n && memcmp(name.p, in->name, name.n) == 0;
	fputs(line[in->past], stdout);
}

static int
show(void *arg, const gefs_file *f)
{
	struct tree *t = arg;
	gefs_bytes name = name_of(f);
	bool is_dir = f->entry->is_dir;
	struct json j;

	if (should_stop())
		return 1;
	if (f->depth > 0 && t->dirs && !is_dir)
		return GEFS_SKIP;
	t->ndirs += f->depth > 0 && is_dir;
	t->nfiles += f->depth > 0 && !is_dir;
	if (t->sh->json) {
		json_begin(&j, stdout);
		json_uint(&j, "depth", f->depth);
		entry_json(&j, t->sh->img, f);
		json_end(&j);
	} else {
		if (f->depth == 0)
			print_typed(t->sh, t->target, f->path, f->path_len, is_dir);
		else
			branches(t, f), print_name(t->sh, name.p, name.n, is_dir);
		putchar('\n');
	}
	if (!is_dir || f->depth >= t->depth)
		return GEFS_SKIP;
	if (t->sh->json || enter(t, f))
		return 0;
	complain("out of memory");
	return 1;
}

static void
summary(const struct tree *t)
{
	struct json j;

	if (t->sh->json) {
		json_begin(&j, stdout);
		json_string(&j, "type", "summary");
		json_uint(&j, "dirs", t->ndirs);
		json_uint(&j, "files", t->nfiles);
		json_end(&j);
		return;
	}
	printf("\n%" PRIu64 " director%s", t->ndirs, t->ndirs == 1 ? "y" : "ies");
	if (!t->dirs)
		printf(", %" PRIu64 " file%s", t->nfiles, t->nfiles == 1 ? "" : "s");
	putchar('\n');
}

static int
tree(struct shell *sh, const struct target *target, void *arg)
{
	struct tree *t = arg;

	if (!target->entry.is_dir) {
		complain("%s: is no directory", target->word);
		return EXIT_FAILED;
	}
	t->target = target;
	int status = target_walk(sh, target, show, t);
	if (status == EXIT_DONE && !should_stop())
		summary(t);
	return status;
}

int
around_tree(struct shell *sh, const struct call *c)
{
	struct tree t = {.sh = sh, .dirs = sh_opt(c, "dirs"), .depth = UINT64_MAX};

	if (!sh_opt_number(c, "levels", &t.depth))
		return EXIT_USAGE;
	int status = each_target(sh, c->arg, c->n, tree, &t);
	free(t.level);
	return status;
}
