/* snap, users */
#include <stdlib.h>
#include <string.h>

#include "../views/view.h"
#include "around.h"

/* Made by the server itself: "main@day.2026.11.21_12:04:51". */
static bool
is_auto(const gefs_label *l)
{
	const char *at = strrchr(l->name, '@');

	return at && !l->mutable &&
	       (strncmp(at, "@minute.", 8) == 0 || strncmp(at, "@hour.", 6) == 0 || strncmp(at, "@day.", 5) == 0);
}

/* Where the shell is; GEFS_NIL: nowhere. */
static uint64_t
current(struct shell *sh)
{
	gefs_error e;
	gefs_tree t;

	return sh->label && gefs_tree_find(sh->img, sh->label, &t, &e) == 0 ? t.snap : GEFS_NIL;
}

static void
snap_json(struct shell *sh, const gefs_snap *s, bool here)
{
	struct json j;

	json_begin(&j, stdout);
	json_uint(&j, "id", s->id);
	json_bool(&j, "current", here);
	json_addr(&j, "gen", s->root.gen);
	json_addr(&j, "pred", s->pred);
	if (gefs_features(sh->img) & GEFS_HAS_SNAP_LINKS)
		json_addr(&j, "succ", s->succ);
	json_array(&j, "labels");
	for (size_t i = 0; i < gefs_label_count(sh->img); i++) {
		const gefs_label *l = gefs_label_get(sh->img, i);
		if (l->snap != s->id)
			continue;
		json_object(&j, NULL);
		json_bytes(&j, "name", l->name, l->len);
		json_bool(&j, "mutable", l->mutable);
		json_bool(&j, "auto", is_auto(l));
		json_object_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
}

static void
snap_text(struct shell *sh, const gefs_snap *s, bool here)
{
	char gen[24], pred[24], succ[24];
	const char *before = "";

	printf("%c %8" PRIu64 " %8s %8s", here ? '*' : ' ', s->id, number_text(s->root.gen, gen), number_text(s->pred, pred));
	if (gefs_features(sh->img) & GEFS_HAS_SNAP_LINKS)
		printf(" %8s", number_text(s->succ, succ));
	fputs("  ", stdout);
	for (size_t i = 0; i < gefs_label_count(sh->img); i++) {
		const gefs_label *l = gefs_label_get(sh->img, i);
		if (l->snap != s->id)
			continue;
		fputs(before, stdout);
		before = ", ";
		sh_color(sh, "dir");
		print_bytes(l->name, l->len);
		sh_color(sh, NULL);
		fputs(l->mutable ? " (mutable)" : is_auto(l) ? " (auto)" : "", stdout);
	}
	puts(*before ? "" : "(no label)");
}

static int
list(struct shell *sh)
{
	const gefs_error *e = gefs_snaps_error(sh->img);
	uint64_t here = current(sh);

	if (e)
		damage_tell(e);
	if (!sh->json)
		printf("  %8s %8s %8s%s  labels\n", "id", "written", "pred",
		       gefs_features(sh->img) & GEFS_HAS_SNAP_LINKS ? "     succ" : "");
	for (size_t i = 0; i < gefs_snap_count(sh->img) && !should_stop(); i++) {
		const gefs_snap *s = gefs_snap_get(sh->img, i);
		(sh->json ? snap_json : snap_text)(sh, s, s->id == here);
	}
	return EXIT_DONE;
}

/* The same directory cannot be had: may the shell go to the root instead? -1, else the exit status. A script would take
 * other files for those that it means. The root needs no directory to be read: damage can be looked at from there. */
static int
without(struct shell *sh, const char *label, const char *dir, const gefs_error *e)
{
	bool go = sh->interactive || strcmp(dir, "/") == 0;
	char text[300];
	int status = EXIT_FAILED;

	if (e->code == GEFS_ENOENT) {
		printable(dir, strlen(dir), text, sizeof text);
		complain("%s has no directory %s%s", label, text, go ? ": going to its root" : "");
	} else {
		status = failed(e);
	}
	return go && (e->code == GEFS_ENOENT || status == EXIT_DONE) ? -1 : status;
}

/* To the same directory of another snapshot, if it has that one. */
static int
change(struct shell *sh, const char *label)
{
	const char *dir = sh->dir ? sh->dir : "/";
	uint8_t storage[GEFS_KEY_MAX];
	gefs_dirent entry;
	gefs_tree t;
	gefs_error e;
	int status = tree_parse(sh, label, &t);

	if (status >= 0)
		return status;
	if (t.snap == GEFS_NIL) {
		complain("\"snap\" is the tree of snapshots, which has no files; \"show tree snap\" shows it");
		return EXIT_FAILED;
	}
	bool there = gefs_file_find(sh->img, &t, dir, &entry, storage, &e) == 0;
	if (there && !entry.is_dir) {
		there = false;
		e = (gefs_error){.code = GEFS_ENOENT, .addr = GEFS_NIL};
	}
	if (!there && (status = without(sh, label, dir, &e)) >= 0)
		return status;
	shell_go(sh, strdup(label), strdup(there ? dir : "/"));
	return EXIT_DONE;
}

int
around_snap(struct shell *sh, const struct call *c)
{
	return c->n ? change(sh, c->arg[0]) : list(sh);
}

int
around_users(struct shell *sh, const struct call *c)
{
	struct view v = {.img = sh->img, .image = sh->image, .arg = {c->arg[0]}, .given = sh->json ? OPT_JSON : 0};
	return view_users(&v);
}
