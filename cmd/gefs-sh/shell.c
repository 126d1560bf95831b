/* The state of the shell: its image, and where in it one is. */
#include <stdlib.h>
#include <string.h>

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
	sh->base = open_image(sh->image, &how);
	return sh->base ? shell_start(sh, snap) : EXIT_FAILED;
}

int
shell_start(struct shell *sh, const char *snap)
{
	gefs_tree t;

	sh->img = sh->base;
	interrupt_image(sh->img);
	if (snap) {
		int status = tree_parse(sh, snap, &t);
		if (status >= 0)
			return status == EXIT_DONE ? EXIT_DAMAGE : status;
	} else {
		snap = first_label(sh->img);
	}
	if (snap) {
		sh->label = strdup(snap);
		sh->dir = strdup("/");
	}
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
