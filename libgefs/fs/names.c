/* Directory entries and paths: docs/format.md section 17. */
#include "fs/files.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"

bool
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

int
entry_child(gefs_image *img, const gefs_tree *t, uint64_t parent, gefs_bytes name, gefs_dirent *out,
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

int
entry_by_up(gefs_image *img, const gefs_tree *t, uint64_t qid, gefs_dirent *out, uint8_t storage[KEY_MAX],
	    gefs_error *e)
{
	uint8_t buf[KEY_MAX], up[VALUE_BUFFER];
	gefs_bytes key = {buf, key_prefix(img->f, KEY_UP, qid, buf)};
	int n = gefs_lookup(img, t, key, up, sizeof up, e);

	if (n < 0)
		return -1;
	if (n > KEY_MAX)
		return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL, "parent record of qid %" PRIu64 " is too long", qid);
	if (entry_lookup(img, t, (gefs_bytes){up, (size_t)n}, out, storage, e) < 0)
		return -1;
	if (out->qpath != qid)
		return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL, "parent record of qid %" PRIu64 " is out of date", qid);
	return 0;
}

/* The entry of the directory with this qid: by its parent record, unless that is out of date. */
static int
dir_entry(gefs_image *img, const gefs_tree *t, uint64_t qid, gefs_dirent *out, uint8_t storage[KEY_MAX], gefs_error *e)
{
	gefs_error why;

	if (entry_by_up(img, t, qid, out, storage, &why) == 0)
		return 0;
	/* Interrupted, this fails at once as well. */
	return search_entry(img, t, qid, out, storage, e);
}

int
gefs_file_find(gefs_image *img, const gefs_tree *t, const char *path, gefs_dirent *out, void *storage, gefs_error *e)
{
	gefs_error why;

	if (entry_child(img, t, GEFS_NIL, (gefs_bytes){NULL, 0}, out, storage, &why) < 0)
		return why.code == GEFS_ECANCEL
			       ? gefs_fail_same(e, &why)
			       : gefs_fail(e, GEFS_EDAMAGE, why.addr, "the tree has no root directory: %s", why.text);
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
			    : entry_child(img, t, out->qpath, name, out, storage, &why);
		if (rc < 0 && why.code == GEFS_ECANCEL)
			return gefs_fail_same(e, &why);
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

char *
path_clean(const char *path)
{
	char *out = malloc(strlen(path) + 2);
	size_t n = 0;

	if (!out)
		return NULL;
	for (const char *p = path; *p;) {
		size_t len = strcspn(p, "/");
		bool up = len == 2 && memcmp(p, "..", 2) == 0;
		if (up) {
			while (n && out[--n] != '/')
				;
		} else if (len && !(len == 1 && *p == '.')) {
			out[n++] = '/';
			memcpy(out + n, p, len);
			n += len;
		}
		p += len + (p[len] == '/');
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = 0;
	return out;
}
