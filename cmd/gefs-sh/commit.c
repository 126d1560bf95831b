/* rehash, diff-changes, commit, abort, undo */
#include <stdlib.h>
#include <string.h>

#include "../common/options.h"
#include "../common/undoname.h"
#include "../views/view.h"
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
			complain("as changed, it is no image that could be opened (%s); commands look at what is on the disk", e.text);
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

/* ---- diff-changes ---- */

struct changes {
	struct shell *sh;
	bool quiet;
};

enum { NEAR = 4, LINE = 16 }; /* equal bytes between two differences that make them two; bytes shown in a line */

/* The next run of bytes that differ, from *at on; its length, 0 at the end. */
static uint32_t
next_run(const uint8_t *a, const uint8_t *b, uint32_t size, uint32_t *at)
{
	uint32_t end;

	while (*at < size && a[*at] == b[*at])
		++*at;
	end = *at;
	for (uint32_t i = *at; i < size && i < end + NEAR && i < *at + LINE; i++)
		if (a[i] != b[i])
			end = i + 1;
	return end - *at;
}

static void
print_hex(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		printf("%02x", p[i]);
}

static int
change_json(const struct changes *c, uint64_t addr, const uint8_t *before, const uint8_t *after)
{
	uint32_t size = gefs_block_size(c->sh->base), n;
	struct json j;

	json_begin(&j, stdout);
	json_uint(&j, "addr", addr);
	json_string(&j, "type", gefs_block_type_name(gefs_block_classify(c->sh->base, after)));
	json_array(&j, "changes");
	for (uint32_t at = 0; !c->quiet && (n = next_run(before, after, size, &at)) > 0; at += n) {
		json_object(&j, NULL);
		json_uint(&j, "offset", at);
		json_hex(&j, "before", before + at, n);
		json_hex(&j, "after", after + at, n);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
	return should_stop();
}

static int
change_text(const struct changes *c, uint64_t addr, const uint8_t *before, const uint8_t *after)
{
	uint32_t size = gefs_block_size(c->sh->base), n;
	const char *was = gefs_block_type_name(gefs_block_classify(c->sh->base, before));
	const char *is = gefs_block_type_name(gefs_block_classify(c->sh->base, after));

	printf("block 0x%" PRIx64 ", %s", addr, was);
	printf(strcmp(was, is) == 0 ? "\n" : " -> %s\n", is);
	for (uint32_t at = 0; !c->quiet && (n = next_run(before, after, size, &at)) > 0; at += n) {
		printf("%6" PRIu32 "  ", at);
		sh_color(c->sh, "removed");
		print_hex(before + at, n);
		sh_color(c->sh, NULL);
		fputs(" -> ", stdout);
		sh_color(c->sh, "added");
		print_hex(after + at, n);
		sh_color(c->sh, NULL);
		putchar('\n');
	}
	return should_stop();
}

static int
one_change(void *arg, uint64_t addr, const uint8_t *before, const uint8_t *after)
{
	const struct changes *c = arg;
	return (c->sh->json ? change_json : change_text)(c, addr, before, after);
}

int
change_diff(struct shell *sh, const struct call *c)
{
	struct changes changes = {sh, sh_opt(c, "quiet")};

	if (sh->edit)
		gefs_edit_changes(sh->edit, one_change, &changes);
	if (!sh->json && (!sh->edit || gefs_edit_count(sh->edit) == 0))
		puts("nothing is changed");
	return EXIT_DONE;
}

/* ---- the disk ---- */

/* Lets go of everything that knows the old contents of the disk, and opens it anew. Without an image that could be opened
 * there is nothing to look at: all commands but a few are refused from then on. */
static int
open_again(struct shell *sh)
{
	gefs_options how = sh->open;
	gefs_error e;

	how.write = sh->write;
	sh->base = sh->img = gefs_open(sh->image, &how, &e);
	if (!sh->img) {
		complain("%s; \"undo\" puts back what was there", e.text);
		return EXIT_FAILED;
	}
	interrupt_image(sh->img);
	return EXIT_DONE;
}

static void
tell_commit(const struct shell *sh, size_t blocks, const char *undo)
{
	struct json j;

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
		if (sh->json)
			tell_commit(sh, 0, NULL);
		else
			puts("nothing is changed");
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
	return open_again(sh);
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
	if (open_again(sh) != EXIT_DONE || rc < 0)
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
