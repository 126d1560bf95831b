/* Changes with all hashes made right: the image is without errors again, in all versions and both byte orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edit/testing/bench.h"

/* One file with data and a directory with entries for each image. */
static const struct sample {
	const char *image, *snap, *file, *other;
} samples[] = {
	{"autosnap-real", "main", "/f0", "/f10"},
	{"A-small", "main", "/by-tor", "/by-alice"},
	{"BE-snaps", "main", "/d/e001", "/d/e003"},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static const char *
place(const struct sample *s, const char *rest)
{
	static char text[200];
	snprintf(text, sizeof text, "%s:%s%s", s->snap, s->file, rest);
	return text;
}

static void
each(void (*fn)(struct bench *, const struct sample *))
{
	for (size_t i = 0; i < SAMPLES; i++) {
		struct bench b = bench_open(samples[i].image);
		fn(&b, &samples[i]);
		assert_true(overlay_is_base(b.scene.overlay));
		bench_close(&b);
	}
}

static void
entry(struct bench *b, const struct sample *s)
{
	bench_set(b->edit, place(s, ".mtime"), "1234567890");
	assert_int_equal(gefs_edit_count(b->edit), 1);
	assert_false(bench_sound(b->edit)); /* the node's hash is wrong */
	bench_rehash(b->edit);
	assert_true(bench_sound(b->edit));
	assert_true(gefs_edit_count(b->edit) >= 3); /* two copies of the root data at the least */
	assert_true(bench_get(b->edit, place(s, ".mtime")) == 1234567890);

	size_t count = gefs_edit_count(b->edit);
	bench_rehash(b->edit);
	assert_int_equal(gefs_edit_count(b->edit), count);
	bench_set(b->edit, place(s, ".mtime"), "5");
	gefs_edit_abort(b->edit);
	assert_int_equal(gefs_edit_count(b->edit), 0);
	assert_true(bench_sound(b->edit));
}

static void
test_entry(void **state)
{
	(void)state;
	each(entry);
}

static void
data(struct bench *b, const struct sample *s)
{
	uint64_t v = bench_get(b->edit, place(s, "@3"));
	char text[8];

	snprintf(text, sizeof text, "%u", (unsigned)(v ^ 1));
	bench_set(b->edit, place(s, "@3"), text);
	assert_false(bench_sound(b->edit));
	bench_rehash(b->edit);
	assert_true(bench_sound(b->edit));
}

static void
test_data(void **state)
{
	(void)state;
	each(data);
}

/* A hash that was made wrong stays so when something else is made right. */
static void
planted(struct bench *b, const struct sample *s)
{
	uint64_t v = bench_get(b->edit, place(s, "#0.hash"));
	char text[32];

	snprintf(text, sizeof text, "0x%llx", (unsigned long long)(v ^ 1));
	bench_set(b->edit, place(s, "#0.hash"), text);
	bench_rehash(b->edit);
	bench_set(b->edit, place(s, ".mtime"), "1");
	bench_rehash(b->edit);
	assert_true(bench_get(b->edit, place(s, "#0.hash")) == (v ^ 1));
	assert_false(bench_sound(b->edit));
	snprintf(text, sizeof text, "0x%llx", (unsigned long long)v);
	bench_set(b->edit, place(s, "#0.hash"), text);
	bench_rehash(b->edit);
	assert_true(bench_sound(b->edit));
}

static void
test_planted(void **state)
{
	(void)state;
	each(planted);
}

/* Roots hold their records themselves, leaves their fill in the parent. */
static void
records(struct bench *b, const struct sample *s)
{
	gefs_edit *ed = b->edit;
	static gefs_value v;
	gefs_field at, node;
	uint8_t key[GEFS_KEY_MAX];
	char text[220];

	bench_find(ed, place(s, ""), &at);
	snprintf(text, sizeof text, "*%s", place(s, ""));
	assert_int_equal(gefs_edit_value(ed, text, &v, NULL), 0);
	assert_int_equal(v.n, at.value_len);
	size_t n = at.key_len;
	gefs_field name = at;
	name.offset = at.key_at;
	assert_int_equal(gefs_field_read(ed, &name, key, n, NULL), 0);

	assert_int_equal(gefs_edit_delete(ed, &at, NULL), 0);
	assert_int_equal(gefs_field_find(ed, place(s, ""), &node, NULL), -1);
	node = at;
	node.structure = GEFS_IN_LEAF;
	if (at.structure == GEFS_IN_RECORD)
		assert_int_equal(gefs_edit_insert(ed, &node, (gefs_bytes){key, n}, (gefs_bytes){v.bytes, v.n}, NULL),
				 0);
	else
		assert_int_equal(
			gefs_edit_message(ed, &node, 1, (gefs_bytes){key, n}, (gefs_bytes){v.bytes, v.n}, NULL), 0);
	bench_rehash(ed);
	assert_true(bench_sound(ed));
	bench_find(ed, place(s, ""), &node);
	assert_int_equal(node.slot, at.slot);

	/* The same without it: its data is leaked and its directory may be too, which are no errors. */
	assert_int_equal(gefs_edit_delete(ed, &node, NULL), 0);
	bench_rehash(ed);
	gefs_image *view = gefs_edit_view(ed, NULL, NULL);
	gefs_dirent d;
	gefs_tree tree;
	uint8_t storage[GEFS_KEY_MAX];
	assert_int_equal(gefs_tree_find(view, s->snap, &tree, NULL), 0);
	assert_int_equal(gefs_file_find(view, &tree, s->file, &d, storage, NULL), -1);
	assert_int_equal(gefs_file_find(view, &tree, s->other, &d, storage, NULL), 0);
	gefs_close(view);
}

static void
test_records(void **state)
{
	(void)state;
	each(records);
}

/* A node takes what it has room for, and then nothing changes. */
static void
full(struct bench *b, const struct sample *s)
{
	gefs_edit *ed = b->edit;
	uint8_t key[GEFS_KEY_MAX], before[GEFS_BLOCK_MAX], after[GEFS_BLOCK_MAX], value[400] = {0};
	gefs_field leaf;
	gefs_error e = {0};
	char text[64];
	size_t n;
	int i, rc = 0;

	(void)s;
	bench_find(ed, "main:leaf[0]", &leaf);
	for (i = 0; i < 100 && rc == 0; i++) {
		snprintf(text, sizeof text, "ent:77:x%d", i);
		assert_int_equal(gefs_edit_key(ed, text, key, &n, NULL), 0);
		assert_int_equal(gefs_edit_block(ed, leaf.addr[0], before, NULL), 0);
		rc = gefs_edit_insert(ed, &leaf, (gefs_bytes){key, n}, (gefs_bytes){value, sizeof value}, &e);
	}
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, GEFS_EINVAL);
	assert_int_equal(gefs_edit_block(ed, leaf.addr[0], after, NULL), 0);
	assert_memory_equal(before, after, ed->f->blksz);
}

static void
test_full(void **state)
{
	(void)state;
	each(full);
}

/* A block that is free becomes used and free again. */
static void
append(struct bench *b, const struct sample *s)
{
	const gefs_arena *a = gefs_arena_get(b->img, 0);
	unsigned long long addr = a->free[0].off;
	gefs_field log;
	gefs_error e;
	char text[100];

	(void)s;
	bench_find(b->edit, "log[0]", &log);
	snprintf(text, sizeof text, "alloc1:0x%llx", addr);
	if (gefs_edit_append(b->edit, &log, text, &e) < 0)
		fail_msg("%s", e.text);
	bench_rehash(b->edit);
	gefs_image *view = gefs_edit_view(b->edit, NULL, NULL);
	assert_false(gefs_is_free(view, addr));
	gefs_close(view);
	snprintf(text, sizeof text, "free1:%llu,alloc:%llu:%u,free:%llu:%u", addr, addr, b->img->f->blksz, addr,
		 b->img->f->blksz);
	assert_int_equal(gefs_edit_append(b->edit, &log, text, NULL), 0);
	bench_rehash(b->edit);
	view = gefs_edit_view(b->edit, NULL, NULL);
	assert_true(gefs_is_free(view, addr));
	gefs_close(view);
	assert_true(bench_sound(b->edit));

	static const char *const wrong[] = {"alloc1:",	  "x",	  "alloc:1:", "free1:1,,", "alloc1:1 ",
					    "kill:1:2:3", "sync", ":",	      ","};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(gefs_edit_append(b->edit, &log, wrong[i], NULL), -1);
	assert_true(bench_sound(b->edit));
	for (int i = 0; i < 20000 && gefs_edit_append(b->edit, &log, "1,2,3,4,5,6,7", &e) == 0; i++)
		assert_in_range(i, 0, 5000);
	assert_int_equal(e.code, GEFS_EINVAL);
}

static void
test_append(void **state)
{
	(void)state;
	each(append);
}

/* Copies of the root data and of headers. */
static void
copies(struct bench *b, const struct sample *s)
{
	gefs_edit *ed = b->edit;
	bool alone = format_has(ed->f, GEFS_HAS_SUPERBLOCKS);
	gefs_error e;

	(void)s;
	uint64_t good = bench_get(ed, "super.nextqid");
	bench_set(ed, "super0.nextqid", "1");
	bench_rehash(ed);
	assert_int_equal(gefs_edit_copy_super(ed, 1, NULL), 0);
	assert_true(bench_get(ed, "super0.nextqid") == good);
	assert_true(bench_sound(ed));
	assert_int_equal(gefs_edit_count(ed), 0);
	assert_int_equal(gefs_edit_copy_super(ed, -1, NULL), -1);
	assert_int_equal(gefs_edit_copy_super(ed, (int)b->img->ncopies, NULL), -1);

	if (!alone) {
		assert_int_equal(gefs_edit_copy_header(ed, 0, 0, &e), -1);
		assert_int_equal(e.code, GEFS_EINVAL);
		return;
	}
	bench_set(ed, "arena[1].0.used", "0");
	bench_set(ed, "arena[1].0.byte[16383]", "1");
	assert_int_equal(gefs_edit_copy_header(ed, 1, 1, NULL), 0);
	assert_int_equal(gefs_edit_count(ed), 0);
	bench_set(ed, "arena[1].0.byte[16383]", "1");
	assert_int_equal(gefs_edit_copy_header(ed, 1, 0, NULL), 0);
	bench_rehash(ed);
	assert_true(bench_sound(ed));
	assert_int_equal(gefs_edit_count(ed), 4);
	assert_int_equal(gefs_edit_copy_header(ed, 1, 2, NULL), -1);
	assert_int_equal(gefs_edit_copy_header(ed, 8, 0, NULL), -1);
}

static void
test_copies(void **state)
{
	(void)state;
	each(copies);
}

/* Deadlists that refer to each other by the hash of the whole block, in a ring: each is done once. */
static void
test_deadlists(void **state)
{
	struct bench b = bench_open("BE-snaps");
	gefs_field first, second;
	char text[200];

	(void)state;
	bench_find(b.edit, "snap:dead[2,0]", &first);
	bench_find(b.edit, "snap:dead[3,0]", &second);
	snprintf(text, sizeof text, "graft:%llu:0", (unsigned long long)second.addr[0]);
	assert_int_equal(gefs_edit_append(b.edit, &first, text, NULL), 0);
	bench_rehash(b.edit);
	assert_true(bench_sound(b.edit));
	snprintf(text, sizeof text, "graft:%llu:0", (unsigned long long)first.addr[0]);
	assert_int_equal(gefs_edit_append(b.edit, &second, text, NULL), 0);
	bench_rehash(b.edit);
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entry),	cmocka_unit_test(test_data),	  cmocka_unit_test(test_planted),
		cmocka_unit_test(test_records), cmocka_unit_test(test_full),	  cmocka_unit_test(test_append),
		cmocka_unit_test(test_copies),	cmocka_unit_test(test_deadlists),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rehash", tests, NULL, NULL);
}
