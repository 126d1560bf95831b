#include "archive/links.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/numset.h"
#include "base/siphash.h"
#include "tree/diff.h"

/* A table with open addressing, by the file's number. */
struct stored {
	char *path; /* NULL: the slot is free, or the file has other contents by now */
	bool used;
	gefs_dirent d;
};

struct links {
	gefs_image *img;
	bool entered;
	gefs_tree tree;
	struct stored *slot;
	size_t n, cap; /* cap is a power of two */
	uint64_t secret[2]; /* so that no image can choose numbers that fall together */
	bool lost; /* a node could not be read: what changed is not known */
};

struct links *
links_new(gefs_image *img)
{
	struct links *l = calloc(1, sizeof *l);

	if (l && !(l->slot = calloc(l->cap = 1024, sizeof *l->slot))) {
		free(l);
		return NULL;
	}
	if (l) {
		l->img = img;
		numset_secret(l->secret);
	}
	return l;
}

static void
forget_all(struct links *l)
{
	for (size_t i = 0; i < l->cap; i++) {
		free(l->slot[i].path);
		l->slot[i].path = NULL;
	}
}

void
links_free(struct links *l)
{
	if (!l)
		return;
	forget_all(l);
	free(l->slot);
	free(l);
}

/* The file's slot, or the free one where it belongs. */
static struct stored *
slot_of(const struct links *l, uint64_t qpath)
{
	size_t i = (size_t)gefs_siphash(&qpath, sizeof qpath, l->secret[0], l->secret[1]) & (l->cap - 1);

	while (l->slot[i].used && l->slot[i].d.qpath != qpath)
		i = (i + 1) & (l->cap - 1);
	return &l->slot[i];
}

static int
contents_changed(void *arg, gefs_bytes key, const struct diff_value *old, const struct diff_value *new)
{
	struct links *l = arg;
	struct key k;

	(void)old;
	(void)new;
	if (key_decode(l->img->f, key, &k) || k.type != KEY_DATA)
		return 0;
	struct stored *s = slot_of(l, k.qid);
	free(s->path);
	s->path = NULL;
	return 0;
}

static int
damaged(void *arg, int which, const gefs_error *e)
{
	(void)which;
	(void)e; /* told when the files are read */
	((struct links *)arg)->lost = true;
	return 0;
}

int
links_enter(struct links *l, const gefs_tree *t, gefs_error *e)
{
	struct diff_ops ops = {.change = contents_changed, .damage = damaged, .arg = l};
	gefs_error why;

	l->lost = false;
	if (l->entered && tree_diff(l->img, &l->tree, t, &ops, &why) < 0) {
		if (why.code != GEFS_EDAMAGE) {
			*e = why;
			return -1;
		}
		l->lost = true;
	}
	if (l->lost)
		forget_all(l);
	l->tree = *t;
	l->entered = true;
	return 0;
}

static bool
same(const gefs_dirent *a, const gefs_dirent *b)
{
	return a->qvers == b->qvers && a->qtype == b->qtype && a->mode == b->mode && a->mtime_ns == b->mtime_ns &&
	       a->length == b->length && a->uid == b->uid && a->gid == b->gid && a->muid == b->muid;
}

const char *
links_find(const struct links *l, const gefs_dirent *d)
{
	const struct stored *s = slot_of(l, d->qpath);
	return s->path && same(&s->d, d) ? s->path : NULL;
}

static bool
grow(struct links *l)
{
	struct links bigger = *l;

	bigger.cap = 2 * l->cap;
	bigger.n = 0;
	if (!(bigger.slot = calloc(bigger.cap, sizeof *bigger.slot)))
		return false;
	for (size_t i = 0; i < l->cap; i++)
		if (l->slot[i].path) {
			*slot_of(&bigger, l->slot[i].d.qpath) = l->slot[i];
			bigger.n++;
		}
	free(l->slot);
	*l = bigger;
	return true;
}

int
links_add(struct links *l, const gefs_dirent *d, const char *path, gefs_error *e)
{
	if (2 * l->n >= l->cap && !grow(l))
		return gefs_fail_memory(e);
	struct stored *s = slot_of(l, d->qpath);
	char *copy = strdup(path);
	if (!copy)
		return gefs_fail_memory(e);
	l->n += !s->used;
	free(s->path);
	*s = (struct stored){copy, true, *d};
	s->d.name = (gefs_bytes){NULL, 0}; /* the entry is gone soon */
	return 0;
}
