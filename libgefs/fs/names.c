/* Directory entries and paths: docs/format.md section 17. */
#include "tree/tree.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"

enum { PATH_DEPTH_MAX = 4096 };

/* Decodes an entry; parent and name point into key. */
static bool
entry_decode(const struct format *f, gefs_bytes key, gefs_bytes value, gefs_dirent *d)
{
	struct key k;
	if (key_decode(f, key, &k) || k.type != KEY_ENTRY || !dirent_decode(f, value, d))
		return false;
	d->parent = k.qid;
	d->name = k.name;
	return true;
}

/* Looks up an entry by its key, and puts its name into storage. */
static int
entry_lookup(gefs_image *img, const gefs_tree *t, gefs_bytes key, gefs_dirent *out, uint8_t storage[KEY_MAX],
	     gefs_error *e)
{
	uint8_t value[VALUE_BUFFER];
	int n = gefs_lookup(img, t, key, value, sizeof value, e);

	if (n < 0)
		return -1;
	memmove(storage, key.p, key.n);
	gefs_bytes k = {storage, key.n}, v = {value, (size_t)n < sizeof value ? (size_t)n : sizeof value};
	if (!entry_decode(img->f, k, v, out))
		return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL, "a directory entry cannot be decoded");
	return 0;
}

static int
child_lookup(gefs_image *img, const gefs_tree *t, uint64_t parent, gefs_bytes name, gefs_dirent *out,
	     uint8_t storage[KEY_MAX], gefs_error *e)
{
	uint8_t buf[KEY_MAX];
	struct key k = {.type = KEY_ENTRY, .qid = parent, .name = name};
	size_t n = name.n <= img->f->name_max ? key_encode(img->f, &k, buf) : 0;
	if (n == 0)
		return gefs_fail(e, GEFS_ENOENT, GEFS_NIL, "a name of %zu bytes: the longest has %u", name.n,
				 img->f->name_max);
	return entry_lookup(img, t, (gefs_bytes){buf, n}, out, storage, e);
}

struct qid_search {
	gefs_image *img;
	uint64_t qid;
	gefs_dirent found;
	uint8_t *storage; /* of its name */
};

static int
match_qid(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct qid_search *s = arg;
	gefs_dirent d;
	if (!entry_decode(s->img->f, key, value, &d) || d.qpath != s->qid)
		return 0;
	memcpy(s->storage, key.p, key.n);
	gefs_bytes own = {s->storage, key.n};
	entry_decode(s->img->f, own, value, &s->found);
	return 1;
}

static int
ignore_damage(void *arg, const gefs_error *e)
{
	(void)arg;
	(void)e;
	return 0;
}

/* The entry with this qid, by looking at all of them. */
static int
search_entry(gefs_image *img, const gefs_tree *t, uint64_t qid, gefs_dirent *out, uint8_t storage[KEY_MAX],
	     gefs_error *e)
{
	struct qid_search s = {.img = img, .qid = qid, .storage = storage};
	uint8_t type[KEY_MAX];
	size_t n = key_prefix(img->f, KEY_ENTRY, 0, type) ? 1 : 0;
	int rc = gefs_scan(img, t, (gefs_bytes){type, n}, match_qid, ignore_damage, &s, e);

	if (rc == 0)
		return gefs_fail(e, GEFS_ENOENT, GEFS_NIL, "no entry has qid %" PRIu64, qid);
	*out = s.found;
	return rc < 0 ? -1 : 0;
}

/* The entry that the parent record of a directory names. */
static int
named_entry(gefs_image *img, const gefs_tree *t, uint64_t qid, gefs_dirent *out, uint8_t storage[KEY_MAX],
	    gefs_error *e)
{
	uint8_t buf[KEY_MAX], up[VALUE_BUFFER];
	gefs_bytes key = {buf, key_prefix(img->f, KEY_UP, qid, buf)};
	int n = gefs_lookup(img, t, key, up, sizeof up, e);

	if (n < 0)
		return -1;
	if (n > KEY_MAX)
		return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL, "parent record of qid %" PRIu64 " is too long", qid);
	return entry_lookup(img, t, (gefs_bytes){up, (size_t)n}, out, storage, e);
}

/* The entry of the directory with this qid: by its parent record, unless that is out of date. */
static int
dir_entry(gefs_image *img, const gefs_tree *t, uint64_t qid, gefs_dirent *out, uint8_t storage[KEY_MAX], gefs_error *e)
{
	gefs_error why;

	if (named_entry(img, t, qid, out, storage, &why) == 0 && out->qpath == qid)
		return 0;
	return search_entry(img, t, qid, out, storage, e);
}

int
gefs_file_find(gefs_image *img, const gefs_tree *t, const char *path, gefs_dirent *out, void *storage, gefs_error *e)
{
	gefs_error why;

	if (child_lookup(img, t, GEFS_NIL, (gefs_bytes){NULL, 0}, out, storage, &why) < 0)
		return gefs_fail(e, GEFS_EDAMAGE, why.addr, "the tree has no root directory: %s", why.text);
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");
		gefs_bytes name = {(const uint8_t *)p, n};
		p += n + (p[n] == '/');
		if (n == 0 || (n == 1 && name.p[0] == '.'))
			continue;
		if (!out->is_dir)
			return gefs_fail(e, GEFS_ENOENT, GEFS_NIL, "%s: not a directory before \"%.*s\"", path, (int)n,
					 (const char *)name.p);
		bool up = n == 2 && memcmp(name.p, "..", 2) == 0;
		if (up && out->parent == GEFS_NIL)
			continue; /* the root's parent is the root */
		int rc = up ? dir_entry(img, t, out->parent, out, storage, &why)
			    : child_lookup(img, t, out->qpath, name, out, storage, &why);
		if (rc < 0)
			return gefs_fail(e, why.code, why.addr, "%s: %s", path,
					 why.code == GEFS_ENOENT ? "no such file or directory" : why.text);
	}
	return 0;
}

int
gefs_qid_path(gefs_image *img, const gefs_tree *t, uint64_t qid, char *buf, size_t n, gefs_error *e)
{
	uint8_t storage[KEY_MAX];
	gefs_dirent d;
	size_t at = n;

	if (n < 2)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "no room for a path");
	buf[--at] = 0;
	for (int depth = 0;; depth++) {
		if (depth == PATH_DEPTH_MAX)
			return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL, "the directories above qid %" PRIu64 " form a loop", qid);
		if (dir_entry(img, t, qid, &d, storage, e) < 0)
			return -1;
		if (d.parent == GEFS_NIL)
			break;
		if (d.name.n + 1 > at - 1)
			return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "path of qid %" PRIu64 " is longer than %zu bytes", qid, n);
		at -= d.name.n;
		memcpy(buf + at, d.name.p, d.name.n);
		buf[--at] = '/';
		qid = d.parent;
	}
	if (buf[at] == 0)
		buf[--at] = '/';
	memmove(buf, buf + at, n - at);
	return 0;
}

/* ---- walking all files ---- */

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
};

static int
list_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct listing *l = arg;
	struct child c;

	if (!entry_decode(l->w->img->f, key, value, &c.d))
		return 0;
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
	if (l->w->damage)
		return l->w->damage(l->w->arg, e);
	if (l->w->e)
		*l->w->e = *e;
	return -1;
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
tell_loop(struct files_walk *w, const gefs_dirent *d, uint32_t depth)
{
	gefs_error why;
	gefs_fail(&why, GEFS_EDAMAGE, GEFS_NIL, "%.300s (qid %" PRIu64 "): %s", (const char *)w->path, d->qpath,
		  depth >= PATH_DEPTH_MAX ? "directories nested too deeply" : "a directory inside itself");
	if (w->damage)
		return w->damage(w->arg, &why);
	if (w->e)
		*w->e = why;
	return -1;
}

static int
walk_dir(struct files_walk *w, const gefs_dirent *dir, size_t len, uint32_t depth)
{
	struct listing l = {.w = w};
	uint8_t buf[KEY_MAX];
	int rc;

	if (depth >= PATH_DEPTH_MAX || loops(w, dir->qpath, depth))
		return tell_loop(w, dir, depth);
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
	struct files_walk *w = calloc(1, sizeof *w);
	uint8_t storage[KEY_MAX];
	gefs_dirent root;
	int rc;

	if (!w || !(w->path = malloc(w->cap = 512))) {
		free(w);
		return gefs_fail_memory(e);
	}
	w->img = img;
	w->t = t;
	w->fn = fn;
	w->damage = damage;
	w->arg = arg;
	w->e = e;
	rc = gefs_file_find(img, t, "/", &root, storage, e);
	if (rc == 0)
		rc = walk_entry(w, &root, 0, 0);
	free(w->path);
	free(w);
	return rc;
}
