/* Text of keys and values: right for sound ones, bounded for junk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image.h"

#define BYTES(literal) ((gefs_bytes){(const uint8_t *)(literal), sizeof(literal) - 1})
#define Q(n) "\0\0\0\0\0\0\0" n /* 64 bits */
#define NIL "\xff\xff\xff\xff\xff\xff\xff\xff"

static const struct gefs_image img = {.f = &format_gefs9};

static void
key_is(gefs_bytes key, const char *want)
{
	char buf[512];
	assert_string_equal(gefs_format_key(&img, key, buf, sizeof buf), want);
}

static void
value_is(int op, gefs_bytes key, gefs_bytes value, const char *want)
{
	gefs_record r = {op, key, value};
	char buf[512];
	assert_string_equal(gefs_format_value(&img, &r, buf, sizeof buf), want);
}

static void
test_keys(void **state)
{
	(void)state;
	key_is(BYTES("\0" Q("\7") "\0\0\0\0\0\0\x40\0"), "data qid 7 offset 0x4000");
	key_is(BYTES("\1" Q("\3") "\0\4name\0"), "entry 3 \"name\"");
	key_is(BYTES("\1" NIL "\0\0\0"), "entry -1 \"\"");
	key_is(BYTES("\2" Q("\3")), "up 3");
	key_is(BYTES("\3main"), "label \"main\"");
	key_is(BYTES("\4" Q("\x8")), "snap 8");
	key_is(BYTES("\5" Q("\5") Q("\3")), "deadlist gen 5 birth 3");
	key_is(BYTES("\6retain"), "conf \"retain\"");
	key_is(BYTES("\4\1\2"), "040102 (junk: key must have 9 bytes)");
	key_is((gefs_bytes){NULL, 0}, "nothing (junk: empty key)");
}

static void
test_names(void **state)
{
	(void)state;
	key_is(BYTES("\3a\"b\\c"), "label \"a\\\"b\\\\c\"");
	key_is(BYTES("\3\033[2J\x7f\n"), "label \"\\x1b[2J\\x7f\\x0a\"");
	key_is(BYTES("\3\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x9f"), "label \"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x9f\"");
	key_is(BYTES("\3\xff\xc3"), "label \"\\xff\\xc3\"");
	key_is(BYTES("\3\xc0\xaf\xc2\x9b"), "label \"\\xc0\\xaf\\xc2\\x9b\""); /* overlong, control */
	key_is(BYTES("\3\xe2\x80\xae"), "label \"\\xe2\\x80\\xae\"");	     /* right to left */
	key_is(BYTES("\3\xed\xa0\x80"), "label \"\\xed\\xa0\\x80\"");	     /* surrogate */
}

static void
test_values(void **state)
{
	static const char dirent[] = "\0\0\0\0\0\0\0\0" Q("\7") "\0\0\0\2" "\0" "\0\0\1\xa4" NIL Q("\0") Q("\x0c")
		"\0\0\0\1\0\0\0\2\xff\xff\xff\xff";
	static const char snap[] = "\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0" Q("\x8") Q("\0") NIL Q("\0") "\0\0\0\0\5\xfe\xc0\0" Q(
		"\x10") Q("\x8");

	(void)state;
	value_is(0, BYTES("\0" Q("\7") Q("\0")), BYTES("\0\0\0\0\5\xfe\xc0\0" Q("\x10") Q("\x8")),
		 "0x5fec000 hash 0000000000000010 gen 8");
	value_is(0, BYTES("\1" Q("\3") "\0\1n\0"), BYTES(dirent),
		 "qid 7 vers 2 type 0x00 mode 0644 length 12 mtime 1970-01-01T00:00:00.000000000Z atime "
		 "1969-12-31T23:59:59.999999999Z uid 1 gid 2 muid -1");
	value_is(0, BYTES("\2" Q("\7")), BYTES("\1" Q("\3") "\0\1n\0"), "entry 3 \"n\"");
	value_is(0, BYTES("\3main"), BYTES("\4" Q("\x8") "\0\0\0\1"), "-> snap 8 flags 0x1 (mutable)");
	value_is(0, BYTES("\4" Q("\x8")), BYTES(snap),
		 "gen 8 pred 0 succ -1 base 0 nref 0 nlbl 1 height 1 flag 0x0 root 0x5fec000 hash 0000000000000010 gen 8");
	value_is(0, BYTES("\5" Q("\5") Q("\3")), BYTES(NIL NIL Q("\0") NIL NIL Q("\0")), "head nil tail nil");
	value_is(0, BYTES("\6retain"), BYTES("60@m"), "\"60@m\"");
	value_is(0, BYTES("\2" Q("\7")), BYTES("\0\0\0\0\5\xfe\xc0\0" Q("\x10") Q("\x8") "\1\0"),
		 "0x5fec000 hash 0000000000000010 gen 8 fill 256");
	value_is(0, BYTES("\3main"), BYTES("\1\2"), "0102 (junk: a label must hold a snapshot key)");
}

static void
test_messages(void **state)
{
	(void)state;
	value_is(GEFS_OP_INSERT, BYTES("\2" Q("\7")), BYTES("\1" Q("\3") "\0\1n\0"), "insert entry 3 \"n\"");
	value_is(GEFS_OP_DELETE, BYTES("\2" Q("\7")), BYTES(""), "delete");
	value_is(GEFS_OP_CLEARB, BYTES("\0" Q("\7") Q("\0")), BYTES(""), "clearb");
	value_is(GEFS_OP_WSTAT, BYTES("\1" Q("\3") "\0\1n\0"), BYTES("\0"), "wstat (touch)");
	value_is(GEFS_OP_WSTAT, BYTES("\1" Q("\3") "\0\1n\0"),
		 BYTES("\x7f" Q("\5") "\x80\0\1\xed" Q("\0") Q("\1") "\0\0\0\1\0\0\0\2\xff\xff\xff\xff"),
		 "wstat length 5 mode 020000000755 mtime 1970-01-01T00:00:00.000000000Z atime "
		 "1970-01-01T00:00:00.000000001Z uid 1 gid 2 muid -1");
	value_is(GEFS_OP_RELINK, BYTES("\4" Q("\x8")), BYTES(NIL "\xff\1"), "relink succ -1 nlbl -1 nref +1");
	value_is(GEFS_OP_REPREV, BYTES("\4" Q("\x8")), BYTES(Q("\4") "\0\0"), "reprev pred 4 nlbl +0 nref +0");
	value_is(GEFS_OP_CLEARB, BYTES("\2" Q("\7")), BYTES(""), "clearb nothing (junk: clearb of a key that is no file data)");
	value_is(99, BYTES("\2" Q("\7")), BYTES("a"), "op 99 61 (junk: unknown operation)");
}

static void
test_extreme_times(void **state)
{
	static const char *const time[] = {"\x80\0\0\0\0\0\0\0", "\x7f\xff\xff\xff\xff\xff\xff\xff"};
	uint8_t operand[9] = {4};
	char buf[300];

	(void)state;
	for (int i = 0; i < 2; i++) {
		memcpy(operand + 1, time[i], 8);
		gefs_record r = {GEFS_OP_WSTAT, BYTES("\1" Q("\3") "\0\1n\0"), {operand, 9}};
		gefs_format_value(&img, &r, buf, sizeof buf);
		assert_non_null(strstr(buf, i ? "2262-04-11T23:47:16.854775807Z" : "1677-09-21T00:12:43.145224192Z"));
	}
}

/* In heap blocks of exactly the right size, so that a sanitizer sees each byte too many. */
static void
try_junk(int op, const uint8_t *bytes, size_t nk, size_t nv, size_t room)
{
	uint8_t *key = malloc(nk + !nk), *value = malloc(nv + !nv);
	char *buf = malloc(room + 8);

	assert_true(key && value && buf);
	memcpy(key, bytes, nk);
	memcpy(value, bytes + 1, nv);
	memset(buf, 0x5a, room + 8);
	gefs_record r = {op, {key, nk}, {value, nv}};
	for (int what = 0; what < 2; what++) {
		char *got = what ? gefs_format_value(&img, &r, buf, room) : gefs_format_key(&img, r.key, buf, room);
		assert_ptr_equal(got, buf);
		assert_true(room == 0 || strnlen(buf, room) < room);
		for (size_t i = 0; i < 8; i++)
			assert_int_equal(buf[room + i], 0x5a);
	}
	free(key);
	free(value);
	free(buf);
}

static void
test_junk(void **state)
{
	uint8_t bytes[302];
	uint32_t seed = 3;

	(void)state;
	for (size_t n = 0; n <= 300; n++)
		for (int type = 0; type <= KEY_BAD; type++) {
			for (size_t i = 0; i < sizeof bytes; i++)
				bytes[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
			bytes[0] = (uint8_t)type;
			for (int op = 0; op < 10; op++) {
				try_junk(op, bytes, n, (n * 7 + (size_t)op) % 301, 400);
				try_junk(op, bytes, n, n, n % 40);
			}
		}
}

/* Sound keys with values of every length: each decoder meets what is too short and too long. */
static void
test_junk_values(void **state)
{
	static const struct {
		const char *p;
		size_t n;
	} key[] = {{"\0" Q("\7") Q("\0"), 17}, {"\1" Q("\3") "\0\1n\0", 13}, {"\2" Q("\7"), 9}, {"\3main", 5},
		   {"\4" Q("\x8"), 9},	      {"\5" Q("\5") Q("\3"), 17},	   {"\6retain", 7}};
	uint8_t bytes[302];

	(void)state;
	for (size_t k = 0; k < sizeof key / sizeof *key; k++)
		for (size_t n = 0; n <= 300; n++)
			for (int op = 0; op < 9; op++) {
				memset(bytes, (int)n, sizeof bytes);
				memcpy(bytes, key[k].p, key[k].n);
				try_junk(op, bytes, key[k].n, n, 300);
				try_junk(op, bytes, key[k].n, n, n % 24);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_extreme_times),
		cmocka_unit_test(test_junk),
		cmocka_unit_test(test_junk_values),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
