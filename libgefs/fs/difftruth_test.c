/* Differences of real snapshots, held against what two complete listings say: the same ones, in the order of paths, and
 * read with little more than the nodes that the trees do not share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytestore.h"
#include "base/metro.h"
#include "base/numset.h"
#include "base/vec.h"
#include "fs/files.h"

enum { READS_MAX = 5 /* for each node that is not shared */ };

static gefs_image *
open_image(const char *name)
{
	const gefs_options o = {.super = -1, .jobs = 1};
	const char *dir = getenv("GEFS_TEST_CACHE");
	char path[512];
	gefs_error e;

	snprintf(path, sizeof path, "%s/%s.img", dir ? dir : "build/testimg", name);
	gefs_image *img = gefs_open(path, &o, &e);
	if (!img)
		fail_msg("%s", e.text);
	return img;
}

/* ---- what listings say ---- */

struct listed {
	gefs_dirent d;
	gefs_bytes path;
};

struct listing {
	gefs_image *img;
	gefs_tree tree;
	struct bytestore bytes;
	struct listed *v;
	size_t n, cap;
};

static int
list_file(void *arg, const gefs_file *f)
{
	struct listing *l = arg;
	struct listed x = {*f->entry, {bytestore_copy(&l->bytes, f->path, f->path_len + 1), f->path_len}};

	x.d.name.p = bytestore_copy(&l->bytes, f->entry->name.p, f->entry->name.n);
	assert_true(vec_push(l->v, l->n, l->cap, x));
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	const gefs_dirent *x = &((const struct listed *)a)->d, *y = &((const struct listed *)b)->d;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return bytes_cmp(x->name, y->name);
}

static void
list(gefs_image *img, const gefs_tree *t, struct listing *l)
{
	gefs_error e;

	*l = (struct listing){.img = img, .tree = *t};
	if (gefs_files_walk(img, t, list_file, NULL, l, &e) != 0)
		fail_msg("%s", e.text);
	qsort(l->v, l->n, sizeof *l->v, by_key);
}

static void
list_free(struct listing *l)
{
	bytestore_free(&l->bytes);
	free(l->v);
}

struct digest {
	uint64_t blocks, bytes;
};

static int
digest_extent(void *arg, const gefs_extent *x)
{
	struct digest *g = arg;

	if (!x->data) {
		g->blocks = gefs_metro64((const uint8_t *)&x->offset, sizeof x->offset, g->blocks);
		g->blocks = gefs_metro64((const uint8_t *)&x->ptr.hash, sizeof x->ptr.hash, g->blocks);
	}
	for (uint64_t i = 0; x->data && i < x->len; i++) /* holes and zeros are the same bytes */
		g->bytes += x->data[i] * ((x->offset + i) * 0x9e3779b97f4a7c15u + 1);
	return 0;
}

/* Of the blocks below end, as far as the file's records tell of any. */
static uint64_t
blocks_of(const struct listing *l, gefs_dirent d, uint64_t end)
{
	struct digest g = {0};

	d.length = end;
	assert_int_equal(gefs_file_extents(l->img, &l->tree, &d, 0, end, digest_extent, &g, NULL), 0);
	return g.blocks;
}

static uint64_t
bytes_of(const struct listing *l, const gefs_dirent *d)
{
	struct digest g = {0};

	assert_int_equal(gefs_file_read(l->img, &l->tree, d, 0, UINT64_MAX, digest_extent, &g, NULL), 0);
	return g.bytes;
}

/* ---- what is to be told ---- */

struct want {
	gefs_diff_kind kind;
	unsigned what;
	gefs_bytes path;
	uint64_t qpath;
};

struct wants {
	struct want *v;
	size_t n, cap, next;
	bool read; /* compare bytes as well */
};

static unsigned
differences(const struct listing l[2], const gefs_dirent *a, const gefs_dirent *b, bool read)
{
	uint64_t end = a->length > b->length ? a->length : b->length;
	unsigned what = 0;

	what |= a->length != b->length ? GEFS_DIFF_LENGTH : 0;
	what |= a->mode != b->mode || a->qtype != b->qtype ? GEFS_DIFF_MODE : 0;
	what |= a->uid != b->uid || a->gid != b->gid ? GEFS_DIFF_OWNER : 0;
	what |= a->muid != b->muid ? GEFS_DIFF_MODIFIER : 0;
	what |= a->atime_ns != b->atime_ns || a->mtime_ns != b->mtime_ns ? GEFS_DIFF_TIMES : 0;
	what |= a->qvers != b->qvers ? GEFS_DIFF_VERSION : 0;
	what |= a->qpath != b->qpath ? GEFS_DIFF_QID : 0;
	if (what & GEFS_DIFF_QID ? end > 0 : blocks_of(&l[0], *a, end) != blocks_of(&l[1], *b, end))
		what |= GEFS_DIFF_CONTENTS;
	if (read && !a->is_dir && !b->is_dir && bytes_of(&l[0], a) != bytes_of(&l[1], b))
		assert_true(what & (GEFS_DIFF_CONTENTS | GEFS_DIFF_LENGTH));
	return what;
}

static const struct listed *
with_qid(const struct listing *l, uint64_t qpath)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].d.qpath == qpath)
			return &l->v[i];
	return NULL;
}

static void
want_one(struct wants *w, gefs_diff_kind kind, unsigned what, const struct listed *x)
{
	struct want one = {kind, what, x->path, x->d.qpath};
	assert_true(vec_push(w->v, w->n, w->cap, one));
}

/* An entry that only listing i has. */
static void
want_single(struct wants *w, const struct listing l[2], int i, const struct listed *x)
{
	const struct listed *there = with_qid(&l[!i], x->d.qpath);
	unsigned what = 0;

	if (there)
		what = GEFS_DIFF_MOVED |
		       differences(l, i ? &there->d : &x->d, i ? &x->d : &there->d, w->read);
	want_one(w, i ? GEFS_DIFF_ADDED : GEFS_DIFF_REMOVED, what, x);
}

static int
by_path(const void *a, const void *b)
{
	const struct want *x = a, *y = b;
	const uint8_t *p = x->path.p, *q = y->path.p;

	while (*p && *p == *q)
		p++, q++;
	if (*p != *q) /* a slash sorts before whatever else a name goes on with, and after its end */
		return (*p == '/' ? 1 : *p ? *p + 1 : 0) - (*q == '/' ? 1 : *q ? *q + 1 : 0);
	return (x->kind != GEFS_DIFF_REMOVED) - (y->kind != GEFS_DIFF_REMOVED);
}

static void
find_wants(struct wants *w, const struct listing l[2])
{
	size_t i = 0, j = 0;

	while (i < l[0].n || j < l[1].n) {
		const struct listed *a = &l[0].v[i], *b = &l[1].v[j];
		int c = i == l[0].n ? 1 : j == l[1].n ? -1 : by_key(a, b);
		unsigned what;
		if (c < 0)
			want_single(w, l, 0, a);
		else if (c > 0)
			want_single(w, l, 1, b);
		else if ((what = differences(l, &a->d, &b->d, w->read)))
			want_one(w, GEFS_DIFF_CHANGED, what, b);
		i += c <= 0;
		j += c >= 0;
	}
	if (w->n)
		qsort(w->v, w->n, sizeof *w->v, by_path);
}

/* ---- what is told ---- */

static int
check_one(void *arg, const gefs_difference *d)
{
	struct wants *w = arg;

	if (w->next == w->n)
		fail_msg("%s is told to be %s", (const char *)d->path, gefs_diff_kind_name(d->kind));
	const struct want *x = &w->v[w->next++];
	if (d->kind != x->kind || d->what != x->what || d->path_len != x->path.n || memcmp(d->path, x->path.p, x->path.n))
		fail_msg("%s is told to be %s (%#x), expected %s %s (%#x)", (const char *)d->path,
			 gefs_diff_kind_name(d->kind), d->what, (const char *)x->path.p, gefs_diff_kind_name(x->kind), x->what);
	assert_int_equal(d->path[d->path_len], 0);
	assert_int_equal((d->kind == GEFS_DIFF_REMOVED ? d->old_entry : d->new_entry)->qpath, x->qpath);
	assert_int_equal(d->old_entry == NULL, d->kind == GEFS_DIFF_ADDED && !(d->what & GEFS_DIFF_MOVED));
	assert_int_equal(d->new_entry == NULL, d->kind == GEFS_DIFF_REMOVED && !(d->what & GEFS_DIFF_MOVED));
	return 0;
}

struct nodes {
	struct numset here, *other;
	uint64_t n, shared;
};

static int
count_node(void *arg, const gefs_place *p)
{
	struct nodes *c = arg;

	assert_non_null(p->node);
	if (numset_add(&c->here, p->ptr.addr) == 1) {
		c->n++;
		c->shared += c->other && numset_add(c->other, p->ptr.addr) == 0;
	}
	return 0;
}

/* Nodes that only one of the trees has. */
static uint64_t
nodes_not_shared(gefs_image *img, const gefs_tree *a, const gefs_tree *b)
{
	struct nodes x = {0}, y = {0};

	assert_int_equal(gefs_node_walk(img, a, count_node, &x, NULL), 0);
	y.other = &x.here;
	assert_int_equal(gefs_node_walk(img, b, count_node, &y, NULL), 0);
	numset_free(&x.here);
	numset_free(&y.here);
	return x.n + y.n - 2 * y.shared;
}

/* name: of the image, which is opened anew so that nothing is in memory. */
static void
check_diff(const char *name, const gefs_tree *a, const gefs_tree *b, struct wants *w, uint64_t not_shared)
{
	gefs_image *img = open_image(name);
	gefs_diff_stats st;
	gefs_error e;

	w->next = 0;
	if (gefs_diff(img, a, b, NULL, check_one, NULL, w, &st, &e) != 0)
		fail_msg("%s", e.text);
	if (w->next != w->n)
		fail_msg("%s is not told", (const char *)w->v[w->next].path.p);
	assert_int_equal(st.added + st.removed + st.changed, w->n);
	assert_int_equal(st.blocks_read * gefs_block_size(img) <= gefs_bytes_read(img), 1);
	if (st.blocks_read > READS_MAX * not_shared)
		fail_msg("%s: %d to %d reads %d blocks for %d nodes that are not shared", name, (int)a->snap, (int)b->snap,
			 (int)st.blocks_read, (int)not_shared);
	assert_true(st.nodes_changed >= not_shared);
	assert_true(st.nodes_changed <= st.nodes_opened && st.nodes_opened <= st.blocks_read);
	gefs_close(img);
}

static void
check_pair(const char *name, const gefs_tree *a, const gefs_tree *b, bool read)
{
	gefs_image *img = open_image(name);
	struct listing l[2];
	struct wants w = {.read = read};
	uint64_t not_shared = nodes_not_shared(img, a, b);

	list(img, a, &l[0]);
	list(img, b, &l[1]);
	find_wants(&w, l);
	check_diff(name, a, b, &w, not_shared);
	list_free(&l[0]);
	list_free(&l[1]);
	free(w.v);
	gefs_close(img);
}

/* Neighbours, one pair in `step` of them, in both directions; and the first against the last. */
static void
check_image(const char *name, size_t step)
{
	gefs_image *img = open_image(name);
	size_t n = gefs_snap_count(img);
	gefs_tree a, b;

	assert_true(n > 1);
	for (size_t i = 1; i < n; i += step) {
		gefs_tree_of(gefs_snap_get(img, i - 1), &a);
		gefs_tree_of(gefs_snap_get(img, i), &b);
		check_pair(name, &a, &b, true);
		check_pair(name, &b, &a, false);
	}
	gefs_tree_of(gefs_snap_get(img, 0), &a);
	gefs_tree_of(gefs_snap_get(img, n - 1), &b);
	check_pair(name, &a, &b, false);
	check_pair(name, &b, &b, false);
	gefs_close(img);
}

static void
test_snaps(void **state)
{
	(void)state;
	check_image("snaps", 1);
}

static void
test_manysnaps(void **state)
{
	(void)state;
	check_image("manysnaps", 9);
}

static void
test_autosnap(void **state)
{
	(void)state;
	check_image("autosnap-real", 1);
}

static void
test_little_endian(void **state)
{
	(void)state;
	check_image("A-snaps", 1);
}

static void
test_big_endian(void **state)
{
	(void)state;
	check_image("BE-snaps", 1);
}

/* ---- below a path ---- */

struct below {
	const char *path;
	size_t all, told;
};

static int
count_below(void *arg, const gefs_difference *d)
{
	struct below *b = arg;
	size_t n = strlen(b->path);

	b->all++;
	b->told += strncmp((const char *)d->path, b->path, n) == 0 && (d->path[n] == 0 || d->path[n] == '/');
	return 0;
}

static int
first_dir(void *arg, const gefs_difference *d)
{
	const gefs_dirent *x = d->new_entry;

	if (!x || !x->is_dir || d->path_len < 2)
		return 0;
	snprintf(arg, 300, "%s", (const char *)d->path);
	return 1;
}

static void
test_below(void **state)
{
	gefs_image *img = open_image("snaps");
	gefs_diff_stats st;
	gefs_tree a, b;
	gefs_error e;
	char dir[300] = "";

	(void)state;
	gefs_tree_of(gefs_snap_get(img, 0), &a);
	gefs_tree_of(gefs_snap_get(img, gefs_snap_count(img) - 1), &b);
	assert_int_equal(gefs_diff(img, &a, &b, NULL, first_dir, NULL, dir, NULL, &e), 1);
	struct below all = {.path = dir}, some = {.path = dir};
	assert_int_equal(gefs_diff(img, &a, &b, "/", count_below, NULL, &all, &st, &e), 0);
	assert_int_equal(gefs_diff(img, &a, &b, dir, count_below, NULL, &some, &st, &e), 0);
	assert_true(all.told > 0 && all.told < all.all);
	assert_int_equal(some.all, some.told);
	assert_int_equal(some.told, all.told);
	assert_int_equal(st.added + st.removed + st.changed, all.told);
	assert_int_equal(gefs_diff(img, &a, &b, "/no such file", count_below, NULL, &some, &st, &e), -1);
	assert_int_equal(e.code, GEFS_ENOENT);
	gefs_close(img);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snaps),	      cmocka_unit_test(test_manysnaps),	 cmocka_unit_test(test_autosnap),
		cmocka_unit_test(test_little_endian), cmocka_unit_test(test_big_endian), cmocka_unit_test(test_below),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("differences of snapshots", tests, NULL, NULL);
}
