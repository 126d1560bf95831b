/* The descriptor of gefs9.00 against the examples of docs/format.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/format.h"

static const struct format *const f = &format_gefs9;

#define BYTES(literal) ((gefs_bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

/* The example of section 7; the arenas it does not show are zeros. */
static void
example_super(uint8_t *b)
{
	static const uint8_t head[] = {0x67, 0x65, 0x66, 0x73, 0x39, 0x2e, 0x30, 0x30, 0,    0,    0x40, 0,    0,    0,
				       0x1f, 0xfb, 0,	 0,    0,    8,	   0,	 0,    0,    1,	   0,	 0,    0,    0,
				       0,    0xfe, 0xc0, 0,    0xc2, 0x65, 0x71, 0x35, 0x99, 0xb0, 0xff, 0x7d};
	static const uint8_t arena[] = {0x5a, 0x1a, 0xb0, 0x39, 0x65, 0x28, 0x2b, 0x82};
	static const uint8_t hash[] = {0x63, 0x4e, 0x20, 0xab, 0xf5, 0x25, 0xf7, 0x5a};

	memset(b, 0, f->blksz);
	memcpy(b, head, sizeof head);
	memset(b + 0x28, 0xff, 0x20);
	put_be64(b + 0x50, 3);
	put_be64(b + 0x58, 3);
	put_be64(b + 0x68, 0x4000);
	memcpy(b + 0x70, arena, sizeof arena);
	memcpy(b + 0xe8, hash, sizeof hash);
}

static void
test_super(void **state)
{
	uint8_t b[16384];
	gefs_super s;

	(void)state;
	example_super(b);
	assert_int_equal(f->classify(f, b), GEFS_BLOCK_SUPER);
	assert_true(f->super_decode(f, b, &s));
	assert_string_equal(s.version, "gefs9.00");
	assert_int_equal(s.blksz, 16384);
	assert_int_equal(s.bufspc, 8187);
	assert_int_equal(s.narena, 8);
	assert_int_equal(s.snap_height, 1);
	assert_int_equal(s.snap_root.addr, 0xfec000);
	assert_int_equal(s.snap_root.hash, 0xc265713599b0ff7d);
	assert_int_equal(s.snapdl_head.addr, GEFS_NIL);
	assert_int_equal(s.snapdl_tail.hash, GEFS_NIL);
	assert_int_equal(s.flag, 0);
	assert_int_equal(s.nextqid, 3);
	assert_int_equal(s.nextgen, 3);
	assert_int_equal(s.qgen, 0);
	assert_int_equal(s.arena[0].addr, 0x4000);
	assert_int_equal(s.arena[0].hash, 0x5a1ab03965282b82);
	assert_int_equal(s.hash, 0x634e20abf525f75a);
	assert_int_equal(s.computed, f->hash(b, 0xe8));
}

static void
test_super_refused(void **state)
{
	uint8_t b[16384];
	gefs_super s;

	(void)state;
	example_super(b);
	b[19] = 0;
	assert_false(f->super_decode(f, b, &s));
	b[18] = 2, b[19] = 1; /* one more than fits into a gefs_super */
	assert_false(f->super_decode(f, b, &s));
	b[16] = 0xff;
	assert_false(f->super_decode(f, b, &s));
	example_super(b);
	b[7] = '1';
	assert_false(f->super_decode(f, b, &s));
}

static void
test_arena_and_log(void **state)
{
	/* Section 8 and 9. */
	static const uint8_t header[34] = {0,	 5,    0, 0, 0, 0, 0, 0, 0xc0, 0, 0xe5, 0x9f, 0x67, 0xa8, 0x56, 0xe1, 0x55, 0xfd, 0, 0,
					   0,	 0,    0, 0xff, 0x40, 0, 0, 0, 0,	  0, 0,	   1,	 0x80, 0};
	uint8_t body[56];
	struct arena_header a;
	gefs_log_entry le;
	const char *why = NULL;

	(void)state;
	assert_true(f->arena_decode(f, header, &a));
	assert_int_equal(a.log_head, 0xc000);
	assert_int_equal(a.size, 0xff4000);
	assert_int_equal(a.used, 0x18000);
	static const uint64_t word[] = {0xc005, 0xfec000, 0xc004, 0x4000, 0xff4001, 0xff0001, 0xfec001};
	for (int i = 0; i < 7; i++)
		put_be64(body + 8 * i, word[i]);
	assert_int_equal(f->hash(body, 56), 0x767138606feda80d);
	assert_int_equal(f->log_entry(f, body, 56, 0, &le, &why), 16);
	assert_int_equal(le.op, GEFS_LOG_FREE);
	assert_int_equal(le.addr, 0xc000);
	assert_int_equal(le.len, 0xfec000);
	assert_int_equal(f->log_entry(f, body, 56, 32, &le, &why), 8);
	assert_int_equal(le.op, GEFS_LOG_ALLOC1);
	assert_int_equal(le.addr, 0xff4000);
	assert_int_equal(le.len, 16384);
	put_be64(body, 0x1203);
	assert_int_equal(f->log_entry(f, body, 56, 0, &le, &why), 8);
	assert_int_equal(le.op, GEFS_LOG_SYNC);
	assert_int_equal(le.addr, 0x12);
	assert_null(why);
	assert_int_equal(f->log_entry(f, body, 24, 16, &le, &why), 0); /* half a range */
	assert_non_null(why);
	for (int op = 0; op < 256; op++) {
		put_be64(body, (uint64_t)op);
		assert_true((f->log_entry(f, body, 56, 0, &le, &why) > 0) == (op >= 1 && op <= 5));
	}
}

static void
round_trip(struct key k, gefs_bytes expect)
{
	uint8_t buf[KEY_MAX];
	struct key back;
	gefs_bytes got = {buf, key_encode(f, &k, buf)};

	assert_int_equal(got.n, expect.n);
	assert_memory_equal(got.p, expect.p, got.n);
	assert_null(key_decode(f, got, &back));
	assert_int_equal(back.type, k.type);
	assert_int_equal(back.qid, k.qid);
	assert_int_equal(back.offset, k.offset);
	assert_true(bytes_eq(back.name, k.name));
}

static void
test_keys(void **state)
{
	(void)state;
	round_trip((struct key){.type = KEY_DATA, .qid = 7, .offset = 0x4000},
		   BYTES("\0\0\0\0\0\0\0\0\7\0\0\0\0\0\0\x40\0"));
	round_trip((struct key){.type = KEY_ENTRY, .qid = GEFS_NIL}, BYTES("\1\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0"));
	round_trip((struct key){.type = KEY_ENTRY, .qid = 0, .name = BYTES("big")},
		   BYTES("\1\0\0\0\0\0\0\0\0\0\3big\0"));
	round_trip((struct key){.type = KEY_UP, .qid = 258}, BYTES("\2\0\0\0\0\0\0\1\2"));
	round_trip((struct key){.type = KEY_LABEL, .name = BYTES("main")}, BYTES("\3main"));
	round_trip((struct key){.type = KEY_SNAP, .qid = 8}, BYTES("\4\0\0\0\0\0\0\0\x8"));
	round_trip((struct key){.type = KEY_DEAD, .qid = 5, .offset = 3}, BYTES("\5\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\3"));
	round_trip((struct key){.type = KEY_CONF, .name = BYTES("retain")}, BYTES("\6retain"));
}

static void
test_junk_keys(void **state)
{
	uint8_t name[300] = {0}, buf[KEY_MAX];
	struct key k;

	(void)state;
	assert_non_null(key_decode(f, (gefs_bytes){NULL, 0}, &k));
	assert_non_null(key_decode(f, BYTES("\7abc"), &k));
	assert_non_null(key_decode(f, BYTES("\0\0\0"), &k));
	assert_non_null(key_decode(f, BYTES("\4\0\0\0\0\0\0\0\0\0"), &k));
	assert_non_null(key_decode(f, BYTES("\1\0\0\0\0\0\0\0\0\0\0"), &k));
	assert_non_null(key_decode(f, BYTES("\1\0\0\0\0\0\0\0\0\0\4big\0"), &k)); /* length disagrees */
	assert_non_null(key_decode(f, BYTES("\1\0\0\0\0\0\0\0\0\0\3bigg"), &k));  /* no zero */
	assert_non_null(key_decode(f, BYTES("\1\0\0\0\0\0\0\0\0\0\3b\0g\0"), &k));
	k = (struct key){.type = KEY_ENTRY, .name = {name, 245}};
	assert_int_equal(key_encode(f, &k, buf), 0);
	k.name.n = f->name_max;
	assert_int_equal(key_encode(f, &k, buf), f->key_max);
	k = (struct key){.type = KEY_LABEL, .name = {name, 256}};
	assert_int_equal(key_encode(f, &k, buf), 0);
}

static void
test_wstat(void **state)
{
	/* The example of section 11: length, mtime and muid. */
	static const char operand[] = "\x45\0\0\0\0\0\x2d\0\0\x18\xea\x0c\xf8\xf7\x9c\x47\x77\0\0\0\1";
	uint8_t v[61] = {0}, before[61];
	gefs_dirent d;

	(void)state;
	memset(v + 16, 0xff, 4); /* vers: wraps */
	v[20] = 0x80, v[21] = 0x80;
	assert_null(value_update(f, GEFS_OP_WSTAT, BYTES(operand), v, 61));
	assert_true(dirent_decode(f, (gefs_bytes){v, 61}, &d));
	assert_int_equal(d.length, 0x2d0000);
	assert_int_equal(d.mtime_ns, 0x18ea0cf8f79c4777);
	assert_int_equal(d.muid, 1);
	assert_int_equal(d.qvers, 0);
	assert_int_equal(d.atime_ns, 0);
	assert_int_equal(d.uid, 0);
	assert_true(d.is_dir);
	assert_null(value_update(f, GEFS_OP_WSTAT, BYTES("\2\x40\0\1\xa4"), v, 61));
	assert_true(dirent_decode(f, (gefs_bytes){v, 61}, &d));
	assert_int_equal(d.mode, 0x400001a4);
	assert_int_equal(d.qtype, 0x40);
	assert_int_equal(d.qvers, 1);
	assert_false(d.is_dir);
	memcpy(before, v, 61);
	assert_null(value_update(f, GEFS_OP_WSTAT, BYTES("\0"), v, 61)); /* a touch */
	before[19]++;
	assert_memory_equal(v, before, 61);
	assert_non_null(value_update(f, GEFS_OP_WSTAT, BYTES("\2\0\0\0"), v, 61));
	assert_non_null(value_update(f, GEFS_OP_WSTAT, BYTES("\2\0\0\0\0\0"), v, 61));
	assert_non_null(value_update(f, GEFS_OP_WSTAT, BYTES("\x80"), v, 61));
	assert_non_null(value_update(f, GEFS_OP_WSTAT, (gefs_bytes){NULL, 0}, v, 61));
	assert_non_null(value_update(f, GEFS_OP_WSTAT, BYTES("\0"), v, 60));
	assert_memory_equal(v, before, 61);
}

static void
test_relink(void **state)
{
	uint8_t v[72] = {0};
	gefs_snap s = {0};

	(void)state;
	v[3] = 2, v[7] = 1;
	assert_null(value_update(f, GEFS_OP_RELINK, BYTES("\0\0\0\0\0\0\0\x9\xff\1"), v, 72));
	assert_null(value_update(f, GEFS_OP_REPREV, BYTES("\0\0\0\0\0\0\0\x4\0\xfe"), v, 72));
	assert_true(snap_decode(f, (gefs_bytes){v, 72}, &s));
	assert_int_equal(s.succ, 9);
	assert_int_equal(s.pred, 4);
	assert_int_equal(s.nlbl, 0);
	assert_int_equal(s.nref, 1);
	assert_non_null(value_update(f, GEFS_OP_REPREV, BYTES("\0\0\0\0\0\0\0\x4\xff\0"), v, 72)); /* nlbl -1 */
	assert_non_null(value_update(f, GEFS_OP_RELINK, BYTES("\0\0"), v, 72));
	assert_non_null(value_update(f, GEFS_OP_RELINK, BYTES("\0\0\0\0\0\0\0\x4\0\0"), v, 71));
}

static void
test_message_check(void **state)
{
	static const struct {
		int op;
		unsigned types; /* key types it may have, as bits */
		gefs_bytes good;
	} legal[] = {{GEFS_OP_INSERT, 0x7f, BYTES("any")},
		     {GEFS_OP_DELETE, 0x7f, {NULL, 0}},
		     {GEFS_OP_CLEARB, 1u << KEY_DATA, {NULL, 0}},
		     {GEFS_OP_CLOBBER, 1u << KEY_ENTRY | 1u << KEY_UP, {NULL, 0}},
		     {GEFS_OP_WSTAT, 1u << KEY_ENTRY, BYTES("\1\0\0\0\0\0\0\0\0")},
		     {GEFS_OP_RELINK, 1u << KEY_SNAP, BYTES("0123456789")},
		     {GEFS_OP_REPREV, 1u << KEY_SNAP, BYTES("0123456789")}};
	bool bad_op;

	(void)state;
	for (size_t i = 0; i < sizeof legal / sizeof *legal; i++)
		for (int type = KEY_DATA; type < KEY_BAD; type++) {
			bool may = legal[i].types >> type & 1;
			const char *why = message_check(f, legal[i].op, (enum key_type)type, legal[i].good, &bad_op);
			assert_true((why == NULL) == may);
			assert_true(bad_op == !may);
			if (legal[i].op > GEFS_OP_DELETE) /* servers leave operands in deletes */
				assert_non_null(message_check(f, legal[i].op, (enum key_type)type, BYTES("x"), &bad_op));
		}
	assert_non_null(message_check(f, 0, KEY_DATA, BYTES(""), &bad_op));
	assert_non_null(message_check(f, 8, KEY_DATA, BYTES(""), &bad_op));
	assert_true(bad_op);
}

static void
test_value_check(void **state)
{
	static const size_t size[] = {24, 61, 0, 13, 72, 48};
	uint8_t v[100] = {KEY_SNAP};

	(void)state;
	for (int type = KEY_DATA; type <= KEY_DEAD; type++) {
		struct key k = {.type = (enum key_type)type};
		for (size_t n = 0; n < sizeof v && type != KEY_UP; n++)
			assert_true((value_check(f, &k, (gefs_bytes){v, n}) == NULL) == (n == size[type]));
	}
	struct key up = {.type = KEY_UP};
	assert_null(value_check(f, &up, BYTES("\1\0\0\0\0\0\0\0\0\0\3big\0")));
	assert_non_null(value_check(f, &up, BYTES("\1\0\0\0\0\0\0\0\0\0\3big")));
	assert_non_null(value_check(f, &up, BYTES("\2\0\0\0\0\0\0\0\0")));
	assert_non_null(value_check(f, &up, (gefs_bytes){NULL, 0}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_super),
		cmocka_unit_test(test_super_refused),
		cmocka_unit_test(test_arena_and_log),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_junk_keys),
		cmocka_unit_test(test_wstat),
		cmocka_unit_test(test_relink),
		cmocka_unit_test(test_message_check),
		cmocka_unit_test(test_value_check),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("gefs9", tests, NULL, NULL);
}
