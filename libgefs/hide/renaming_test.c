/* Replacing names: same lengths, same order, consistent, whatever the names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "hide/nameset.h"

static uint32_t seed = 1;

static uint32_t
roll(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* A byte that a name may have. */
static uint8_t
any_byte(uint32_t variety)
{
	uint8_t c;

	do
		c = (uint8_t)(0x20 + roll(variety));
	while (c == '/' || c == '.' || c == 0x7f);
	return c;
}

static void
add(struct nameset *s, const char *name, bool stays)
{
	assert_true(nameset_add(s, (gefs_bytes){(const uint8_t *)name, strlen(name)}, stays));
}

static void
add_random(struct nameset *s, uint32_t n, uint32_t variety)
{
	uint8_t name[255];

	for (uint32_t i = 0; i < n; i++)
		name[i] = any_byte(variety);
	assert_true(nameset_add(s, (gefs_bytes){name, n}, false));
}

/* After assigning: new names in the order of the old ones. Returns how many names kept theirs without having to. */
static size_t
check(const struct nameset *s, bool by_length)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct name *x = &s->v[i];
		bool same = memcmp(x->old, x->new, x->n) == 0;
		uint8_t copy[256];
		assert_true(!x->stays || same);
		kept += same && !x->stays;
		memcpy(copy, x->old, x->n);
		assert_true(nameset_replace(s, copy, x->n));
		assert_memory_equal(copy, x->new, x->n);
		for (uint32_t k = 0; k < x->n; k++)
			assert_true(x->new[k] >= 0x20 && x->new[k] != '/');
		if (i == 0 || (by_length && s->v[i - 1].n != x->n))
			continue;
		const struct name *y = &s->v[i - 1];
		assert_true(bytes_cmp((gefs_bytes){y->old, y->n}, (gefs_bytes){x->old, x->n}) < 0);
		assert_true(bytes_cmp((gefs_bytes){y->new, y->n}, (gefs_bytes){x->new, x->n}) < 0);
	}
	return kept;
}

static void
test_random_lengths(void **state)
{
	uint32_t n;

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct nameset s = {0};
		add(&s, "users", true);
		add(&s, "adm", true);
		for (int i = 0; i < 2000; i++)
			add_random(&s, 2 + roll(round % 5 ? 12 : 240), 40 + roll(183));
		assert_true(nameset_assign(&s, true, "./", &n));
		assert_int_equal(check(&s, true), 0);
		nameset_free(&s);
	}
}

/* More names of a length than there are letters, up to all that there can be. */
static void
test_crowded(void **state)
{
	uint32_t n;

	(void)state;
	for (uint32_t variety = 3; variety <= 224; variety += 13) {
		struct nameset s = {0};
		for (uint32_t i = 0; i < 4000; i++)
			add_random(&s, 1, variety);
		for (uint32_t i = 0; i < 30000; i++)
			add_random(&s, 2, variety);
		assert_true(nameset_assign(&s, true, "./", &n));
		check(&s, true);
		nameset_free(&s);
	}
}

static void
test_too_many(void **state)
{
	struct nameset s = {0};
	uint32_t n = 0;

	(void)state;
	for (int c = 1; c < 256; c++) {
		uint8_t b = (uint8_t)c;
		assert_true(nameset_add(&s, (gefs_bytes){&b, 1}, false));
	}
	assert_false(nameset_assign(&s, true, "./", &n));
	assert_int_equal(n, 1);
	nameset_free(&s);
}

/* Labels of all lengths are in one order, in which a name stands behind what it begins with. */
static void
test_mixed_lengths(void **state)
{
	uint32_t n;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct nameset s = {0};
		add(&s, "adm", true);
		add(&s, "empty", true);
		add(&s, "main", true);
		add(&s, "main@day.2023.11.14_22:13:20", false);
		add(&s, "mai", false);
		add(&s, "ad", false);
		for (int i = 0; i < 100; i++)
			add_random(&s, 1 + roll(8), 60 + roll(36));
		assert_true(nameset_assign(&s, false, "/", &n));
		check(&s, false);
		nameset_free(&s);
	}
}

static void
test_same_once(void **state)
{
	struct nameset s = {0};
	uint8_t copy[8] = "missing";
	uint32_t n;

	(void)state;
	assert_true(nameset_assign(&s, true, "", &n));
	assert_false(nameset_replace(&s, copy, 7));
	for (int i = 0; i < 1000; i++)
		add(&s, i % 2 ? "one" : "two", false);
	assert_int_equal(s.n, 2);
	assert_true(nameset_assign(&s, true, "", &n));
	assert_false(nameset_replace(&s, copy, 7));
	assert_string_equal((char *)copy, "missing");
	assert_int_equal(check(&s, true), 0);
	nameset_free(&s);
}

/* Hiding what was hidden gives other names again. */
static void
test_twice(void **state)
{
	struct nameset first = {0}, second = {0};
	uint32_t n;

	(void)state;
	for (int i = 0; i < 500; i++)
		add_random(&first, 5, 96);
	assert_true(nameset_assign(&first, true, "./", &n));
	for (size_t i = 0; i < first.n; i++)
		assert_true(nameset_add(&second, (gefs_bytes){first.v[i].new, first.v[i].n}, false));
	assert_true(nameset_assign(&second, true, "./", &n));
	assert_int_equal(check(&second, true), 0);
	nameset_free(&first);
	nameset_free(&second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_lengths), cmocka_unit_test(test_crowded),
		cmocka_unit_test(test_too_many),       cmocka_unit_test(test_mixed_lengths),
		cmocka_unit_test(test_same_once),      cmocka_unit_test(test_twice),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
