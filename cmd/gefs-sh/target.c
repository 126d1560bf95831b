#include <string.h>

#include "around.h"

static int
one_target(struct shell *sh, const char *word, target_fn fn, void *arg)
{
	struct target t = {.word = word};
	int status = place_find(sh, word, &t.place, &t.entry, t.storage);

	if (status < 0)
		status = fn(sh, &t, arg);
	place_free(&t.place);
	return status;
}

int
each_target(struct shell *sh, char **word, int n, target_fn fn, void *arg)
{
	int worst = n ? EXIT_DONE : one_target(sh, NULL, fn, arg);

	for (int i = 0; i < n && !should_stop(); i++) {
		int status = one_target(sh, word[i], fn, arg);
		if (status > worst)
			worst = status;
	}
	return worst;
}

int
target_walk(struct shell *sh, const struct target *t, gefs_file_fn fn, void *arg)
{
	gefs_error e;

	return gefs_files_walk_from(sh->img, &t->place.tree, t->place.path, fn, damage_fn, arg, &e) < 0 ? failed(&e)
													: EXIT_DONE;
}

int
target_is_dir(const struct target *t)
{
	complain("%s: is a directory", t->word ? t->word : t->place.path);
	return EXIT_FAILED;
}

int
target_read(struct shell *sh, const struct target *t, uint64_t off, uint64_t len, const struct contents_sink *sink)
{
	const char *path = t->place.path;
	gefs_error e;

	if (t->entry.is_dir)
		return target_is_dir(t);
	if (contents_read(sh->img, &t->place.tree, &t->entry, (const uint8_t *)path, strlen(path), off, len, sink, NULL, &e) < 0)
		return failed(&e);
	return EXIT_DONE;
}

void
print_name(const struct shell *sh, const void *name, size_t n, bool is_dir)
{
	const char *s = name;

	if (is_dir)
		sh_color(sh, "dir");
	print_bytes(name, n);
	if (is_dir) {
		sh_color(sh, NULL);
		fputs(n && s[n - 1] == '/' ? "" : "/", stdout);
	}
}

gefs_bytes
path_below(const struct target *t, const uint8_t *path, size_t n)
{
	size_t above = strlen(t->place.path);

	if (above > 1)
		above++; /* the slash; the root has it already */
	return above < n ? (gefs_bytes){path + above, n - above} : (gefs_bytes){path + n, 0};
}

void
print_typed(const struct shell *sh, const struct target *t, const uint8_t *path, size_t n, bool is_dir)
{
	gefs_bytes rest = path_below(t, path, n);
	size_t len = t->word ? strlen(t->word) : 0;

	if (!rest.n) {
		print_name(sh, t->word ? t->word : ".", t->word ? len : 1, is_dir);
		return;
	}
	if (is_dir)
		sh_color(sh, "dir");
	if (t->word)
		print_bytes(t->word, len);
	if (len && t->word[len - 1] != '/')
		putchar('/');
	print_name(sh, rest.p, rest.n, is_dir);
}
