#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/numset.h"

static void
test_numset(void **state)
{
	struct numset s = {0};
	(void)state;

	for (int again = 0; again <= 1; again++) {
		for (uint64_t i = 0; i < 5000; i++)
			assert_int_equal(numset_add(&s, i * UINT64_C(0x100000000)), !again);
		assert_int_equal(numset_add(&s, UINT64_MAX), !again);
		assert_int_equal(numset_add(&s, UINT64_MAX - 1), !again);
	}
	numset_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_numset)};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
