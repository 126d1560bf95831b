/* The range set against a plain array of flags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rangeset.h"

enum { UNITS = 300, STEPS = 20000 };

struct model {
	bool in[UNITS + 1]; /* the last one stays false */
	uint64_t at;        /* next unit that a visitor may report */
	size_t ranges;
};

static uint32_t
rnd(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void
compare(void *arg, uint64_t off, uint64_t len)
{
	struct model *m = arg;

	assert_true(len > 0 && off + len <= UNITS);
	for (; m->at < off; m->at++)
		assert_false(m->in[m->at]);
	for (; m->at < off + len; m->at++)
		assert_true(m->in[m->at]);
	assert_false(m->in[m->at]); /* coalesced: a gap follows */
	m->ranges++;
}

static void
check(const struct rangeset *s, struct model *m)
{
	m->at = m->ranges = 0;
	rangeset_each(s, compare, m);
	for (; m->at < UNITS; m->at++)
		assert_false(m->in[m->at]);
	assert_int_equal(m->ranges, rangeset_count(s));
}

/* True when all units of the range are `want`. */
static bool
all(const struct model *m, uint64_t off, uint64_t len, bool want)
{
	for (uint64_t i = off; i < off + len; i++)
		if (m->in[i] != want)
			return false;
	return true;
}

static void
test_random(void **state)
{
	struct rangeset *s = rangeset_new();
	struct model m = {{0}, 0, 0};
	uint32_t seed = 7;
	int conflicts = 0;

	(void)state;
	assert_non_null(s);
	for (int step = 0; step < STEPS; step++) {
		uint64_t off = rnd(&seed) % UNITS;
		uint64_t len = 1 + rnd(&seed) % (step % 5 ? 6 : 60);
		bool add = rnd(&seed) % 2;
		if (len > UNITS - off)
			len = UNITS - off;
		bool possible = all(&m, off, len, !add);
		enum rangeset_result r = add ? rangeset_add(s, off, len) : rangeset_remove(s, off, len);
		assert_int_equal(r, possible ? RANGE_OK : RANGE_CONFLICT);
		conflicts += !possible;
		for (uint64_t i = off; possible && i < off + len; i++)
			m.in[i] = add;
		check(s, &m);
	}
	assert_in_range(conflicts, 1000, STEPS - 1000);
	rangeset_free(s);
}

static void
test_edges(void **state)
{
	struct rangeset *s = rangeset_new();

	(void)state;
	assert_int_equal(rangeset_add(s, 5, 0), RANGE_CONFLICT);
	assert_int_equal(rangeset_remove(s, 5, 0), RANGE_CONFLICT);
	assert_int_equal(rangeset_remove(s, 5, 1), RANGE_CONFLICT);
	assert_int_equal(rangeset_add(s, UINT64_MAX - 3, 8), RANGE_CONFLICT);
	assert_int_equal(rangeset_count(s), 0);
	assert_int_equal(rangeset_add(s, UINT64_MAX - 8, 8), RANGE_OK);
	assert_int_equal(rangeset_remove(s, UINT64_MAX - 8, 9), RANGE_CONFLICT);
	assert_int_equal(rangeset_remove(s, UINT64_MAX - 8, UINT64_MAX), RANGE_CONFLICT);
	assert_int_equal(rangeset_remove(s, UINT64_MAX - 8, 8), RANGE_OK);
	assert_int_equal(rangeset_count(s), 0);
	rangeset_free(s);
	rangeset_free(NULL);
}

/* Ascending order is the worst case of a plain search tree. */
static void
test_ascending(void **state)
{
	struct rangeset *s = rangeset_new();

	(void)state;
	for (uint64_t i = 0; i < 200000; i++)
		assert_int_equal(rangeset_add(s, 2 * i, 1), RANGE_OK);
	assert_int_equal(rangeset_count(s), 200000);
	for (uint64_t i = 0; i + 1 < 200000; i++)
		assert_int_equal(rangeset_add(s, 2 * i + 1, 1), RANGE_OK);
	assert_int_equal(rangeset_count(s), 1);
	assert_int_equal(rangeset_remove(s, 0, 399999), RANGE_OK);
	assert_int_equal(rangeset_count(s), 0);
	rangeset_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_ascending),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rangeset", tests, NULL, NULL);
}
