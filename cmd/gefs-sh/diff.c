/* diff */
#include <string.h>

#include "around.h"

struct diff {
	struct shell *sh;
	bool names; /* only these */
	gefs_tree trees[2];
};

static const struct {
	unsigned bit;
	const char *name;
} kinds[] = {
	{GEFS_DIFF_QID, "qid"},     {GEFS_DIFF_CONTENTS, "contents"}, {GEFS_DIFF_LENGTH, "length"},
	{GEFS_DIFF_MODE, "mode"},   {GEFS_DIFF_OWNER, "owner"},	      {GEFS_DIFF_MODIFIER, "modifier"},
	{GEFS_DIFF_TIMES, "times"}, {GEFS_DIFF_VERSION, "version"},   {GEFS_DIFF_MOVED, "moved"},
};

/* ---- text ---- */

static void
print_user(const char *name)
{
	print_bytes(name, strlen(name));
}

static void
owners(const struct shell *sh, const gefs_dirent *e)
{
	print_user(gefs_user_name(sh->img, e->uid));
	putchar(':');
	print_user(gefs_group_name(sh->img, e->gid));
}

/* What an entry says of this. */
static void
value(const struct shell *sh, unsigned bit, const gefs_dirent *e)
{
	char mode[12];

	switch (bit) {
	case GEFS_DIFF_QID:
		printf("%" PRIu64, e->qpath);
		break;
	case GEFS_DIFF_LENGTH:
		printf("%" PRIu64, e->length);
		break;
	case GEFS_DIFF_MODE:
		entry_mode(e->mode, mode);
		fputs(mode, stdout);
		break;
	case GEFS_DIFF_OWNER:
		owners(sh, e);
		break;
	case GEFS_DIFF_MODIFIER:
		print_user(gefs_user_name(sh->img, e->muid));
		break;
	case GEFS_DIFF_VERSION:
		printf("%" PRIu32, e->qvers);
		break;
	}
}

/* Where a file that was moved is in the other tree. */
static void
other_place(const struct diff *p, const gefs_difference *d)
{
	bool gone = d->kind == GEFS_DIFF_REMOVED;
	const gefs_dirent *e = gone ? d->new_entry : d->old_entry;
	char dir[4096];
	gefs_error err;

	if (gefs_qid_path(p->sh->img, &p->trees[gone], e->parent, dir, sizeof dir, &err) < 0)
		snprintf(dir, sizeof dir, "?%" PRIu64, e->parent);
	fputs(gone ? " to " : " from ", stdout);
	print_bytes(dir, strlen(dir));
	fputs(strcmp(dir, "/") == 0 ? "" : "/", stdout);
	print_bytes(e->name.p, e->name.n);
}

static void
details(const struct diff *p, const gefs_difference *d)
{
	const unsigned in_words = GEFS_DIFF_CONTENTS | GEFS_DIFF_TIMES | GEFS_DIFF_MOVED;
	const char *before = " (";

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		unsigned bit = kinds[i].bit;
		if (!(d->what & bit))
			continue;
		printf("%s%s", before, kinds[i].name);
		before = ", ";
		if (bit == GEFS_DIFF_MOVED)
			other_place(p, d);
		if (bit & in_words)
			continue;
		putchar(' ');
		value(p->sh, bit, d->old_entry);
		fputs(" -> ", stdout);
		value(p->sh, bit, d->new_entry);
	}
	fputs(*before == ',' ? ")" : "", stdout);
}

static void
show_text(const struct diff *p, const gefs_difference *d)
{
	static const char signs[] = "+-~";
	static const char *const colors[] = {"added", "removed", "head"};
	const gefs_dirent *e = d->kind == GEFS_DIFF_REMOVED ? d->old_entry : d->new_entry;

	sh_color(p->sh, colors[d->kind]);
	printf("%c ", signs[d->kind]);
	print_bytes(d->path, d->path_len);
	fputs(e->is_dir && d->path_len > 1 ? "/" : "", stdout);
	sh_color(p->sh, NULL);
	if (!p->names)
		details(p, d);
	putchar('\n');
}

/* ---- JSON ---- */

static void
entry(const struct diff *p, struct json *j, const char *key, const gefs_dirent *e, const gefs_difference *d)
{
	if (!e)
		return;
	json_object(j, key);
	entry_json(j, p->sh->img, &(gefs_file){e, d->path, d->path_len, 0});
	json_object_end(j);
}

static void
show_json(const struct diff *p, const gefs_difference *d)
{
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "type", gefs_diff_kind_name(d->kind));
	json_bytes(&j, "path", d->path, d->path_len);
	json_array(&j, "what");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (d->what & kinds[i].bit)
			json_string(&j, NULL, kinds[i].name);
	json_array_end(&j);
	if (!p->names) {
		entry(p, &j, "old", d->old_entry, d);
		entry(p, &j, "new", d->new_entry, d);
	}
	json_end(&j);
}

/* ---- the whole ---- */

static int
show(void *arg, const gefs_difference *d)
{
	struct diff *p = arg;

	if (should_stop())
		return 1;
	(p->sh->json ? show_json : show_text)(p, d);
	return 0;
}

static void
summary(const struct diff *p, const gefs_diff_stats *st)
{
	struct json j;

	if (!p->sh->json) {
		printf("%" PRIu64 " added, %" PRIu64 " removed, %" PRIu64 " changed; %" PRIu64 " block%s read\n", st->added,
		       st->removed, st->changed, st->blocks_read, plural(st->blocks_read));
		return;
	}
	json_begin(&j, stdout);
	json_string(&j, "type", "summary");
	json_uint(&j, "added", st->added);
	json_uint(&j, "removed", st->removed);
	json_uint(&j, "changed", st->changed);
	json_uint(&j, "blocks_read", st->blocks_read);
	json_uint(&j, "nodes_opened", st->nodes_opened);
	json_uint(&j, "nodes_changed", st->nodes_changed);
	json_uint(&j, "keys", st->keys);
	json_bool(&j, "searched", st->searched);
	json_end(&j);
}

static int
compare(struct diff *p, const char *path)
{
	gefs_diff_stats st;
	gefs_error e;

	if (gefs_diff(p->sh->img, &p->trees[0], &p->trees[1], path, show, damage_fn, p, &st, &e) < 0)
		return failed(&e);
	if (!p->names && !should_stop())
		summary(p, &st);
	return EXIT_DONE;
}

int
around_diff(struct shell *sh, const struct call *c)
{
	struct diff p = {.sh = sh, .names = sh_opt(c, "names")};
	struct place place = {.label = NULL};
	int status = -1;

	for (int i = 0; i < 2 && status < 0; i++) {
		status = tree_parse(sh, c->arg[i], &p.trees[i]);
		if (status < 0 && p.trees[i].snap == GEFS_NIL) {
			complain("\"snap\" is the tree of snapshots, which has no files");
			status = EXIT_FAILED;
		}
	}
	if (status < 0 && c->n > 2)
		status = place_parse(sh, c->arg[2], &place);
	if (status < 0)
		status = compare(&p, place.path);
	place_free(&place);
	return status;
}
