/* rehash, commit, abort, undo */
#include <stdlib.h>
#include <string.h>

#include "../common/undoname.h"
#include "change.h"

/* ---- looking at what was changed ---- */

/* What commands look at from now on: the image with the changes, or as it is on the disk. */
static void
look_again(struct shell *sh)
{
	gefs_options how = {.super = sh->open.super, .jobs = sh->open.jobs, .format = sh->open.format};
	gefs_error e;

	interrupt_image(NULL);
	if (sh->img != sh->base)
		gefs_close(sh->img);
	sh->img = sh->base;
	if (sh->edit && gefs_edit_count(sh->edit) > 0) {
		gefs_image *view = gefs_edit_view(sh->edit, &how, &e);
		if (view)
			sh->img = view;
		else
			complain("%s; commands look at what is on the disk",
				 e.code == GEFS_EFORMAT ? "as changed, it cannot be opened as an image any more" : e.text);
	}
	interrupt_image(sh->img);
}

int
change_done(struct shell *sh, int rc, const gefs_error *e)
{
	gefs_error why;

	if (rc < 0) {
		complain_error(e);
		return EXIT_FAILED;
	}
	rc = sh->rehash ? gefs_edit_rehash(sh->edit, &why) : 0;
	if (rc < 0)
		complain_error(&why);
	look_again(sh);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

int
change_rehash(struct shell *sh, const struct call *c)
{
	gefs_edit *edit = shell_edit(sh);
	gefs_error e;

	(void)c;
	if (!edit)
		return EXIT_FAILED;
	int rc = gefs_edit_rehash(edit, &e);
	if (rc < 0)
		complain_error(&e);
	look_again(sh);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

int
change_abort(struct shell *sh, const struct call *c)
{
	(void)c;
	if (sh->edit)
		gefs_edit_abort(sh->edit);
	look_again(sh);
	return EXIT_DONE;
}

/* ---- the disk ---- */

static void
tell_commit(const struct shell *sh, size_t blocks, const char *undo)
{
	struct json j;

	if (!sh->json && blocks == 0) {
		puts("nothing is changed");
		return;
	}
	if (!sh->json) {
		printf("%zu block%s written", blocks, blocks == 1 ? "" : "s");
		printf(undo ? "; \"undo\" or gefs-undo %s takes it back\n" : "\n", undo);
		return;
	}
	json_begin(&j, stdout);
	json_uint(&j, "committed", blocks);
	json_string(&j, "undo", undo);
	json_end(&j);
}

/* The name of the undo file in *out, NULL for none; false after a complaint. */
static bool
choose_undo(struct shell *sh, const struct call *c, char **out)
{
	const char *given = sh_opt(c, "undo");

	*out = NULL;
	if (sh_opt(c, "no-undo"))
		return true;
	*out = given ? strdup(given) : undo_name(sh->image, true);
	return *out != NULL;
}

int
change_commit(struct shell *sh, const struct call *c)
{
	size_t blocks = sh->edit ? gefs_edit_count(sh->edit) : 0;
	struct progress *p = NULL;
	char *undo;
	gefs_error e;

	if (blocks == 0) {
		tell_commit(sh, 0, NULL);
		return EXIT_DONE;
	}
	if (!choose_undo(sh, c, &undo))
		return EXIT_FAILED;
	if (sh->interactive && !sh->json)
		p = progress_new(false);
	gefs_commit_options o = {undo, sh_opt(c, "force"), progress_or_stop, p};
	int rc = gefs_edit_commit(sh->edit, &o, &e);
	progress_end(p);
	if (rc < 0) {
		complain_error(&e);
		if (e.code == GEFS_EDAMAGE)
			complain("\"check\" shows all of them; \"commit --force\" writes all the same");
		free(undo);
		return EXIT_FAILED;
	}
	tell_commit(sh, blocks, undo);
	free(sh->undo);
	sh->undo = undo;
	shell_let_go(sh);
	return shell_open_again(sh);
}

int
change_undo(struct shell *sh, const struct call *c)
{
	const char *file = c->n ? c->arg[0] : sh->undo;
	gefs_undo_result r;
	gefs_error e;
	struct json j;

	if (!file) {
		complain("nothing was committed in this session; name the undo file of another one");
		return EXIT_FAILED;
	}
	if (sh->edit && gefs_edit_count(sh->edit) > 0) {
		complain("there are changes that are not written: commit or abort them first");
		return EXIT_FAILED;
	}
	shell_let_go(sh);
	int rc = gefs_undo(file, sh->image, &sh->open, false, &r, &e);
	if (rc < 0)
		complain_error(&e);
	if (shell_open_again(sh) != EXIT_DONE || rc < 0)
		return EXIT_FAILED;
	if (!sh->json) {
		printf("%" PRIu64 " block%s put back; %s is no longer needed\n", r.restored, r.restored == 1 ? "" : "s", file);
		return EXIT_DONE;
	}
	json_begin(&j, stdout);
	json_uint(&j, "restored", r.restored);
	json_string(&j, "undo", file);
	json_end(&j);
	return EXIT_DONE;
}
