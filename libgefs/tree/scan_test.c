/* Scans and lookups on a real image: GEFS_TEST_IMAGE names it; without it there is nothing to test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tree/tree.h"

struct seen {
	gefs_image *img;
	gefs_tree tree;
	uint8_t last[KEY_MAX];
	size_t nlast, count, limit;
	uint8_t prefix; /* every key's first byte, or 0xff */
};

static gefs_image *
open_image(void)
{
	const char *path = getenv("GEFS_TEST_IMAGE");
	gefs_error e;

	if (!path)
		return NULL;
	gefs_image *img = gefs_open(path, NULL, &e);
	if (!img)
		fail_msg("%s", e.text);
	return img;
}

/* Keys ascend, and a lookup of each finds what the scan found. */
static int
check_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct seen *s = arg;
	uint8_t found[VALUE_BUFFER];

	if (s->count++)
		assert_true(bytes_cmp((gefs_bytes){s->last, s->nlast}, key) < 0);
	assert_in_range(key.n, 1, KEY_MAX);
	memcpy(s->last, key.p, key.n);
	s->nlast = key.n;
	if (s->prefix != 0xff)
		assert_int_equal(key.p[0], s->prefix);
	if (s->count <= 500) {
		uint8_t own[KEY_MAX];
		memcpy(own, key.p, key.n);
		int n = gefs_lookup(s->img, &s->tree, (gefs_bytes){own, key.n}, found, sizeof found, NULL);
		assert_int_equal(n, value.n);
		assert_memory_equal(found, value.p, value.n);
	}
	return s->limit && s->count == s->limit ? 77 : 0;
}

static size_t
scan(gefs_image *img, const gefs_tree *t, uint8_t prefix, size_t limit, int want)
{
	struct seen s = {.img = img, .tree = *t, .prefix = prefix, .limit = limit};
	gefs_error e;
	int rc = gefs_scan(img, t, (gefs_bytes){&prefix, prefix != 0xff}, check_kv, NULL, &s, &e);
	if (rc < 0)
		fail_msg("%s", e.text);
	assert_int_equal(rc, want);
	return s.count;
}

static void
test_scan(void **state)
{
	gefs_image *img = open_image();

	(void)state;
	if (!img)
		skip();
	assert_true(gefs_label_count(img) > 0);
	for (size_t i = 0; i < gefs_label_count(img); i++) {
		gefs_tree t;
		size_t sum = 0;
		assert_int_equal(gefs_tree_find(img, gefs_label_get(img, i)->name, &t, NULL), 0);
		size_t all = scan(img, &t, 0xff, 0, 0);
		for (uint8_t type = 0; type <= KEY_CONF; type++)
			sum += scan(img, &t, type, 0, 0);
		assert_int_equal(all, sum);
		assert_true(all >= 2); /* the root directory and its parent record */
		assert_int_equal(scan(img, &t, 0xff, 1, 77), 1);
	}
	gefs_close(img);
}

static void
test_lookup_absent(void **state)
{
	gefs_image *img = open_image();
	gefs_tree t;
	gefs_error e;
	uint8_t buf[8], key[KEY_MAX + 1] = {KEY_UP, 0xff, 0xff};

	(void)state;
	if (!img)
		skip();
	assert_int_equal(gefs_tree_find(img, "main", &t, NULL), 0);
	assert_int_equal(gefs_lookup(img, &t, (gefs_bytes){key, 9}, buf, sizeof buf, &e), -1);
	assert_int_equal(e.code, GEFS_ENOENT);
	assert_int_equal(gefs_lookup(img, &t, (gefs_bytes){key, sizeof key}, buf, sizeof buf, &e), -1);
	assert_int_equal(e.code, GEFS_EINVAL);
	assert_int_equal(gefs_tree_find(img, "no such label", &t, &e), -1);
	assert_int_equal(e.code, GEFS_ENOENT);
	gefs_close(img);
}

/* A record longer than the buffer: the length is told, the buffer keeps to its size. */
static void
test_lookup_short_buffer(void **state)
{
	gefs_image *img = open_image();
	gefs_tree t;
	uint8_t buf[8], root[12] = {KEY_ENTRY, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	(void)state;
	if (!img)
		skip();
	assert_int_equal(gefs_tree_find(img, "main", &t, NULL), 0);
	assert_int_equal(gefs_lookup(img, &t, (gefs_bytes){root, sizeof root}, buf, 4, NULL), 61);
	gefs_close(img);
}

static void
test_prefix_bounds(void **state)
{
	uint8_t storage[KEY_MAX];
	static const uint8_t p[] = {1, 0xff, 0xff};

	(void)state;
	struct bounds b = prefix_bounds((gefs_bytes){p, 3}, storage);
	assert_false(b.unbounded);
	assert_int_equal(b.hi.n, 1);
	assert_int_equal(b.hi.p[0], 2);
	b = prefix_bounds((gefs_bytes){p + 1, 2}, storage);
	assert_true(b.unbounded);
	b = prefix_bounds((gefs_bytes){p, 0}, storage);
	assert_true(b.unbounded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_lookup_absent),
		cmocka_unit_test(test_lookup_short_buffer),
		cmocka_unit_test(test_prefix_bounds),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
