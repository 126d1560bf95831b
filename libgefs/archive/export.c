/* Exporting the files of one snapshot, or of all labels. */
#include <stdlib.h>
#include <string.h>

#include "archive/export.h"
#include "base/error.h"
#include "fs/files.h"

static const uint64_t default_fill = UINT64_C(16) << 30;

/* What was asked for, without what is asked for twice. */
struct wanted {
	char **path;
	size_t n;
};

static void
wanted_free(struct wanted *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->path[i]);
	free(w->path);
}

static bool
is_within(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return n == 1 || (strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == 0));
}

static bool
wanted_make(struct wanted *w, const gefs_export_options *o)
{
	size_t n = o->npaths ? o->npaths : 1;

	if (!(w->path = calloc(n, sizeof *w->path)))
		return false;
	for (; w->n < n; w->n++)
		if (!(w->path[w->n] = path_clean(o->npaths ? o->paths[w->n] : "/")))
			return false;
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < w->n; k++)
			if (k != i && w->path[i] && w->path[k] && is_within(w->path[i], w->path[k])) {
				free(w->path[i]);
				w->path[i] = NULL;
			}
	w->n = 0;
	for (size_t i = 0; i < n; i++)
		if (w->path[i])
			w->path[w->n++] = w->path[i];
	return true;
}

/* 0: it is there, or what leads to it is damaged; 1: it is not. */
static int
is_missing(struct export *x, const gefs_tree *t, const char *path)
{
	uint8_t storage[KEY_MAX];
	gefs_dirent d;
	gefs_error e;

	return gefs_file_find(x->img, t, path, &d, storage, &e) < 0 && e.code == GEFS_ENOENT;
}

static int
walk_paths(struct export *x, const struct wanted *w)
{
	gefs_error e = {.code = GEFS_OK};

	x->st.snapshots++;
	if (x->links && links_enter(x->links, &x->tree, x->e) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++) {
		const char *path = w->path[i];
		if (is_missing(x, &x->tree, path))
			continue; /* in this snapshot */
		if (store_above(x, path) < 0)
			return -1;
		x->e->code = GEFS_OK;
		int rc = gefs_files_walk_from(x->img, &x->tree, path, store_one, store_damage, x, &e);
		if (rc == 0)
			continue;
		if (x->e->code != GEFS_OK)
			return -1;
		if (e.code != GEFS_EDAMAGE)
			return gefs_fail(x->e, e.code, e.addr, "%s", e.text);
		x->st.damaged++;
		if (note(x, GEFS_EXPORT_DAMAGE, (const uint8_t *)path, strlen(path), &e) < 0)
			return -1;
	}
	return 0;
}

static int
check_paths(struct export *x, const struct wanted *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (is_missing(x, &x->tree, w->path[i]))
			return gefs_fail(x->e, GEFS_ENOENT, GEFS_NIL, "%.500s: no such file or directory", w->path[i]);
	return 0;
}

/* ---- a folder for each label ---- */

static int
by_snapshot(const void *a, const void *b)
{
	const gefs_label *x = *(const gefs_label *const *)a, *y = *(const gefs_label *const *)b;
	int c = (x->snap > y->snap) - (x->snap < y->snap);

	return c ? c : strcmp(x->name, y->name);
}

/* Neighbours share the most: in the order of snapshots the least has to be compared. */
static const gefs_label **
sorted_labels(gefs_image *img, size_t n)
{
	const gefs_label **l = calloc(n + 1, sizeof(const gefs_label *));

	for (size_t i = 0; l && i < n; i++)
		l[i] = gefs_label_get(img, i);
	if (l && n)
		qsort(l, n, sizeof *l, by_snapshot);
	return l;
}

static bool
taken_label(void *arg, gefs_bytes name)
{
	struct export *x = arg;

	for (size_t i = 0; i < gefs_label_count(x->img); i++) {
		const gefs_label *l = gefs_label_get(x->img, i);
		if (l->len == name.n && memcmp(l->name, name.p, name.n) == 0)
			return true;
	}
	return false;
}

static int
one_label(struct export *x, const gefs_label *l, const struct wanted *w)
{
	const gefs_snap *s = gefs_snap_by_id(x->img, l->snap);
	struct renamer r = {&x->traits.names, x->renamer.count, taken_label, x};
	char stored[STORED_NAME_MAX];
	gefs_error why;

	x->label = l->name;
	if (!s || !s->has_record) {
		x->st.damaged++;
		gefs_fail(&why, GEFS_EDAMAGE, GEFS_NIL, "its snapshot cannot be found");
		return note(x, GEFS_EXPORT_DAMAGE, (const uint8_t *)"/", 1, &why);
	}
	bool changed = rename_make(&r, (gefs_bytes){(const uint8_t *)l->name, l->len}, stored);
	x->renamer.count = r.count;
	x->folder.n = 0;
	text_add(&x->folder, stored, strlen(stored) + 1);
	if (x->folder.nomem)
		return gefs_fail_memory(x->e);
	gefs_fail(&why, GEFS_EINVAL, GEFS_NIL, "stored as %.500s", stored);
	if (changed && note(x, GEFS_EXPORT_CHANGED, (const uint8_t *)"/", 1, &why) < 0)
		return -1;
	gefs_tree_of(s, &x->tree);
	return walk_paths(x, w);
}

/* A path has to be in one of them. */
static int
find_paths(struct export *x, const gefs_label **l, size_t n, const struct wanted *w)
{
	for (size_t i = 0; i < w->n; i++) {
		bool found = false;
		for (size_t k = 0; !found && k < n; k++) {
			const gefs_snap *s = gefs_snap_by_id(x->img, l[k]->snap);
			gefs_tree t;
			if (!s || !s->has_record)
				continue;
			gefs_tree_of(s, &t);
			found = !is_missing(x, &t, w->path[i]);
		}
		if (!found)
			return gefs_fail(x->e, GEFS_ENOENT, GEFS_NIL, "%.500s: no such file or directory in any snapshot",
					 w->path[i]);
	}
	return 0;
}

/* ---- the whole ---- */

static int
open_target(struct export *x)
{
	const gefs_export_options *o = x->o;
	struct output out = {o->format, o->filter ? o->filter : "none", o->fd, o->numeric_owner};

	if (o->all_snaps && x->traits.links && !o->no_links && !(x->links = links_new(x->img)))
		return gefs_fail_memory(x->e);
	if (o->list)
		return 0;
	x->t = o->directory ? target_directory(o->directory, o->force, o->numeric_owner, o->mask, x->e)
			    : target_archive(&out, x->e);
	return x->t ? 0 : -1;
}

static int
finish(struct export *x)
{
	gefs_error why;
	int rc = x->t ? x->t->finish(x->t, &why) : 0;

	if (rc < 0)
		*x->e = why;
	return rc == TARGET_CHANGED ? note(x, GEFS_EXPORT_CHANGED, (const uint8_t *)"/", 1, &why) : rc;
}

static int
run_all(struct export *x, const struct wanted *w)
{
	size_t n = gefs_label_count(x->img);
	const gefs_label **l = sorted_labels(x->img, n);
	int rc = -1;

	if (!l)
		gefs_fail_memory(x->e);
	else if (n == 0 && gefs_tree_find(x->img, "main", &x->tree, x->e) < 0)
		rc = -1; /* which told why there are none */
	else if (find_paths(x, l, n, w) == 0)
		rc = open_target(x);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = one_label(x, l[i], w);
	free(l);
	return rc;
}

static int
run_one(struct export *x, const struct wanted *w)
{
	x->label = "";
	if (gefs_tree_find(x->img, x->o->snap ? x->o->snap : "main", &x->tree, x->e) < 0)
		return -1;
	if (x->tree.snap == GEFS_NIL)
		return gefs_fail(x->e, GEFS_EINVAL, GEFS_NIL, "\"snap\" is the tree of snapshots, which has no files");
	return check_paths(x, w) < 0 || open_target(x) < 0 ? -1 : walk_paths(x, w);
}

static void
export_free(struct export *x)
{
	if (x->t)
		x->t->free(x->t);
	links_free(x->links);
	places_free(&x->places);
	free(x->folder.p);
	free(x->path.p);
	free(x->end);
	free(x->dir.p);
}

int
gefs_export(gefs_image *img, const gefs_export_options *o, gefs_export_stats *st, gefs_error *e)
{
	gefs_error own;
	struct export x = {.img = img, .o = o, .e = e ? e : &own,
			   .fill_left = o->max_fill ? o->max_fill : default_fill};
	struct wanted w = {NULL, 0};
	int rc = -1;

	if (img->disk->metadata_only && !o->list)
		gefs_fail(x.e, GEFS_ELEFTOUT, GEFS_NIL,
			  "there is nothing to export: contents of files were left out when the image was packed");
	else if (!o->directory && (!o->format || !gefs_archive_format_known(o->format)))
		gefs_fail(x.e, GEFS_EINVAL, GEFS_NIL, "there is no archive format \"%.40s\"", o->format ? o->format : "");
	else if (!wanted_make(&w, o))
		gefs_fail_memory(x.e);
	else {
		x.traits = target_traits(o->directory ? NULL : o->format);
		rc = o->all_snaps ? run_all(&x, &w) : run_one(&x, &w);
		if (rc == 0)
			rc = finish(&x);
	}
	wanted_free(&w);
	export_free(&x);
	if (st)
		*st = x.st;
	return rc;
}
