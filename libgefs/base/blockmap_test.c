/* The block map against a plain array, and blocks far apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/blockmap.h"

enum { BLOCKS = 20000 };

static void
test_random(void **state)
{
	struct blockmap m = {0};
	uint8_t *model = calloc(BLOCKS, 1);
	uint32_t seed = 5;

	(void)state;
	assert_non_null(model);
	for (int step = 0; step < 50000; step++) {
		seed = seed * 1664525u + 1013904223u;
		uint32_t block = (seed >> 8) % BLOCKS;
		uint8_t *b = blockmap_at(&m, block);
		assert_non_null(b);
		assert_int_equal(*b, model[block]);
		*b = model[block] = (uint8_t)seed;
	}
	for (uint32_t i = 0; i < BLOCKS; i++)
		assert_int_equal(blockmap_get(&m, i), model[i]);
	blockmap_free(&m);
	free(model);
}

static void
test_far_apart(void **state)
{
	struct blockmap m = {0};

	(void)state;
	assert_int_equal(blockmap_get(&m, 0), 0);
	for (uint64_t i = 0; i < 1000; i++)
		*blockmap_at(&m, i * (UINT64_MAX / 1000)) = (uint8_t)(i % 255 + 1);
	for (uint64_t i = 0; i < 1000; i++) {
		assert_int_equal(blockmap_get(&m, i * (UINT64_MAX / 1000)), i % 255 + 1);
		assert_int_equal(blockmap_get(&m, i * (UINT64_MAX / 1000) + 1), 0);
	}
	assert_true(m.cap <= 2048); /* memory follows the blocks, not their numbers */
	blockmap_free(&m);
	assert_int_equal(blockmap_get(&m, 5), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_far_apart),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("blockmap", tests, NULL, NULL);
}
