#include "snap/snaps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"
#include "tree/tree.h"

gefs_tree
snap_tree(const gefs_image *img)
{
	const gefs_super *sb = image_super(img);
	return (gefs_tree){sb->snap_root, sb->snap_height, GEFS_NIL};
}

/* A copy with a NUL behind it, or NULL. */
static char *
copy(gefs_bytes b)
{
	char *p = malloc(b.n + 1);
	if (p) {
		if (b.n)
			memcpy(p, b.p, b.n);
		p[b.n] = 0;
	}
	return p;
}

static bool
add_label(struct snaps *s, const struct key *k, const struct label_value *v)
{
	char *name = copy(k->name);
	gefs_label l = {name, k->name.n, v->snap, v->flags, v->mutable};
	if (name && vec_push(s->labels, s->nlabels, s->cap_labels, l))
		return true;
	free(name);
	return false;
}

static bool
add_conf(struct snaps *s, const struct key *k, gefs_bytes value)
{
	char *name = copy(k->name), *text = copy(value);
	gefs_conf c = {{(uint8_t *)name, k->name.n}, {(uint8_t *)text, value.n}};
	if (name && text && vec_push(s->conf, s->nconf, s->cap_conf, c))
		return true;
	free(name);
	free(text);
	return false;
}

/* A snapshot, and the deadlists that stand in its record in some versions. */
static bool
add_snap(struct snaps *s, const struct format *f, gefs_bytes value, gefs_snap *snap)
{
	gefs_deadlist dead[DEADLISTS_MAX];
	size_t n = f->snap_deadlists ? f->snap_deadlists(f, value.p, dead) : 0;

	for (size_t i = 0; i < n; i++) {
		dead[i].gen = snap->id;
		if (!vec_push(s->dead, s->ndead, s->cap_dead, dead[i]))
			return false;
	}
	return vec_push(s->snaps, s->nsnaps, s->cap_snaps, *snap);
}

struct load {
	gefs_image *img;
	struct snaps *s;
};

static int
load_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct load *l = arg;
	const struct format *f = l->img->f;
	struct snaps *s = l->s;
	struct label_value lv;
	gefs_snap snap = {0};
	gefs_deadlist dl = {0};
	struct key k;
	bool ok = true;

	if (key_decode(f, key, &k))
		return 0; /* junk: the checker speaks of it */
	if (k.type == KEY_LABEL && label_decode(f, value, &lv)) {
		ok = add_label(s, &k, &lv);
	} else if (k.type == KEY_SNAP && snap_decode(f, value, &snap)) {
		snap.id = k.qid;
		ok = add_snap(s, f, value, &snap);
	} else if (k.type == KEY_DEAD && deadlist_decode(f, value, &dl)) {
		dl.gen = k.qid;
		dl.birth = k.offset;
		ok = vec_push(s->dead, s->ndead, s->cap_dead, dl);
	} else if (k.type == KEY_CONF) {
		ok = add_conf(s, &k, value);
	}
	s->nomem |= !ok;
	return ok ? 0 : -1;
}

static int
load_damage(void *arg, const gefs_error *e)
{
	struct load *l = arg;
	if (!l->s->damaged)
		l->s->error = *e;
	l->s->damaged = true;
	return 0;
}

static int
snap_by_id_cmp(const void *a, const void *b)
{
	const gefs_snap *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

static int
deadlist_cmp(const void *a, const void *b)
{
	const gefs_deadlist *x = a, *y = b;
	if (x->gen != y->gen)
		return x->gen < y->gen ? -1 : 1;
	return (x->birth > y->birth) - (x->birth < y->birth);
}

static gefs_snap *
find(struct snaps *s, uint64_t id)
{
	gefs_snap want = {.id = id};
	return s->nsnaps ? bsearch(&want, s->snaps, s->nsnaps, sizeof want, snap_by_id_cmp) : NULL;
}

struct snaps *
snaps_read(gefs_image *img, gefs_error *e)
{
	if (img->snaps)
		return img->snaps;
	struct snaps *s = calloc(1, sizeof *s);
	struct load l = {img, s};
	struct bounds all = {.unbounded = true};
	struct scan_ops ops = {.kv = load_kv, .damage = load_damage, .arg = &l};
	gefs_tree t = snap_tree(img);

	if (!s) {
		gefs_fail_memory(e);
		return NULL;
	}
	if (format_has(img->f, GEFS_HAS_TREES) && tree_scan(img, &t, &all, &ops, &s->error) < 0)
		s->damaged = true;
	if (s->error.code == GEFS_ECANCEL) { /* what was read so far is not all that there is */
		gefs_fail_same(e, &s->error);
		snaps_free(s);
		return NULL;
	}
	/* With numeric keys this is their order already, unless the tree is damaged. */
	if (s->nsnaps)
		qsort(s->snaps, s->nsnaps, sizeof *s->snaps, snap_by_id_cmp);
	if (s->ndead)
		qsort(s->dead, s->ndead, sizeof *s->dead, deadlist_cmp);
	for (size_t i = 0; i < s->nlabels; i++) {
		gefs_snap *snap = find(s, s->labels[i].snap);
		if (snap)
			snap->nlabels++;
	}
	img->snaps = s;
	return s;
}

struct snaps *
snaps_get(gefs_image *img)
{
	return snaps_read(img, NULL);
}

void
snaps_free(struct snaps *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nlabels; i++)
		free((char *)(uintptr_t)s->labels[i].name);
	for (size_t i = 0; i < s->nconf; i++) {
		free((void *)(uintptr_t)s->conf[i].name.p);
		free((void *)(uintptr_t)s->conf[i].value.p);
	}
	free(s->labels);
	free(s->snaps);
	free(s->dead);
	free(s->conf);
	free(s);
}

#define SNAPS_ACCESSORS(type, what, list, n)                                                       \
	size_t gefs_##what##_count(gefs_image *img)                                                \
	{                                                                                          \
		struct snaps *s = snaps_get(img);                                                  \
		return s ? s->n : 0;                                                               \
	}                                                                                          \
	const type *gefs_##what##_get(gefs_image *img, size_t i)                                   \
	{                                                                                          \
		struct snaps *s = snaps_get(img);                                                  \
		return s && i < s->n ? &s->list[i] : NULL;                                         \
	}

SNAPS_ACCESSORS(gefs_label, label, labels, nlabels)
SNAPS_ACCESSORS(gefs_snap, snap, snaps, nsnaps)
SNAPS_ACCESSORS(gefs_deadlist, deadlist, dead, ndead)
SNAPS_ACCESSORS(gefs_conf, conf, conf, nconf)

const gefs_snap *
gefs_snap_by_id(gefs_image *img, uint64_t id)
{
	struct snaps *s = snaps_get(img);
	return s ? find(s, id) : NULL;
}

const gefs_error *
gefs_snaps_error(gefs_image *img)
{
	struct snaps *s = snaps_get(img);
	if (!s)
		return &image_interruption;
	return s->damaged ? &s->error : NULL;
}

void
gefs_tree_of(const gefs_snap *s, gefs_tree *t)
{
	*t = (gefs_tree){s->root, s->height, s->id};
}

static const gefs_snap *
by_number(gefs_image *img, const char *name)
{
	char *end;
	if (*name < '0' || *name > '9')
		return NULL;
	unsigned long long id = strtoull(name, &end, 10);
	return *end ? NULL : gefs_snap_by_id(img, id);
}

int
gefs_tree_find(gefs_image *img, const char *name, gefs_tree *t, gefs_error *e)
{
	struct snaps *s = snaps_read(img, e);
	size_t len = strlen(name);
	const gefs_snap *snap = NULL;

	if (!s)
		return -1;
	for (size_t i = 0; i < s->nlabels; i++) {
		const gefs_label *l = &s->labels[i];
		if (l->len != len || memcmp(l->name, name, len) != 0)
			continue;
		snap = find(s, l->snap);
		if (!snap)
			return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL,
					 "label \"%s\" names snapshot %" PRIu64 ", which does not exist", name, l->snap);
	}
	if (!format_has(img->f, GEFS_HAS_TREES))
		return gefs_fail(e, GEFS_ENOENT, GEFS_NIL,
				 "no files can be read: of this version (%s) only the block layer is known, and what lies above it "
				 "is absent or unlike any other version",
				 img->f->name);
	if (!snap && strcmp(name, "snap") == 0) {
		*t = snap_tree(img);
		return 0;
	}
	if (!snap)
		snap = by_number(img, name);
	if (!snap) {
		gefs_fail(e, s->damaged ? GEFS_EDAMAGE : GEFS_ENOENT, GEFS_NIL,
			  "there is no snapshot \"%s\"; `gefs-dump snaps` lists them%s%s", name,
			  s->damaged ? ", but the snapshot tree is damaged: " : "", s->damaged ? s->error.text : "");
		return -1;
	}
	gefs_tree_of(snap, t);
	return 0;
}
