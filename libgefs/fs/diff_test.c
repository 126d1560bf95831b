/* Differences of made-up trees: what servers do seldom or never, and what only an enemy does. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/vec.h"
#include "fs/files.h"
#include "tree/testing/forest.h"

enum { ROOT = 0, DIR = 1 << 31, BLOCK = 16384 };

/* ---- records ---- */

struct records {
	gefs_record *v;
	size_t n, cap;
};

static gefs_bytes
own(const void *p, size_t n)
{
	uint8_t *q = malloc(n + 1);
	assert_non_null(q);
	memcpy(q, p, n);
	return (gefs_bytes){q, n};
}

static gefs_bytes
make_key(enum key_type type, uint64_t qid, uint64_t offset, const char *name)
{
	struct key k = {type, qid, offset, {(const uint8_t *)name, name ? strlen(name) : 0}};
	uint8_t buf[KEY_MAX];
	return own(buf, key_encode(&format_gefs9, &k, buf));
}

static gefs_bytes
make_entry(uint64_t qid, uint32_t vers, uint32_t mode, uint64_t length)
{
	uint8_t v[61] = {0};

	put_be64(v + 8, qid);
	put_be32(v + 16, vers);
	v[20] = (uint8_t)(mode >> 24);
	put_be32(v + 21, mode);
	put_be64(v + 41, length);
	return own(v, sizeof v);
}

static void
add(struct records *r, gefs_bytes key, gefs_bytes value)
{
	gefs_record x = {0, key, value};
	assert_true(vec_push(r->v, r->n, r->cap, x));
}

static void
file(struct records *r, uint64_t parent, const char *name, uint64_t qid, uint32_t vers, uint64_t length)
{
	add(r, make_key(KEY_ENTRY, parent, 0, name), make_entry(qid, vers, 0644, length));
}

/* Without its parent record. */
static void
bare_dir(struct records *r, uint64_t parent, const char *name, uint64_t qid)
{
	add(r, make_key(KEY_ENTRY, parent, 0, name), make_entry(qid, 0, (uint32_t)DIR | 0755, 0));
}

static void
up(struct records *r, uint64_t qid, uint64_t parent, const char *name)
{
	add(r, make_key(KEY_UP, qid, 0, NULL), make_key(KEY_ENTRY, parent, 0, name));
}

static void
dir(struct records *r, uint64_t parent, const char *name, uint64_t qid)
{
	bare_dir(r, parent, name, qid);
	up(r, qid, parent, name);
}

static void
data(struct records *r, uint64_t qid, uint64_t offset, uint64_t addr, uint64_t hash)
{
	uint8_t v[PTR_SIZE];

	ptr_encode(&format_gefs9, (gefs_ptr){addr, hash, 1}, v);
	add(r, make_key(KEY_DATA, qid, offset, NULL), own(v, sizeof v));
}

static int
by_key(const void *a, const void *b)
{
	const gefs_record *x = a, *y = b;
	return bytes_cmp(x->key, y->key);
}

/* A tree whose leaves hold ten records each; takes the records. */
static gefs_tree
grow(struct forest *f, struct records *r)
{
	enum { PER_LEAF = 10, PER_PIVOT = 100 };
	struct forest_child *kid = calloc(r->n / PER_LEAF + 2, sizeof *kid);
	gefs_tree t = {.height = 1, .snap = 1};
	size_t n = 0;

	qsort(r->v, r->n, sizeof *r->v, by_key);
	for (size_t i = 0; i < r->n; i += PER_LEAF) {
		size_t m = r->n - i < PER_LEAF ? r->n - i : PER_LEAF;
		kid[n++] = (struct forest_child){r->v[i].key, forest_leaf(f, r->v + i, m)};
	}
	for (; n > 1 || t.height == 1; t.height++) {
		size_t up_n = 0;
		for (size_t i = 0; i < n; i += PER_PIVOT) {
			size_t m = n - i < PER_PIVOT ? n - i : PER_PIVOT;
			kid[up_n++] = (struct forest_child){kid[i].key, forest_pivot(f, kid + i, m, NULL, 0)};
		}
		n = up_n;
	}
	t.root = kid[0].ptr;
	for (size_t i = 0; i < r->n; i++) {
		free((void *)(uintptr_t)r->v[i].key.p);
		free((void *)(uintptr_t)r->v[i].value.p);
	}
	free(r->v);
	free(kid);
	*r = (struct records){0};
	return t;
}

static struct records
with_root(void)
{
	struct records r = {0};
	dir(&r, GEFS_NIL, "", ROOT);
	return r;
}

/* ---- differences as text ---- */

struct told {
	char text[2000];
	size_t n, damaged;
	gefs_diff_stats st;
};

static int
tell(void *arg, const gefs_difference *d)
{
	struct told *t = arg;
	size_t at = strlen(t->text);

	t->n++;
	assert_int_equal(strlen((const char *)d->path), d->path_len);
	snprintf(t->text + at, sizeof t->text - at, "%c%s %x\n", "+-~"[d->kind], (const char *)d->path, d->what);
	return 0;
}

static int
count_damage(void *arg, const gefs_error *e)
{
	struct told *t = arg;
	assert_int_equal(e->code, GEFS_EDAMAGE);
	t->damaged++;
	return 0;
}

static struct told
diff(struct forest *f, gefs_tree a, gefs_tree b)
{
	struct told t = {0};
	gefs_error e;

	forest_forget(f);
	if (gefs_diff(&f->img, &a, &b, NULL, tell, count_damage, &t, &t.st, &e) != 0)
		fail_msg("%s", e.text);
	return t;
}

static void
expect(struct forest *f, struct records a, struct records b, bool searched, const char *text)
{
	gefs_tree old = grow(f, &a), new = grow(f, &b);
	struct told t = diff(f, old, new);

	assert_string_equal(t.text, text);
	assert_int_equal(t.damaged, 0);
	assert_int_equal(t.st.searched, searched);
	forest_free(f);
}

/* ---- moves ---- */

/* What is inside a directory that was moved has not changed, unless it has. */
static void
test_moved_directory(void **state)
{
	struct records a = with_root(), b = with_root();

	(void)state;
	dir(&a, ROOT, "old", 5);
	dir(&b, ROOT, "new", 5);
	dir(&a, 5, "sub", 6);
	dir(&b, 5, "sub", 6);
	file(&a, 6, "same", 7, 0, 0);
	file(&b, 6, "same", 7, 0, 0);
	file(&a, 6, "touched", 8, 0, 0);
	file(&b, 6, "touched", 8, 1, 0);
	file(&a, 6, "gone", 9, 0, 0);
	file(&b, 6, "come", 10, 0, 0);
	expect(forest_new(), a, b, false,
	       "+/new 100\n"
	       "+/new/sub/come 0\n"
	       "~/new/sub/touched 40\n"
	       "-/old 100\n"
	       "-/old/sub/gone 0\n");
}

/* Two that took each other's place, one that took another's, and one by its own name in another directory. */
static void
test_moved_files(void **state)
{
	struct records a = with_root(), b = with_root();

	(void)state;
	file(&a, ROOT, "x", 5, 0, 1);
	file(&a, ROOT, "y", 6, 0, 1);
	file(&b, ROOT, "x", 6, 0, 1);
	file(&b, ROOT, "y", 5, 0, 1);
	file(&a, ROOT, "log", 7, 0, 0);
	file(&b, ROOT, "log", 8, 0, 0);
	file(&b, ROOT, "log.old", 7, 1, 0);
	dir(&a, ROOT, "d", 9);
	dir(&b, ROOT, "d", 9);
	file(&a, ROOT, "z", 10, 0, 3);
	file(&b, 9, "z", 10, 0, 4);
	expect(forest_new(), a, b, false,
	       "+/d/z 102\n"
	       "~/log 80\n"
	       "+/log.old 140\n"
	       "~/x 81\n"
	       "~/y 81\n"
	       "-/z 102\n");
}

/* A slash sorts before whatever a longer name goes on with. */
static void
test_order(void **state)
{
	struct records a = with_root(), b = with_root();

	(void)state;
	file(&b, ROOT, "a!", 5, 0, 0);
	dir(&b, ROOT, "a", 6);
	file(&b, 6, "z", 7, 0, 0);
	file(&b, 6, "longer name", 8, 0, 0);
	file(&b, ROOT, "B", 9, 0, 0);
	file(&a, ROOT, "a", 10, 0, 0);
	expect(forest_new(), a, b, false, "+/B 0\n~/a 84\n+/a/longer name 0\n+/a/z 0\n+/a! 0\n");
}

/* ---- contents ---- */

static void
test_contents(void **state)
{
	struct records a = with_root(), b = with_root();

	(void)state;
	file(&a, ROOT, "again", 5, 0, BLOCK); /* written again, alike */
	file(&b, ROOT, "again", 5, 1, BLOCK);
	data(&a, 5, 0, 0x100000, 77);
	data(&b, 5, 0, 0x200000, 77);
	file(&a, ROOT, "beyond", 6, 0, BLOCK); /* nobody sees that */
	file(&b, ROOT, "beyond", 6, 1, BLOCK);
	data(&b, 6, BLOCK, 0x300000, 1);
	file(&a, ROOT, "cut", 7, 0, BLOCK + 1);
	file(&b, ROOT, "cut", 7, 1, BLOCK);
	data(&a, 7, BLOCK, 0x400000, 1);
	file(&a, ROOT, "gone", 8, 0, 1);
	data(&a, 8, 0, 0x500000, 1);
	expect(forest_new(), a, b, false, "~/again 40\n~/beyond 40\n~/cut 43\n-/gone 0\n");
}

/* The entry is the same, and so nothing near the block tells its name; one block has no entry at all. */
static void
test_contents_alone(void **state)
{
	struct records a = with_root(), b = with_root();

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct records *r = i ? &b : &a;
		dir(r, ROOT, "d", 5);
		file(r, 5, "f", 6, 0, 1);
		file(r, 5, "beyond", 7, 0, 1);
	}
	data(&b, 6, 0, 0x100000, 1);
	data(&b, 7, BLOCK, 0x200000, 1);
	data(&b, 99, 0, 0x300000, 1);
	expect(forest_new(), a, b, true, "~/d/f 1\n");
}

/* ---- places that are not known ---- */

static void
test_parents(void **state)
{
	struct records a = with_root(), b = with_root();

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct records *r = i ? &b : &a;
		bare_dir(r, ROOT, "bare", 5);
		bare_dir(r, ROOT, "stale", 6);
		up(r, 6, ROOT, "bare");
		bare_dir(r, 8, "loop1", 7);
		bare_dir(r, 7, "loop2", 8);
	}
	file(&b, 5, "f", 20, 0, 0);
	file(&b, 6, "f", 21, 0, 0);
	file(&b, 7, "f", 22, 0, 0);
	file(&b, 999, "f", 23, 0, 0);
	expect(forest_new(), a, b, true, "+/bare/f 0\n+/stale/f 0\n+?7/f 0\n+?999/f 0\n");
}

static int
count(void *arg, const gefs_difference *d)
{
	struct told *t = arg;

	t->n++;
	if (d->path_len > t->st.keys)
		t->st.keys = d->path_len;
	return 0;
}

/* Deeper than any path may be. */
static void
test_deep(void **state)
{
	struct forest *f = forest_new();
	struct records a = with_root(), b = with_root();
	struct told t = {0};

	(void)state;
	for (uint64_t q = 1; q <= PATH_DEPTH_MAX + 100; q++)
		dir(&b, q - 1, "d", q);
	gefs_tree empty = grow(f, &a), all = grow(f, &b);
	assert_int_equal(gefs_diff(&f->img, &empty, &all, NULL, count, NULL, &t, NULL, NULL), 0);
	assert_int_equal(t.n, PATH_DEPTH_MAX + 100);
	assert_in_range(t.st.keys, 2 * PATH_DEPTH_MAX - 10, 2 * PATH_DEPTH_MAX + 10);
	forest_free(f);
}

/* ---- messages and damage ---- */

/* Nodes that both have are not opened, as long as the same messages wait for them, whatever the level they wait at. */
static void
test_same_messages(void **state)
{
	struct forest *f = forest_new();
	gefs_bytes key[3] = {make_key(KEY_ENTRY, GEFS_NIL, 0, ""), make_key(KEY_UP, ROOT, 0, NULL),
			     make_key(KEY_UP, 1, 0, NULL)};
	gefs_bytes file_key = make_key(KEY_ENTRY, ROOT, 0, "f");
	gefs_bytes entry[2] = {make_entry(ROOT, 0, (uint32_t)DIR | 0755, 0), make_entry(5, 0, 0644, 0)};
	static const uint8_t touch[1], mode[5] = {2, 0, 0, 1, 0xff};
	gefs_record r[] = {{0, file_key, entry[1]}, {0, key[0], entry[0]}, {0, key[1], key[0]}, {0, key[2], key[0]}};
	const gefs_record msg[] = {{GEFS_OP_WSTAT, file_key, {touch, 1}}, {GEFS_OP_WSTAT, file_key, {mode, 5}}};

	(void)state;
	struct forest_child leaf[2] = {{file_key, forest_leaf(f, r, 2)}, {key[1], forest_leaf(f, r + 2, 2)}};
	struct forest_child whole = {file_key, forest_pivot(f, leaf, 2, msg, 2)};
	struct forest_child part = {file_key, forest_pivot(f, leaf, 2, msg, 1)};
	gefs_tree a = {forest_pivot(f, &whole, 1, NULL, 0), 3, 1}, b = {forest_pivot(f, &part, 1, msg + 1, 1), 3, 2};
	struct told t = diff(f, a, b);
	assert_string_equal(t.text, "");
	assert_int_equal(t.st.nodes_opened, 4);
	assert_int_equal(t.st.nodes_changed, 4);
	gefs_tree c = {forest_pivot(f, &part, 1, NULL, 0), 3, 3};
	t = diff(f, a, c);
	assert_string_equal(t.text, "~/f 44\n");
	assert_int_equal(t.st.nodes_opened, 5);
	assert_int_equal(t.st.nodes_changed, 4);
	for (int i = 0; i < 3; i++)
		free((void *)(uintptr_t)key[i].p);
	for (int i = 0; i < 2; i++)
		free((void *)(uintptr_t)entry[i].p);
	free((void *)(uintptr_t)file_key.p);
	forest_free(f);
}

/* Nothing is said of what one of both cannot tell. */
static void
test_damage(void **state)
{
	struct forest *f = forest_new();
	struct records a = with_root(), b = with_root();
	struct told t = {0};
	char name[20];
	gefs_ptr leaf;
	gefs_error e;

	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "file%02" PRIu64, i);
		file(&a, ROOT, name, 10 + i, 0, 0);
		file(&b, ROOT, name, 10 + i, 1, 0);
	}
	gefs_tree old = grow(f, &a), new = grow(f, &b);
	gefs_node *root = gefs_node_open(&f->img, &new.root, NULL);
	assert_true(gefs_node_child(root, 4, &leaf, NULL));
	gefs_node_close(root);
	forest_damage(f, leaf);
	t = diff(f, old, new);
	assert_int_equal(t.damaged, 1);
	assert_int_equal(t.n, 90);
	assert_null(strchr(t.text, '+'));
	assert_null(strchr(t.text, '-'));
	assert_int_equal(gefs_diff(&f->img, &old, &new, NULL, tell, NULL, &t, NULL, &e), -1);
	assert_int_equal(e.code, GEFS_EDAMAGE);
	assert_int_equal(e.addr, leaf.addr);
	forest_damage(f, leaf);
	assert_int_equal(diff(f, old, new).n, 100);
	new.height = 0;
	assert_int_equal(gefs_diff(&f->img, &old, &new, NULL, tell, count_damage, &t, NULL, &e), -1);
	assert_int_equal(e.code, GEFS_EDAMAGE);
	forest_free(f);
}

static int
stop(void *arg, const gefs_difference *d)
{
	(void)d;
	++*(int *)arg;
	return 42;
}

static void
test_stop(void **state)
{
	struct forest *f = forest_new();
	struct records a = with_root(), b = with_root();
	int calls = 0;

	(void)state;
	file(&b, ROOT, "f", 5, 0, 0);
	file(&b, ROOT, "g", 6, 0, 0);
	gefs_tree old = grow(f, &a), new = grow(f, &b);
	assert_int_equal(gefs_diff(&f->img, &old, &new, NULL, stop, NULL, &calls, NULL, NULL), 42);
	assert_int_equal(calls, 1);
	forest_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moved_directory), cmocka_unit_test(test_moved_files),
		cmocka_unit_test(test_order),		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_contents_alone),	cmocka_unit_test(test_parents),
		cmocka_unit_test(test_deep),		cmocka_unit_test(test_same_messages),
		cmocka_unit_test(test_damage),		cmocka_unit_test(test_stop),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("differences", tests, NULL, NULL);
}
