/* The cache of frames: bounded, each frame loaded once for all threads, failures told to everybody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "disk/framecache.h"

enum { SIZE = 1000, FRAMES = 64, THREADS = 8, BAD = 7 };

struct source {
	struct framecache *cache;
	atomic_uint loads[FRAMES];
	atomic_int loading, most; /* at the same time */
	atomic_bool wrong;
	int patience; /* how long loading waits for another thread to come in as well */
};

static int
load(void *arg, size_t frame, uint8_t *buf, size_t size, gefs_error *e)
{
	struct source *s = arg;
	int now = atomic_fetch_add(&s->loading, 1) + 1;

	if (now > atomic_load(&s->most))
		atomic_store(&s->most, now);
	for (int i = 0; i < s->patience && atomic_load(&s->most) < 2; i++)
		sched_yield();
	memset(buf, (int)frame, size);
	atomic_fetch_add(&s->loads[frame], 1);
	atomic_fetch_sub(&s->loading, 1);
	return frame == BAD ? gefs_fail(e, GEFS_EDAMAGE, frame, "bad frame") : 0;
}

static void *
read_all(void *arg)
{
	struct source *s = arg;
	uint8_t b[10];
	gefs_error e;

	for (size_t i = 0; i < FRAMES; i++) {
		int rc = framecache_read(s->cache, i, SIZE, i, b, sizeof b, &e);
		bool ok = i == BAD ? rc < 0 && e.code == GEFS_EDAMAGE : rc == 0 && b[0] == i && b[9] == i;
		if (!ok)
			atomic_store(&s->wrong, true);
	}
	return NULL;
}

static void
in_threads(struct source *s, void *(*fn)(void *))
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, fn, s), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	assert_false(atomic_load(&s->wrong));
}

static void
test_once(void **state)
{
	struct source s = {0};

	(void)state;
	s.cache = framecache_new(FRAMES * SIZE, load, &s);
	in_threads(&s, read_all);
	for (int i = 0; i < FRAMES; i++)
		if (i != BAD)
			assert_int_equal(s.loads[i], 1);
	framecache_free(s.cache);
}

/* A frame that cannot be loaded, wanted by all at once, takes the room of one: what is there beside it stays. */
static void *
read_bad(void *arg)
{
	struct source *s = arg;
	uint8_t b;

	if (framecache_read(s->cache, BAD, SIZE, 0, &b, 1, NULL) == 0)
		atomic_store(&s->wrong, true);
	return NULL;
}

static void
test_bad(void **state)
{
	struct source s = {.patience = 1000};
	uint8_t b;

	(void)state;
	s.cache = framecache_new(2 * SIZE, load, &s);
	assert_int_equal(framecache_read(s.cache, 1, SIZE, 0, &b, 1, NULL), 0);
	in_threads(&s, read_bad);
	assert_int_equal(s.loads[BAD], THREADS);
	assert_int_equal(framecache_read(s.cache, 1, SIZE, 0, &b, 1, NULL), 0);
	assert_int_equal(s.loads[1], 1);
	framecache_free(s.cache);
}

/* Far fewer frames fit than there are threads, and even then all reads are right. */
static void
test_small(void **state)
{
	struct source s = {.patience = 10};

	(void)state;
	s.cache = framecache_new(2 * SIZE, load, &s);
	in_threads(&s, read_all);
	framecache_free(s.cache);
}

/* Two threads that want different frames load them at the same time. */
static void *
read_one(void *arg)
{
	struct source *s = arg;
	uint8_t b;
	static atomic_size_t next;
	framecache_read(s->cache, 10 + atomic_fetch_add(&next, 1), SIZE, 0, &b, 1, NULL);
	return NULL;
}

static void
test_parallel(void **state)
{
	struct source s = {.patience = 10000000};
	pthread_t t[2];

	(void)state;
	s.cache = framecache_new(FRAMES * SIZE, load, &s);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&t[i], NULL, read_one, &s), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	assert_int_equal(s.most, 2);
	framecache_free(s.cache);
}

/* The one that was used longest ago goes. */
static void
test_order(void **state)
{
	static const size_t reads[] = {1, 2, 1, 3, 1, 2}; /* with room for two, 3 drives 2 out */
	struct source s = {0};
	uint8_t b;

	(void)state;
	s.cache = framecache_new(2 * SIZE, load, &s);
	for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
		assert_int_equal(framecache_read(s.cache, reads[i], SIZE, 0, &b, 1, NULL), 0);
	assert_int_equal(s.loads[1], 1);
	assert_int_equal(s.loads[2], 2);
	assert_int_equal(s.loads[3], 1);
	/* Frames of other sizes take the room of several. */
	assert_int_equal(framecache_read(s.cache, 4, 2 * SIZE, 2 * SIZE - 1, &b, 1, NULL), 0);
	assert_int_equal(b, 4);
	assert_int_equal(framecache_read(s.cache, 1, SIZE, 0, &b, 1, NULL), 0);
	assert_int_equal(s.loads[1], 2);
	framecache_free(s.cache);
	framecache_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_parallel),
		cmocka_unit_test(test_order),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("framecache", tests, NULL, NULL);
}
