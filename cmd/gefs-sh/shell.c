/* The state of the shell: its image, and where in it one is. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/options.h"
#include "cursor.h"

/* The label where a session begins when none is named: main, or the first one. NULL: the image has no files. */
static const char *
first_label(gefs_image *img)
{
	const gefs_label *first = gefs_label_count(img) ? gefs_label_get(img, 0) : NULL;

	for (size_t i = 0; i < gefs_label_count(img); i++)
		if (strcmp(gefs_label_get(img, i)->name, "main") == 0)
			return "main";
	return first ? first->name : NULL;
}

int
shell_open(struct shell *sh, const char *snap)
{
	gefs_options how = sh->open;

	how.write = sh->write;
	how.rootless = how.format != NULL;
	sh->base = open_image(sh->image, &how);
	return sh->base ? shell_start(sh, snap) : EXIT_FAILED;
}

void
shell_settle(struct shell *sh)
{
	const char *label = !sh->label && shell_has_root(sh) ? first_label(sh->img) : NULL;

	if (!label)
		return;
	sh->label = strdup(label);
	sh->dir = strdup("/");
}

static void
note_file(struct shell *sh)
{
	struct stat st;

	if (stat(sh->image, &st) < 0)
		return;
	sh->device = st.st_dev;
	sh->inode = st.st_ino;
}

bool
shell_same_file(const struct shell *sh)
{
	struct stat st;

	if (stat(sh->image, &st) == 0 && st.st_dev == sh->device && st.st_ino == sh->inode)
		return true;
	complain("%s is another file by now than the one that is open, or gone: nothing was done", sh->image);
	return false;
}

bool
shell_forgets(const struct shell *sh)
{
	size_t n = sh->edit ? gefs_edit_count(sh->edit) : 0;

	if (n > 0)
		complain("what was changed in %zu block%s was not committed, and is forgotten", n, n == 1 ? "" : "s");
	return n > 0;
}

bool
shell_has_root(const struct shell *sh)
{
	return sh->img && gefs_super_get(sh->img)->blksz != 0;
}

int
shell_open_again(struct shell *sh)
{
	gefs_options how = sh->open;
	gefs_error e;

	how.write = sh->write;
	sh->base = gefs_open(sh->image, &how, &e);
	if (!sh->base) { /* a commit may have left anything */
		complain_error(&e);
		how.format = sh->format;
		how.rootless = true;
		sh->base = gefs_open(sh->image, &how, NULL);
	}
	sh->img = sh->base;
	note_file(sh);
	interrupt_image(sh->img);
	shell_settle(sh);
	sh->leave = !sh->base;
	return sh->base && shell_has_root(sh) ? EXIT_DONE : EXIT_FAILED;
}

int
shell_start(struct shell *sh, const char *snap)
{
	gefs_tree t;

	sh->img = sh->base;
	note_file(sh);
	interrupt_image(sh->img);
	snprintf(sh->format, sizeof sh->format, "%s", gefs_version_name(sh->img));
	if (!shell_has_root(sh))
		return complain("no copy of the root data can be read: only single blocks can be looked at and changed"), -1;
	if (snap) {
		int status = tree_parse(sh, snap, &t);
		if (status >= 0)
			return status == EXIT_DONE ? EXIT_DAMAGE : status;
		sh->label = strdup(snap);
		sh->dir = strdup("/");
	}
	shell_settle(sh);
	return -1;
}

void
shell_let_go(struct shell *sh)
{
	interrupt_image(NULL);
	if (sh->img != sh->base)
		gefs_close(sh->img);
	gefs_edit_end(sh->edit);
	gefs_close(sh->base);
	sh->img = sh->base = NULL;
	sh->edit = NULL;
}

void
shell_close(struct shell *sh)
{
	shell_let_go(sh);
	cursor_free(&sh->cursor);
	while (sh->nundo > 0)
		free(sh->undo[--sh->nundo]);
	free(sh->undo);
	free(sh->label);
	free(sh->dir);
	free(sh->last_label);
	free(sh->last_dir);
}

void
shell_go(struct shell *sh, char *label, char *dir)
{
	free(sh->last_label);
	free(sh->last_dir);
	sh->last_label = sh->label;
	sh->last_dir = sh->dir;
	sh->label = label;
	sh->dir = dir;
}
