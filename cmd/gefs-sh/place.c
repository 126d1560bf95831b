/* From words to places: snapshots, directories, files. */
#include <stdlib.h>
#include <string.h>

#include "sh.h"

/* The library's words for what is not there name a command of another program. */
static int
find_tree(struct shell *sh, const char *name, gefs_tree *t, gefs_error *e)
{
	if (gefs_tree_find(sh->img, name, t, e) == 0)
		return 0;
	if (e->code == GEFS_ENOENT && gefs_label_count(sh->img) > 0)
		snprintf(e->text, sizeof e->text, "there is no snapshot \"%.300s\"; \"snap\" lists them", name);
	return -1;
}

int
tree_parse(struct shell *sh, const char *name, gefs_tree *t)
{
	gefs_error e;

	if (!name && !sh->label) {
		complain("there is no snapshot to look into");
		return EXIT_FAILED;
	}
	return find_tree(sh, name ? name : sh->label, t, &e) == 0 ? -1 : failed(&e);
}

/* "label:rest": the length of the label, in which there may be colons. One after a slash is part of a name. */
static size_t
label_length(const char *word)
{
	size_t n = strcspn(word, "/");

	return n > 1 && word[n - 1] == ':' ? n - 1 : 0;
}

/* Appends a path to an absolute one, element by element, so that no "." and ".." are left. path has room. */
static void
walk(char *path, const char *word)
{
	while (*word) {
		size_t n = strcspn(word, "/");
		char *end = path + strlen(path);
		if (n == 2 && strncmp(word, "..", 2) == 0) {
			char *slash = strrchr(path, '/');
			slash[slash == path] = 0;
		} else if (n > 0 && !(n == 1 && *word == '.')) {
			if (end[-1] != '/')
				*end++ = '/';
			memcpy(end, word, n);
			end[n] = 0;
		}
		word += n;
		word += strspn(word, "/");
	}
}

static int
fail(gefs_error *e, gefs_code code, const char *text)
{
	*e = (gefs_error){.code = code, .addr = GEFS_NIL};
	snprintf(e->text, sizeof e->text, "%s", text);
	return -1;
}

int
place_resolve(struct shell *sh, const char *word, struct place *p, gefs_error *e)
{
	size_t n = word ? label_length(word) : 0;
	const char *rest = !word ? "" : n ? word + n + 1 : word;
	const char *from = n || *rest == '/' || !sh->dir ? "/" : sh->dir;

	*p = (struct place){.label = NULL};
	if (!n && !sh->label)
		return fail(e, GEFS_ENOENT, "there is no snapshot to look into");
	p->label = n ? strndup(word, n) : strdup(sh->label);
	p->path = malloc(strlen(from) + strlen(rest) + 3);
	if (!p->label || !p->path)
		return fail(e, GEFS_ENOMEM, "out of memory");
	walk(strcpy(p->path, from), rest);
	if (find_tree(sh, p->label, &p->tree, e) < 0)
		return -1;
	if (p->tree.snap != GEFS_NIL)
		return 0;
	return fail(e, GEFS_EINVAL, "\"snap\" is the tree of snapshots, which has no files; \"show tree snap\" shows it");
}

int
place_parse(struct shell *sh, const char *word, struct place *p)
{
	gefs_error e;

	return place_resolve(sh, word, p, &e) == 0 ? -1 : failed(&e);
}

int
place_find(struct shell *sh, const char *word, struct place *p, gefs_dirent *entry, uint8_t storage[GEFS_KEY_MAX])
{
	gefs_error e;
	int status = place_parse(sh, word, p);

	if (status >= 0)
		return status;
	return gefs_file_find(sh->img, &p->tree, p->path, entry, storage, &e) == 0 ? -1 : failed(&e);
}

void
place_free(struct place *p)
{
	free(p->label);
	free(p->path);
	*p = (struct place){.label = NULL};
}
