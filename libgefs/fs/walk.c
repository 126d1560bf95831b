/* Walking over all files: docs/format.md section 17. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/numset.h"
#include "fs/files.h"

struct child {
	gefs_dirent d;
	uint8_t name[KEY_MAX];
};

struct listing {
	struct files_walk *w;
	struct child *child;
	size_t n, cap;
};

struct files_walk {
	gefs_image *img;
	const gefs_tree *t;
	gefs_file_fn fn;
	gefs_damage_fn damage;
	void *arg;
	gefs_error *e;
	uint8_t *path;
	size_t cap;
	uint64_t above[PATH_DEPTH_MAX]; /* qids of the directories that lead here */
	struct numset met; /* qids of all directories so far: one is in one place */
};

static int
tell(struct files_walk *w, const gefs_error *why)
{
	return gefs_tell_damage(w->damage, w->arg, why, w->e);
}

static int
list_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct listing *l = arg;
	struct child c;

	if (!entry_decode(l->w->img->f, key, value, &c.d)) {
		char text[200];
		gefs_error why;
		gefs_fail(&why, GEFS_EDAMAGE, GEFS_NIL, "a directory entry cannot be decoded: %s",
			  gefs_format_key(l->w->img, key, text, sizeof text));
		return tell(l->w, &why);
	}
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 16;
		struct child *p = realloc(l->child, cap * sizeof *p);
		if (!p)
			return gefs_fail_memory(l->w->e);
		l->child = p;
		l->cap = cap;
	}
	if (c.d.name.n)
		memcpy(c.name, c.d.name.p, c.d.name.n);
	l->child[l->n++] = c;
	return 0;
}

static int
list_damage(void *arg, const gefs_error *e)
{
	struct listing *l = arg;
	return tell(l->w, e);
}

static int
by_name(const void *a, const void *b)
{
	const struct child *x = a, *y = b;
	return bytes_cmp((gefs_bytes){x->name, x->d.name.n}, (gefs_bytes){y->name, y->d.name.n});
}

static int walk_dir(struct files_walk *, const gefs_dirent *, size_t len, uint32_t depth);

static int
walk_entry(struct files_walk *w, const gefs_dirent *d, size_t len, uint32_t depth)
{
	gefs_file f = {d, w->path, len ? len : 1, depth};
	if (len == 0)
		w->path[0] = '/', w->path[1] = 0;
	int rc = w->fn(w->arg, &f);
	if (rc == GEFS_SKIP)
		return 0;
	return rc == 0 && d->is_dir ? walk_dir(w, d, len, depth) : rc;
}

static bool
loops(const struct files_walk *w, uint64_t qid, uint32_t depth)
{
	for (uint32_t i = 0; i < depth; i++)
		if (w->above[i] == qid)
			return true;
	return false;
}

static int
tell_dir(struct files_walk *w, const gefs_dirent *d, const char *what)
{
	gefs_error why;
	gefs_fail(&why, GEFS_EDAMAGE, GEFS_NIL, "%.300s (qid %" PRIu64 "): %s", (const char *)w->path, d->qpath, what);
	return tell(w, &why);
}

static int
walk_dir(struct files_walk *w, const gefs_dirent *dir, size_t len, uint32_t depth)
{
	struct listing l = {.w = w};
	uint8_t buf[KEY_MAX];
	int rc;

	if (depth >= PATH_DEPTH_MAX)
		return tell_dir(w, dir, "directories nested too deeply");
	if (loops(w, dir->qpath, depth))
		return tell_dir(w, dir, "a directory inside itself");
	/* Two in each of sixty directories, one inside the other, would make more paths than anybody can wait for. */
	rc = numset_add(&w->met, dir->qpath);
	if (rc <= 0)
		return rc < 0 ? gefs_fail_memory(w->e) : tell_dir(w, dir, "a directory that is in another place too");
	w->above[depth] = dir->qpath;
	rc = gefs_scan(w->img, w->t, (gefs_bytes){buf, key_prefix(w->img->f, KEY_ENTRY, dir->qpath, buf)}, list_kv,
		       list_damage, &l, w->e);
	if (l.n)
		qsort(l.child, l.n, sizeof *l.child, by_name);
	for (size_t i = 0; rc == 0 && i < l.n; i++) {
		struct child *c = &l.child[i];
		size_t end = len + 1 + c->d.name.n;
		c->d.name.p = c->name;
		if (end + 1 > w->cap) {
			uint8_t *p = realloc(w->path, 2 * end + 2);
			if (!p) {
				rc = gefs_fail_memory(w->e);
				break;
			}
			w->path = p;
			w->cap = 2 * end + 2;
		}
		w->path[len] = '/';
		memcpy(w->path + len + 1, c->name, c->d.name.n);
		w->path[end] = 0;
		rc = walk_entry(w, &c->d, end, depth + 1);
	}
	free(l.child);
	return rc;
}

int
gefs_files_walk(gefs_image *img, const gefs_tree *t, gefs_file_fn fn, gefs_damage_fn damage, void *arg, gefs_error *e)
{
	return gefs_files_walk_from(img, t, "/", fn, damage, arg, e);
}

int
gefs_files_walk_from(gefs_image *img, const gefs_tree *t, const char *path, gefs_file_fn fn, gefs_damage_fn damage,
		     void *arg, gefs_error *e)
{
	struct files_walk *w = calloc(1, sizeof *w);
	uint8_t storage[KEY_MAX];
	gefs_dirent first;
	int rc;

	if (!w || !(w->path = (uint8_t *)path_clean(path))) {
		free(w);
		return gefs_fail_memory(e);
	}
	w->img = img;
	w->t = t;
	w->fn = fn;
	w->damage = damage;
	w->arg = arg;
	w->e = e;
	size_t len = strlen((char *)w->path);
	w->cap = len + 1;
	rc = gefs_file_find(img, t, (char *)w->path, &first, storage, e);
	if (rc == 0)
		rc = walk_entry(w, &first, len > 1 ? len : 0, 0);
	numset_free(&w->met);
	free(w->path);
	free(w);
	return rc;
}
