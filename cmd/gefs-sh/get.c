/* get */
#include "get.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/newfile.h"

enum { NOTES_MAX = 20 };

struct get {
	struct shell *sh;
	const char *to;
	bool directory; /* to is one */
	bool force, verbose;
	const struct place *from; /* what is being copied */
	struct got got;           /* told when the next one comes: notes on it follow it */
	struct progress *progress;
	uint64_t notes; /* on names that had to be changed, and files that were left out */
};

/* ---- single files ---- */

static int
get_to(struct get *g, const struct target *t, const char *path)
{
	struct got got = {.path = NULL};
	bool damaged = false;
	int status = get_file(g->sh, t, path, g->force, &damaged);

	if (status != EXIT_DONE || !g->verbose || should_stop())
		return status;
	if (!got_set(&got, t->place.path, path, &t->entry))
		return EXIT_FAILED;
	got.damaged = damaged;
	got_tell(g->sh, &t->place, &got);
	got_free(&got);
	return EXIT_DONE;
}

static int
get_one(struct shell *sh, const struct target *t, void *arg)
{
	struct get *g = arg;
	char *path = NULL;

	(void)sh;
	if (!g->directory)
		return get_to(g, t, g->to);
	if (asprintf(&path, "%s%s", g->to, strrchr(t->place.path, '/')) < 0) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	int status = get_to(g, t, path);
	free(path);
	return status;
}

/* ---- everything below ---- */

/* What is known of the last one is all. Directories are told only if there is something to say of them. */
static void
flush_got(struct get *g)
{
	if (g->got.path && (!g->got.entry.is_dir || g->got.nnote))
		got_tell(g->sh, g->from, &g->got);
	got_free(&g->got);
}

static int
entry(void *arg, const gefs_export_entry *x)
{
	struct get *g = arg;
	char *to = NULL;

	flush_got(g);
	if (asprintf(&to, "%s/%s", g->to, x->path) < 0 ||
	    !got_set(&g->got, (const char *)x->file->path, to, x->file->entry)) {
		free(to);
		return 1;
	}
	free(to);
	return should_stop();
}

/* Damage of a directory may come when files in it were told already. */
static void
note_got(struct get *g, const gefs_export_note *n)
{
	gefs_dirent none = {.is_dir = true};

	if (!g->got.path || strcmp(g->got.path, (const char *)n->path) != 0) {
		flush_got(g);
		if (!got_set(&g->got, (const char *)n->path, g->to, &none))
			return;
	}
	g->got.damaged |= n->kind == GEFS_EXPORT_DAMAGE;
	g->got.omitted |= n->kind == GEFS_EXPORT_OMITTED;
	got_note(&g->got, n->text);
}

static int
note(void *arg, const gefs_export_note *n)
{
	struct get *g = arg;
	gefs_error e = {.code = GEFS_EDAMAGE, .addr = n->addr};

	snprintf(e.text, sizeof e.text, "%.300s: %s%.200s", (const char *)n->path,
		 n->kind == GEFS_EXPORT_OMITTED ? "left out: " : "", n->text);
	if (g->verbose)
		note_got(g, n);
	if (n->kind == GEFS_EXPORT_DAMAGE)
		damage_tell(&e);
	else if (g->notes++ < NOTES_MAX)
		complain_error(&e);
	return should_stop();
}

static int
progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct get *g = arg;
	return progress_or_stop(g->progress, what, done, total);
}

static void
summary(const struct shell *sh, const gefs_export_stats *st)
{
	struct json j;

	if (!sh->json)
		return;
	json_begin(&j, stdout);
	json_string(&j, "type", "summary");
	json_uint(&j, "dirs", st->dirs);
	json_uint(&j, "files", st->files);
	json_uint(&j, "changed", st->changed);
	json_uint(&j, "omitted", st->omitted);
	json_uint(&j, "damaged", st->damaged);
	json_end(&j);
}

static int
get_below(struct shell *sh, const struct target *t, void *arg)
{
	struct get *g = arg;
	const char *path = t->place.path;
	gefs_export_options o = {.snap = t->place.label, .paths = &path, .npaths = 1, .directory = g->to, .force = g->force,
				 .mask = newfile_mask(), .entry = g->verbose ? entry : NULL, .note = note,
				 .progress = progress, .arg = g};
	gefs_export_stats st;
	gefs_error e;

	g->notes = 0;
	g->from = &t->place;
	g->progress = g->verbose ? NULL : progress_new(false);
	int rc = gefs_export(sh->img, &o, &st, &e);
	progress_end(g->progress);
	flush_got(g);
	if (g->notes > NOTES_MAX)
		complain("and %" PRIu64 " more", g->notes - NOTES_MAX);
	summary(sh, &st);
	if (rc < 0)
		return e.code == GEFS_ECANCEL ? EXIT_FAILED : failed(&e);
	return st.omitted ? EXIT_FAILED : EXIT_DONE;
}

int
around_get(struct shell *sh, const struct call *c)
{
	struct stat st;
	struct get g = {.sh = sh, .to = c->arg[c->n - 1], .force = sh_opt(c, "force"),
			.verbose = sh->json || sh_opt(c, "verbose")};
	bool below = sh_opt(c, "recursive");

	g.directory = stat(g.to, &st) == 0 && S_ISDIR(st.st_mode);
	if (c->n > 2 && !g.directory && !below) {
		complain("%s: is no directory, which several files need", g.to);
		return EXIT_FAILED;
	}
	return each_target(sh, c->arg, c->n - 1, below ? get_below : get_one, &g);
}
