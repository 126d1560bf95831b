/* The descriptors of gefs0001, in both byte orders, against the examples of docs/format.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/format.h"

static const struct format *const le = &format_gefs0001_le, *const be = &format_gefs0001_be;

/* Writes the bytes that hexadecimal digits stand for; spaces are for the reader. */
static size_t
hex(const char *text, uint8_t *out)
{
	size_t n = 0;
	for (unsigned digits = 0, v = 0; *text; text++) {
		if (*text == ' ')
			continue;
		v = v << 4 | (unsigned)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
		if (++digits % 2 == 0)
			out[n++] = (uint8_t)v;
	}
	return n;
}

static const char header_le[] = "6765 6673 3030 3031 0020 0000 fb0f 0000 0100 0000 0080 0110 0000 0000 9745 7274"
				"05d0 16cf 0800 0000 0000 0008 0000 0000 0200 0000 0000 0000 0300 0000 0000 0000"
				"00a0 0000 0000 0000 598f a6b7 dd46 9e2f 0000 0008 0000 0000 0080 0000 0000 0000";
static const char header_be[] = "6765 6673 3030 3031 0000 2000 0000 0ffb 0000 0001 0000 0000 1130 6000 961a 18c6"
				"d4f6 348b 0000 0008 0000 0000 0897 e000 0000 0000 0000 0001 0000 0000 0000 0001"
				"0000 0000 0000 a000 059d f043 210e 91ee 0000 0000 0897 e000 0000 0000 0000 6000";

static void
test_header(void **state)
{
	uint8_t b[96];
	gefs_super s;
	struct arena_header a;

	(void)state;
	assert_int_equal(hex(header_le, b), 96);
	assert_int_equal(le->classify(le, b), GEFS_BLOCK_ARENA);
	assert_true(le->super_decode(le, b, &s));
	assert_int_equal(s.blksz, 8192);
	assert_int_equal(s.bufspc, 4091);
	assert_int_equal(s.snap_height, 1);
	assert_int_equal(s.snap_root.addr, 0x10018000);
	assert_int_equal(s.snap_root.hash, 0xcf16d00574724597);
	assert_int_equal(s.snap_root.gen, GEFS_NIL);
	assert_int_equal(s.narena, 8);
	assert_int_equal(s.arena_size, 0x8000000);
	assert_int_equal(s.arena[7].addr, 0x38000000);
	assert_int_equal(s.nextqid, 2);
	assert_int_equal(s.nextgen, 3);
	assert_int_equal(s.hash, s.computed); /* it has none */
	assert_true(le->arena_decode(le, b, &a));
	assert_int_equal(a.log_head, 0xa000);
	assert_int_equal(a.size, 0x8000000);
	assert_int_equal(a.used, 0x8000);

	hex(header_be, b);
	assert_int_equal(be->classify(be, b), GEFS_BLOCK_ARENA);
	assert_true(be->super_decode(be, b, &s));
	assert_int_equal(s.snap_root.addr, 0x11306000);
	assert_int_equal(s.snap_root.hash, 0x961a18c6d4f6348b);
	assert_int_equal(s.arena_size, 0x897e000);
	assert_int_equal(s.nextgen, 1);
	assert_true(be->arena_decode(be, b, &a));
	assert_int_equal(a.used, 0x6000);
}

static void
test_header_refused(void **state)
{
	uint8_t b[96];
	gefs_super s;

	(void)state;
	hex(header_be, b);
	assert_false(le->super_decode(le, b, &s)); /* so many arenas there cannot be */
	b[39] = 0;
	assert_false(be->super_decode(be, b, &s)); /* no arena */
	hex(header_be, b);
	b[47] = 1;
	assert_false(be->super_decode(be, b, &s)); /* not a multiple of the block size */
	memset(b + 40, 0, 8);
	assert_false(be->super_decode(be, b, &s));
	memset(b + 40, 0xf0, 6);
	assert_false(be->super_decode(be, b, &s)); /* the last arena begins beyond 64 bits */
	hex(header_be, b);
	b[7] = '2';
	assert_false(be->super_decode(be, b, &s));
	assert_string_equal(s.version, "gefs0001"); /* nothing was filled in */
}

/* Entries of a block, one after the other, until the header's size is reached. */
static void
expect_log(const struct format *f, const uint8_t *b, const gefs_log_entry *want, size_t n)
{
	struct log_header h;
	gefs_log_entry e;
	const char *why = NULL;
	uint32_t at = 0;

	assert_null(f->log_decode(f, b, &h));
	assert_int_equal(h.type, GEFS_BLOCK_LOG);
	assert_int_equal(h.covered, 8182);
	for (size_t i = 0; i < n; i++) {
		uint32_t size = f->log_entry(f, b + f->log_header, h.size, at, &e, &why);
		assert_int_not_equal(size, 0);
		assert_int_equal(e.op, want[i].op);
		assert_int_equal(e.addr, want[i].addr);
		assert_int_equal(e.len, want[i].len);
		assert_int_equal(e.offset, at);
		at += size;
	}
	assert_int_equal(at, h.size);
}

static void
test_log(void **state)
{
	uint8_t b[8192] = {0};

	(void)state;
	hex("0300 36ea d840 60a3 6124 0220 0000 0000 0000 06c0 0000 0000 0000 0040 ff07 0000 0000 0260 0000 0000 0000"
	    "0160 0000 0000 0000 0400 0000 0000 0000", b);
	expect_log(le, b, (gefs_log_entry[]){{.op = GEFS_LOG_FREE1, .addr = 0x2000, .len = 8192},
					     {.op = GEFS_LOG_FREE, .addr = 0xc000, .len = 0x7ff4000},
					     {.op = GEFS_LOG_FREE1, .addr = 0x6000, .len = 8192},
					     {.op = GEFS_LOG_ALLOC1, .addr = 0x6000, .len = 8192},
					     {.op = GEFS_LOG_END}}, 5);
	memset(b, 0, sizeof b);
	hex("0003 6717 b03d 10c8 82fb 0000 0000 0000 2002 0000 0000 0000 c006 0000 0000 0897 2000 0000 0000 0000 6003", b);
	expect_log(be, b, (gefs_log_entry[]){{.op = GEFS_LOG_FREE1, .addr = 0x2000, .len = 8192},
					     {.op = GEFS_LOG_FREE, .addr = 0xc000, .len = 0x8972000},
					     {.op = GEFS_LOG_CHAIN, .addr = 0x6000}}, 3);
	struct log_header h;
	be->log_decode(be, b, &h);
	assert_int_equal(h.next.addr, 0x6000);
	assert_int_equal(h.hash, 0x6717b03d10c882fb);
}

static void
test_log_damage(void **state)
{
	uint8_t b[8192] = {0};
	struct log_header h;
	gefs_log_entry e;
	const char *why = NULL;

	(void)state;
	b[1] = GEFS_BLOCK_LOG;
	for (uint32_t at = 10; at + 8 <= sizeof b; at += 8)
		put_be64(b + at, 0x2001);
	assert_non_null(be->log_decode(be, b, &h)); /* no end */
	assert_true(h.size <= be->log_space);
	put_be64(b + 10 + 8168, 0x2006); /* a range whose length would be the last word, and nothing behind it */
	assert_non_null(be->log_decode(be, b, &h));
	assert_true(h.size <= be->log_space);
	put_be64(b + 10 + 8160, 0x2007);
	be->log_decode(be, b, &h);
	assert_int_equal(be->log_entry(be, b + 10, h.size, 8160, &e, &why), 0);
	assert_non_null(why);
	put_be64(b + 10, 0x2005);
	assert_int_equal(be->log_entry(be, b + 10, 8, 0, &e, &why), 0); /* half a range */
	put_be64(b + 10, 0);
	assert_int_equal(be->log_entry(be, b + 10, 8, 0, &e, &why), 0);
}

/* An empty block, whose hash is known in both byte orders. */
static void
test_log_seal(void **state)
{
	static const uint8_t want_le[] = {3, 0, 0x14, 0x2f, 0x31, 0x23, 0x06, 0x4e, 0x14, 0xa6, 4};
	static const uint8_t want_be[] = {0, 3, 0xea, 0x0d, 0x87, 0xf4, 0x7d, 0x81, 0xba, 0x9e, 0, 0, 0, 0, 0, 0, 0, 4};
	uint8_t b[8192];

	(void)state;
	memset(b, 0xee, sizeof b);
	le->log_seal(le, b, 0, GEFS_NIL);
	assert_memory_equal(b, want_le, sizeof want_le);
	be->log_seal(be, b, 0, GEFS_NIL);
	assert_memory_equal(b, want_be, sizeof want_be);
}

static void
test_dead(void **state)
{
	uint8_t b[8192] = {0};
	struct log_header h;
	gefs_dead_entry e;
	const char *why = NULL;

	(void)state;
	hex("0400 0000 0000 0000 0000 0380001000000000 0500000000000000 01a0001000000000 8877665544332211"
	    "0260001000000000 0100000000000000 0000000000000000 ffffffffffffffff 04", b);
	assert_null(le->dead_decode(le, b, &h));
	assert_int_equal(h.type, GEFS_BLOCK_DEADLIST);
	assert_int_equal(h.next.addr, GEFS_NIL);
	assert_int_equal(le->dead_entry(le, b + 10, h.size, 0, &e, &why), 16);
	assert_int_equal(e.kind, GEFS_DEAD_KILL);
	assert_int_equal(e.addr, 0x10008000);
	assert_int_equal(e.birth, 5);
	assert_int_equal(le->dead_entry(le, b + 10, h.size, 16, &e, &why), 16);
	assert_int_equal(e.kind, GEFS_DEAD_CHAIN);
	assert_int_equal(e.addr, 0x1000a000);
	assert_int_equal(e.birth, 0x1122334455667788); /* the hash of that block */
	assert_int_equal(le->dead_entry(le, b + 10, h.size, 32, &e, &why), 16);
	assert_int_equal(e.kind, GEFS_DEAD_GRAFT);
	assert_int_equal(le->dead_entry(le, b + 10, h.size, 48, &e, &why), 16);
	assert_int_equal(e.kind, GEFS_DEAD_END);
	assert_null(why);
	assert_int_equal(le->dead_entry(le, b + 10, h.size, 64, &e, &why), 0);
	assert_non_null(why);
}

static void
test_snapshot(void **state)
{
	uint8_t v[232];
	gefs_snap s;
	gefs_deadlist dead[DEADLISTS_MAX];
	struct label_value l;

	(void)state;
	memset(v, 0xff, sizeof v);
	hex("02000000 01000000 0700000000000000 0080011000000000 9745727405d016cf 0800000000000000"
	    "0600000000000000 00a0011000000000 1122334455667788 0500000000000000", v);
	put_le64(v + 40 + 24 * 7, 1);
	put_le64(v + 40 + 24 * 7 + 8, 0x4000);
	assert_true(snap_decode(le, (gefs_bytes){v, sizeof v}, &s));
	assert_int_equal(s.nref, 2);
	assert_int_equal(s.height, 1);
	assert_int_equal(s.gen, 7);
	assert_int_equal(s.root.addr, 0x10018000);
	assert_int_equal(s.root.hash, 0xcf16d00574724597);
	assert_int_equal(s.root.gen, 8);
	assert_int_equal(s.pred, 6);
	assert_int_equal(le->snap_deadlists(le, v, dead), 2); /* list 1 has a generation, but no blocks */
	assert_int_equal(dead[0].birth, 6);
	assert_int_equal(dead[0].head.addr, 0x1001a000);
	assert_int_equal(dead[0].head.hash, 0x8877665544332211);
	assert_int_equal(dead[1].birth, 1);
	assert_int_equal(dead[1].head.addr, 0x4000);
	assert_false(snap_decode(le, (gefs_bytes){v, 231}, &s));

	hex("04 0700000000000000", v);
	assert_true(label_decode(le, (gefs_bytes){v, 9}, &l));
	assert_int_equal(l.snap, 7);
	assert_true(l.mutable);
	v[0] = 5;
	assert_false(label_decode(le, (gefs_bytes){v, 9}, &l));
}

static void
test_keys(void **state)
{
	uint8_t b[KEY_MAX], want[KEY_MAX], name[255];
	struct key k = {.type = KEY_DATA, .qid = 0x102, .offset = 0x2000};

	(void)state;
	assert_int_equal(key_encode(le, &k, b), hex("00 0201000000000000 0020000000000000", want));
	assert_memory_equal(b, want, 17);
	assert_int_equal(key_encode(be, &k, b), hex("00 0000000000000102 0000000000002000", want));
	assert_memory_equal(b, want, 17);
	k = (struct key){.type = KEY_ENTRY, .qid = 3, .name = {(const uint8_t *)"ab", 2}};
	assert_int_equal(key_encode(le, &k, b), hex("01 0300000000000000 0200 6162 00", want));
	assert_memory_equal(b, want, 14);
	assert_null(key_decode(le, (gefs_bytes){b, 14}, &k));
	assert_int_equal(k.qid, 3);
	assert_int_equal(k.name.n, 2);
	k = (struct key){.type = KEY_UP, .qid = 3};
	assert_int_equal(key_encode(le, &k, b), hex("05 0300000000000000", want));
	assert_memory_equal(b, want, 9);
	k.type = KEY_DEAD;
	assert_int_equal(key_encode(le, &k, b), 0); /* does not exist */
	memset(name, 'n', sizeof name);
	k = (struct key){.type = KEY_ENTRY, .qid = 3, .name = {name, sizeof name}};
	assert_int_equal(key_encode(be, &k, b), 267);
	assert_null(key_decode(be, (gefs_bytes){b, 267}, &k));
	hex("03 0300000000000000", b);
	assert_non_null(key_decode(be, (gefs_bytes){b, 9}, &k));
}

/* A change of length, mtime and muid: bits 0, 2 and 6. */
static void
test_wstat(void **state)
{
	uint8_t v[53] = {0}, o[32];
	gefs_dirent d;
	bool bad;

	(void)state;
	hex("0500000000000000 02000000 80 ed010080", v);
	gefs_bytes operand = {o, hex("45 0001000000000000 0200000000000000 02000000", o)};
	assert_int_equal(le->op_type[4], GEFS_OP_WSTAT);
	assert_null(message_check(le, GEFS_OP_WSTAT, KEY_ENTRY, operand, &bad));
	assert_null(value_update(le, GEFS_OP_WSTAT, operand, v, sizeof v));
	assert_true(dirent_decode(le, (gefs_bytes){v, sizeof v}, &d));
	assert_int_equal(d.qpath, 5);
	assert_int_equal(d.qvers, 3);
	assert_int_equal(d.qtype, 0x80);
	assert_int_equal(d.mode, 0x800001ed);
	assert_int_equal(d.length, 0x100);
	assert_int_equal(d.mtime_ns, 2);
	assert_int_equal(d.muid, 2);
	assert_int_equal(d.uid, 0);
	operand.n--;
	assert_non_null(value_update(le, GEFS_OP_WSTAT, operand, v, sizeof v));
}

/* Message 5 raises the count of a snapshot, in the big-endian variant alone. */
static void
test_refer(void **state)
{
	uint8_t v[232] = {0};
	bool bad;

	(void)state;
	assert_int_equal(le->op_type[5], 0);
	assert_int_equal(be->op_type[5], GEFS_OP_REFER);
	assert_null(message_check(be, GEFS_OP_REFER, KEY_SNAP, (gefs_bytes){NULL, 0}, &bad));
	assert_non_null(message_check(be, GEFS_OP_REFER, KEY_ENTRY, (gefs_bytes){NULL, 0}, &bad));
	assert_null(value_update(be, GEFS_OP_REFER, (gefs_bytes){NULL, 0}, v, sizeof v));
	assert_int_equal(be32(v), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),	 cmocka_unit_test(test_header_refused), cmocka_unit_test(test_log),
		cmocka_unit_test(test_log_damage), cmocka_unit_test(test_log_seal),	cmocka_unit_test(test_dead),
		cmocka_unit_test(test_snapshot), cmocka_unit_test(test_keys),		cmocka_unit_test(test_wstat),
		cmocka_unit_test(test_refer),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("gefs0001", tests, NULL, NULL);
}
