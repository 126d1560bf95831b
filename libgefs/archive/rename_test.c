#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "archive/rename.h"

static bool
taken(void *arg, gefs_bytes name)
{
	for (const char *const *s = arg; *s; s++)
		if (strlen(*s) == name.n && memcmp(*s, name.p, name.n) == 0)
			return true;
	return false;
}

static const char *const nothing[] = {NULL};

static void
check(const struct name_rules *rules, const char *const *others, const char *name, size_t n, const char *want)
{
	struct renamer r = {rules, 0, taken, (void *)(uintptr_t)others};
	char out[STORED_NAME_MAX];
	bool changed = rename_make(&r, (gefs_bytes){(const uint8_t *)name, n}, out);

	assert_string_equal(out, want);
	assert_int_equal(changed, strlen(want) != n || memcmp(want, name, n) != 0);
}

#define CHECK(rules, name, want) check(rules, nothing, name, sizeof(name) - 1, want)

static void
test_names_that_stay(void **state)
{
	static const struct name_rules any = {0}, utf8 = {.utf8 = true};
	(void)state;

	CHECK(&any, "profile", "profile");
	CHECK(&any, "a\n\x01\xff\\%2F", "a\n\x01\xff\\%2F");
	CHECK(&any, "...", "...");
	CHECK(&any, ".x", ".x");
	CHECK(&utf8, "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
}

static void
test_names_that_no_target_can_hold(void **state)
{
	static const struct name_rules any = {0};
	(void)state;

	CHECK(&any, "", "%~1");
	CHECK(&any, ".", "%2E");
	CHECK(&any, "..", "%2E%2E");
	CHECK(&any, "a/b", "a%2Fb");
	CHECK(&any, "/", "%2F");
	CHECK(&any, "../../etc", "..%2F..%2Fetc");
	CHECK(&any, "50%/x", "50%25%2Fx");
	CHECK(&any, "a\0b", "a%00b");
}

static void
test_rules(void **state)
{
	static const struct name_rules utf8 = {.utf8 = true}, windows = {.no_backslash = true}, eight = {.longest = 40};
	(void)state;

	CHECK(&utf8, "a\xff%", "a%FF%25");
	CHECK(&windows, "a\\b", "a%5Cb");
	CHECK(&eight, "0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789");
	CHECK(&eight, "0123456789012345678901234567890123456789x", "0123456789012345%~1");
	CHECK(&eight, "//////////////", "%2F%2F%2F%2F%2F%~1");
}

static void
test_names_beside_it(void **state)
{
	static const struct name_rules any = {0};
	static const char *const others[] = {"a%2Fb", "a%2Fb%~1", "%~1", NULL};
	(void)state;

	check(&any, others, "a/b", 3, "a%2Fb%~2");
	check(&any, others, "", 0, "%~2");
	check(&any, others, "a%2Fb", 5, "a%2Fb");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_that_stay),
		cmocka_unit_test(test_names_that_no_target_can_hold),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_names_beside_it),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
