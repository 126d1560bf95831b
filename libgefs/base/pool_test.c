/* The thread pool: each piece of work is done once, and is done when pool_run returns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdatomic.h>

#include "base/pool.h"

enum { PIECES = 5000 };

struct tally {
	atomic_int calls[PIECES];
	atomic_int total, bad_worker;
	unsigned jobs;
};

static void
count(void *arg, size_t i, unsigned worker)
{
	struct tally *t = arg;
	atomic_fetch_add(&t->calls[i], 1);
	atomic_fetch_add(&t->total, 1);
	if (worker >= t->jobs)
		atomic_fetch_add(&t->bad_worker, 1);
}

static void
run(unsigned jobs, size_t n)
{
	struct tally *t = calloc(1, sizeof *t);
	struct pool *p = pool_new(jobs);

	assert_non_null(t);
	assert_non_null(p);
	t->jobs = pool_jobs(p);
	assert_in_range(t->jobs, 1, jobs ? jobs : 1);
	pool_run(p, n, count, t);
	assert_int_equal(t->total, n);
	assert_int_equal(t->bad_worker, 0);
	for (size_t i = 0; i < PIECES; i++)
		assert_int_equal(t->calls[i], i < n);
	pool_free(p);
	free(t);
}

static void
test_each_piece_once(void **state)
{
	static const unsigned jobs[] = {0, 1, 2, 3, 16};
	static const size_t pieces[] = {0, 1, 2, 15, PIECES};

	(void)state;
	for (size_t j = 0; j < 5; j++)
		for (size_t k = 0; k < 5; k++)
			run(jobs[j], pieces[k]);
}

static void
test_many_rounds(void **state)
{
	struct tally *t = calloc(1, sizeof *t);
	struct pool *p = pool_new(4);

	(void)state;
	assert_non_null(t);
	assert_non_null(p);
	t->jobs = pool_jobs(p);
	for (int round = 1; round <= 2000; round++) {
		pool_run(p, 7, count, t);
		assert_int_equal(t->total, 7 * round); /* none is still under way */
	}
	assert_int_equal(t->bad_worker, 0);
	pool_free(p);
	free(t);
}

/* What was started goes on while the caller does something else, other work included. */
static void
test_started(void **state)
{
	(void)state;
	for (unsigned jobs = 1; jobs <= 4; jobs++) {
		struct tally *t = calloc(1, sizeof *t), *other = calloc(1, sizeof *other);
		struct pool *p = pool_new(jobs);
		assert_non_null(t);
		assert_non_null(other);
		assert_non_null(p);
		t->jobs = other->jobs = pool_jobs(p);
		struct pool_batch a = {.n = 5, .work = count, .arg = t}, b = {.n = 3, .work = count, .arg = t};
		for (int round = 1; round <= 500; round++) {
			pool_start(p, &a);
			pool_run(p, 4, count, other);
			assert_int_equal(other->total, 4 * round);
			pool_start(p, &b);
			pool_wait(p, round % 2 ? &a : &b);
			pool_wait(p, round % 2 ? &b : &a);
			assert_int_equal(t->total, 8 * round);
		}
		assert_int_equal(t->bad_worker + other->bad_worker, 0);
		pool_free(p);
		free(t);
		free(other);
	}
}

static void
test_unused(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		pool_free(pool_new(8));
	pool_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_piece_once),
		cmocka_unit_test(test_many_rounds),
		cmocka_unit_test(test_started),
		cmocka_unit_test(test_unused),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
