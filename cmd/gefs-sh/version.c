#include <stdlib.h>
#include <string.h>

#include "around.h"
#include "history.h"

/* ---- where the blocks are ---- */

static void
add_extent(void *arg, const struct extent *x)
{
	sha256_update(arg, x, sizeof *x);
}

static int
find_places(struct shell *sh, const gefs_tree *t, const char *name, struct version *v)
{
	struct layout l;
	struct sha256 s;
	gefs_error e;

	sha256_init(&s);
	if (layout_of(sh, t, &v->entry, (const uint8_t *)name, strlen(name), &l, add_extent, &s, &e) < 0)
		return failed(&e);
	sha256_final(&s, v->places);
	v->lost = l.lost > 0;
	return -1;
}

static bool
same_places(const struct version *x, const struct version *y)
{
	return x->lost == y->lost && x->entry.length == y->entry.length && x->entry.is_dir == y->entry.is_dir &&
	       memcmp(x->places, y->places, sizeof x->places) == 0;
}

/* ---- contents ---- */

static const struct version *
kept(const struct file_versions *f, const struct version *v)
{
	for (size_t i = 0; i < f->n && i < VERSIONS_KEPT; i++)
		if (same_places(&f->kept[i], v))
			return &f->kept[i];
	return NULL;
}

static int
hash(struct shell *sh, struct file_versions *f, const gefs_tree *t, const char *name, struct version *v)
{
	const struct version *before = kept(f, v);
	gefs_error e;

	if (v->lost)
		return -1;
	if (before) {
		strcpy(v->hex, before->hex);
		return -1;
	}
	if (contents_hash(sh->img, t, &v->entry, (const uint8_t *)name, strlen(name), v->hex, &e) < 0)
		return failed(&e);
	f->kept[f->n++ % VERSIONS_KEPT] = *v;
	return -1;
}

static int
look(struct shell *sh, struct file_versions *f, const gefs_tree *t, const char *name, struct version *v)
{
	uint8_t storage[GEFS_KEY_MAX];
	gefs_error e;

	*v = (struct version){.state = VERSION_ABSENT};
	if (gefs_file_find(sh->img, t, f->path, &v->entry, storage, &e) < 0) {
		if (e.code == GEFS_ENOENT)
			return -1;
		v->state = VERSION_DAMAGED;
		int status = failed(&e);
		return status == EXIT_DONE ? -1 : status;
	}
	v->state = VERSION_PRESENT;
	v->entry.name = (gefs_bytes){NULL, 0};
	if (v->entry.is_dir)
		return -1;
	int status = find_places(sh, t, name, v);
	return status >= 0 || !f->hash ? status : hash(sh, f, t, name, v);
}

int
version_of(struct shell *sh, struct file_versions *f, const gefs_snap *s, struct version *v)
{
	char *name = NULL;
	gefs_tree t;

	if (f->any && memcmp(&f->root, &s->root, sizeof f->root) == 0) {
		*v = f->last;
		return -1;
	}
	if (asprintf(&name, "%" PRIu64 ":%s", s->id, f->path) < 0) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	gefs_tree_of(s, &t);
	int status = look(sh, f, &t, name, v);
	f->root = s->root;
	f->last = *v;
	f->any = true;
	free(name);
	return status;
}

/* When it was last read does not matter. */
bool
version_same(const struct version *x, const struct version *y)
{
	const gefs_dirent *a = &x->entry, *b = &y->entry;

	if (x->state != y->state || x->state != VERSION_PRESENT)
		return x->state == y->state;
	return a->qpath == b->qpath && a->qvers == b->qvers && a->qtype == b->qtype && a->mode == b->mode &&
	       a->mtime_ns == b->mtime_ns && a->length == b->length && a->uid == b->uid && a->gid == b->gid &&
	       a->muid == b->muid && (same_places(x, y) || (x->hex[0] && strcmp(x->hex, y->hex) == 0));
}
