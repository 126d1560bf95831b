#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/header.h"

static void
is_text(struct text *t, const char *want)
{
	assert_false(t->nomem);
	assert_int_equal(t->n, strlen(want));
	assert_memory_equal(t->p, want, t->n);
	t->n = 0;
}

/* The length of a record counts its own digits. */
static void
test_records(void **state)
{
	struct text t = {0};
	char value[1000];
	(void)state;

	record_add(&t, "path", "x", 1);
	is_text(&t, "9 path=x\n");
	record_add(&t, "k", "", 0);
	is_text(&t, "5 k=\n");
	memset(value, 'v', sizeof value);
	for (size_t n = 0; n < sizeof value; n++) {
		t.n = 0;
		record_add(&t, "k", value, n);
		assert_int_equal(strtoul(t.p, NULL, 10), t.n);
		assert_int_equal(t.p[t.n - 1], '\n');
	}
	free(t.p);
}

static void
test_times(void **state)
{
	struct text t = {0};
	(void)state;

	record_time(&t, "mtime", 1700000000123000000);
	is_text(&t, "30 mtime=1700000000.123000000\n");
	record_time(&t, "mtime", 0);
	is_text(&t, "11 mtime=0\n");
	record_time(&t, "mtime", -500000000);
	is_text(&t, "22 mtime=-0.500000000\n");
	record_time(&t, "mtime", -4999999999);
	is_text(&t, "22 mtime=-4.999999999\n");
	record_time(&t, "mtime", INT64_MIN);
	is_text(&t, "31 mtime=-9223372036.854775808\n");
	free(t.p);
}

static void
test_header(void **state)
{
	struct header h = {.name = "dir/\xc3\xa9", .uname = "glenda", .mode = 0644, .uid = 1, .gid = UINT32_MAX, .size = 8,
			   .mtime = -1, .type = '0'};
	uint8_t b[TAR_BLOCK];
	uint32_t sum = 0;
	(void)state;

	header_make(b, &h);
	assert_string_equal((char *)b, "dir/--");
	assert_string_equal((char *)b + 100, "0000644");
	assert_string_equal((char *)b + 116, "0000000"); /* does not fit: a record tells */
	assert_string_equal((char *)b + 124, "00000000010");
	assert_string_equal((char *)b + 136, "00000000000");
	assert_string_equal((char *)b + 265, "glenda");
	for (int i = 0; i < TAR_BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : b[i];
	assert_int_equal(strtoul((char *)b + 148, NULL, 8), sum);
	assert_false(fits_number(-1, 11));
	assert_false(fits_number(INT64_C(1) << 33, 11));
	assert_true(fits_number((INT64_C(1) << 33) - 1, 11));
	assert_false(fits_text("\xc3\xa9", 100));
	assert_false(fits_text("abc", 2));
}

static void
test_charset(void **state)
{
	(void)state;
	assert_true(charset_stays("plain\n name"));
	assert_true(charset_stays("\xc3\xbcn\xc3\xaf-\xe7\x9b\xae\xf0\x9f\x90\xb0"));
	assert_false(charset_stays("e\xcc\x81"));     /* would become one character */
	assert_false(charset_stays("\xe2\x84\xab"));  /* the Angstrom sign would become a letter */
	assert_false(charset_stays("\xff"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_charset),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
