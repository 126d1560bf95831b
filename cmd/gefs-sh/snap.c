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

/* May the shell go to the root where its directory is not? A script would take other files for those it means. */
static int
without(struct shell *sh, const char *label, const char *dir)
{
	char text[300];

	printable(dir, strlen(dir), text, sizeof text);
	complain("%s has no directory %s%s", label, text, sh->interactive ? ": going to its root" : "");
	return sh->interactive ? -1 : EXIT_FAILED;
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
	int rc = gefs_file_find(sh->img, &t, dir, &entry, storage, &e);
	if (rc < 0 && e.code != GEFS_ENOENT)
		return failed(&e);
	bool there = rc == 0 && entry.is_dir;
	if (!there && (status = without(sh, label, dir)) >= 0)
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
