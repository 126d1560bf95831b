/* rehash, commit, abort, undo */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/undoname.h"
#include "../common/words.h"
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
	shell_settle(sh);
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

static void
tell_rehash(const struct shell *sh, size_t before, size_t after)
{
	struct json j;

	if (sh->json) {
		json_begin(&j, stdout);
		json_uint(&j, "changed_blocks", after);
		json_end(&j);
	} else if (after == 0) {
		puts("nothing is changed, above which hashes could be made right");
	} else {
		printf("%zu changed block%s, of which rehash added %zu\n", after, after == 1 ? "" : "s", after - before);
	}
}

int
change_rehash(struct shell *sh, const struct call *c)
{
	gefs_edit *edit = shell_edit(sh);
	gefs_error e;

	(void)c;
	if (!edit)
		return EXIT_FAILED;
	size_t before = gefs_edit_count(edit);
	int rc = gefs_edit_rehash(edit, &e);
	if (rc < 0)
		complain_error(&e);
	else
		tell_rehash(sh, before, gefs_edit_count(edit));
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

/* The command that takes a commit back without the shell, as one would type it. */
static void
print_undo_command(const struct shell *sh, const char *undo)
{
	char *file = words_quote(undo), *image = words_quote(sh->image);

	printf("gefs-undo %s%s", file ? file : "?", sh->open.offset ? "" : " ");
	if (sh->open.offset)
		printf(" --offset %" PRIu64 " ", sh->open.offset);
	fputs(image ? image : "?", stdout);
	free(file);
	free(image);
}

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
		if (undo) {
			fputs("; \"undo\" takes it back, or ", stdout);
			print_undo_command(sh, undo);
		}
		putchar('\n');
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

/* Takes the name. */
static void
push_undo(struct shell *sh, char *undo)
{
	char **more = realloc(sh->undo, (sh->nundo + 1) * sizeof *more);

	if (!more) {
		complain("out of memory: \"undo\" has to be told the file");
		free(undo);
		return;
	}
	sh->undo = more;
	sh->undo[sh->nundo++] = undo;
}

/* Nothing ends the program while the disk is being written: what was begun is completed. */
static void
hold_signals(sigset_t *old)
{
	sigset_t some;

	sigemptyset(&some);
	sigaddset(&some, SIGTERM);
	sigaddset(&some, SIGHUP);
	sigaddset(&some, SIGQUIT);
	sigprocmask(SIG_BLOCK, &some, old);
}

static int
write_all(struct shell *sh, const struct call *c, const char *undo, gefs_error *e)
{
	struct progress *p = sh->interactive && !sh->json ? progress_new(false) : NULL;
	gefs_commit_options o = {undo, sh_opt(c, "force"), progress_or_stop, p};
	sigset_t old;

	hold_signals(&old);
	int rc = gefs_edit_commit(sh->edit, &o, e);
	sigprocmask(SIG_SETMASK, &old, NULL);
	progress_end(p);
	return rc;
}

int
change_commit(struct shell *sh, const struct call *c)
{
	size_t blocks = sh->edit ? gefs_edit_count(sh->edit) : 0;
	char *undo;
	gefs_error e;

	if (blocks == 0) {
		tell_commit(sh, 0, NULL);
		return EXIT_DONE;
	}
	if (!shell_same_file(sh) || !choose_undo(sh, c, &undo))
		return EXIT_FAILED;
	bool stood = undo && access(undo, F_OK) == 0;
	if (write_all(sh, c, undo, &e) == 0) {
		tell_commit(sh, blocks, undo);
		push_undo(sh, undo);
		shell_let_go(sh);
		return shell_open_again(sh);
	}
	complain_error(&e);
	if (e.code == GEFS_EDAMAGE)
		complain("\"check\" shows all of them; \"commit --force\" writes all the same");
	if (undo && !stood && access(undo, F_OK) == 0) { /* the file is made before anything is written */
		complain("what was there is kept: \"undo\" puts it back");
		push_undo(sh, undo);
		shell_let_go(sh);
		shell_open_again(sh);
	} else {
		free(undo);
	}
	return EXIT_FAILED;
}

/* ---- undo ---- */

/* The file that undo is about; NULL after a complaint. */
static const char *
which_undo(const struct shell *sh, const struct call *c)
{
	if (sh->edit && gefs_edit_count(sh->edit) > 0)
		complain("there are changes that are not written: commit or abort them first");
	else if (c->n)
		return c->arg[0];
	else if (sh->nundo == 0)
		complain("there is no commit of this session left; name the undo file of another one");
	else if (!sh->undo[sh->nundo - 1])
		complain("the last commit kept nothing that could be put back");
	else
		return sh->undo[sh->nundo - 1];
	return NULL;
}

/* The file that a commit of this session has made goes with it. */
static void
pop_undo(struct shell *sh)
{
	char *file = sh->undo[--sh->nundo];

	if (unlink(file) < 0)
		complain("%s: cannot remove: %s", file, strerror(errno));
	free(file);
}

static void
tell_undo(const struct shell *sh, const char *file, uint64_t restored)
{
	struct json j;

	if (!sh->json) {
		printf("%" PRIu64 " block%s put back from %s\n", restored, restored == 1 ? "" : "s", file);
		return;
	}
	json_begin(&j, stdout);
	json_uint(&j, "restored", restored);
	json_string(&j, "undo", file);
	json_end(&j);
}

int
change_undo(struct shell *sh, const struct call *c)
{
	const char *file = which_undo(sh, c);
	gefs_undo_result r;
	gefs_error e;
	sigset_t old;

	if (!file || !shell_same_file(sh))
		return EXIT_FAILED;
	shell_let_go(sh);
	hold_signals(&old);
	int rc = gefs_undo(file, sh->image, &sh->open, false, &r, &e);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (rc < 0)
		complain_error(&e);
	else
		tell_undo(sh, file, r.restored);
	if (rc == 0 && c->n == 0)
		pop_undo(sh);
	return shell_open_again(sh) == EXIT_DONE && rc == 0 ? EXIT_DONE : EXIT_FAILED;
}
