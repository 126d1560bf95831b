/* What the encoders write is what the decoders read; and blocks of real images, decoded and encoded again, are the same
 * bytes where the format determines them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compact/testing/scene.h"

static const struct format *const formats[] = {&format_gefs9, &format_gefs0001_le, &format_gefs0001_be};

enum { FORMATS = sizeof formats / sizeof *formats };

static uint8_t a_block[65536], b_block[65536];

static gefs_super
some_super(const struct format *f)
{
	gefs_super s = {.blksz = f->blksz, .bufspc = f->bufspc, .narena = 40, .snap_height = 3};

	memcpy(s.version, f->version, 8);
	s.snap_root = (gefs_ptr){0x7654000, 0x0123456789abcdef, GEFS_NIL};
	s.snapdl_head = s.snapdl_tail = (gefs_ptr){GEFS_NIL, GEFS_NIL, GEFS_NIL};
	s.nextqid = 0x1122334455667788;
	s.nextgen = 77;
	if (format_has(f, GEFS_HAS_SUPERBLOCKS)) {
		s.qgen = 0x99;
		s.flag = 5;
	} else {
		s.arena_size = 0x40000000;
	}
	for (uint32_t i = 0; i < s.narena; i++) {
		s.arena[i].addr = 0x40000000ull * i;
		s.arena[i].hash = s.arena_size ? GEFS_NIL : i * 0x123456789;
	}
	return s;
}

static void
test_super(void **state)
{
	(void)state;
	for (int i = 0; i < FORMATS; i++) {
		const struct format *f = formats[i];
		gefs_super s = some_super(f), got;
		memset(a_block, 0xaa, sizeof a_block);
		f->super_encode(f, &s, a_block);
		assert_true(f->super_decode(f, a_block, &got));
		assert_int_equal(got.hash, got.computed);
		assert_int_equal(got.narena, 40);
		assert_int_equal(got.snap_root.addr, s.snap_root.addr);
		assert_int_equal(got.snap_root.hash, s.snap_root.hash);
		assert_int_equal(got.nextqid, s.nextqid);
		assert_int_equal(got.nextgen, s.nextgen);
		assert_int_equal(got.qgen, s.qgen);
		assert_int_equal(got.flag, s.flag);
		assert_int_equal(got.arena_size, s.arena_size);
		for (uint32_t k = 0; k < s.narena; k++) {
			assert_int_equal(got.arena[k].addr, s.arena[k].addr);
			assert_int_equal(got.arena[k].hash, s.arena[k].hash);
		}
		assert_int_equal(a_block[f->blksz], 0xaa);
	}
}

static void
test_arena(void **state)
{
	(void)state;
	for (int i = 0; i < FORMATS; i++) {
		const struct format *f = formats[i];
		const struct arena_header h = {0x40008000, 0x3fff8000, 0x123400};
		struct arena_header got;
		gefs_super s = some_super(f);
		f->arena_encode(f, &h, &s, a_block);
		assert_true(f->arena_decode(f, a_block, &got));
		assert_int_equal(got.log_head, h.log_head);
		assert_int_equal(got.size, h.size);
		assert_int_equal(got.used, h.used);
		for (uint32_t k = f->header_bytes; k < f->blksz; k++)
			assert_int_equal(a_block[k], 0);
	}
}

static const gefs_log_entry entries[] = {
	{.op = GEFS_LOG_FREE, .addr = 0x40008000, .len = 0x100000}, {.op = GEFS_LOG_ALLOC, .addr = 0x40010000, .len = 0x8000},
	{.op = GEFS_LOG_ALLOC1, .addr = 0x40020000},		    {.op = GEFS_LOG_FREE1, .addr = 0x40020000},
	{.op = GEFS_LOG_SYNC, .addr = 0x123456},
};

static void
test_log(void **state)
{
	(void)state;
	for (int i = 0; i < FORMATS; i++) {
		const struct format *f = formats[i];
		size_t n = sizeof entries / sizeof *entries - !format_has(f, GEFS_HAS_BARRIERS);
		uint32_t at = 0, size;
		struct log_header h;
		gefs_log_entry got;
		const char *why;

		for (size_t k = 0; k < n; k++)
			at += f->log_put(f, a_block, at, entries[k].op, entries[k].addr, entries[k].len);
		f->log_seal(f, a_block, at, i ? 0x40030000 : GEFS_NIL);
		assert_null(f->log_decode(f, a_block, &h));
		assert_int_equal(h.type, GEFS_BLOCK_LOG);
		assert_int_equal(h.hash, f->hash(a_block + f->log_header, h.covered));
		assert_int_equal(h.next.addr, i ? 0x40030000 : GEFS_NIL);
		size = at, at = 0;
		for (size_t k = 0; k < n; k++) {
			at += f->log_entry(f, a_block + f->log_header, h.size, at, &got, &why);
			assert_int_equal(got.op, entries[k].op);
			assert_int_equal(got.addr, entries[k].addr);
			if (entries[k].len)
				assert_int_equal(got.len, entries[k].len);
		}
		assert_int_equal(at, size);
	}
}

/* A range of one block has a form of its own in older versions. */
static void
test_log_single(void **state)
{
	(void)state;
	for (int i = 0; i < FORMATS; i++) {
		const struct format *f = formats[i];
		assert_int_equal(f->log_put(f, a_block, 0, GEFS_LOG_FREE, 0x8000, f->blksz), i ? 8 : 16);
	}
}

/* The fullest block that the rules allow. */
static void
test_log_full(void **state)
{
	(void)state;
	for (int i = 0; i < FORMATS; i++) {
		const struct format *f = formats[i];
		struct log_header h;
		uint32_t at = 0;

		memset(a_block, 0xaa, sizeof a_block);
		while (at < f->log_full)
			at += f->log_put(f, a_block, at, GEFS_LOG_FREE, 0x8000, 0x10000);
		assert_true(at + 8 <= f->log_space);
		f->log_seal(f, a_block, at, 0x4000);
		assert_null(f->log_decode(f, a_block, &h));
		assert_int_equal(h.next.addr, 0x4000);
		assert_int_equal(h.hash, f->hash(a_block + f->log_header, h.covered));
		assert_int_equal(a_block[f->blksz], 0xaa);
	}
}

static void
test_snap(void **state)
{
	(void)state;
	for (int i = 0; i < FORMATS; i++) {
		const struct format *f = formats[i];
		bool links = format_has(f, GEFS_HAS_SNAP_LINKS);
		gefs_snap s = {.nref = 3, .height = 2, .gen = 40, .pred = 17}, got = {0};
		struct label_value l = {.snap = 40, .flags = links}, lgot;

		s.root = (gefs_ptr){0x404000, 0x5555555555, 39};
		if (links)
			s.nlbl = 2, s.flag = 1, s.succ = 50, s.base = 3;
		f->snap_encode(f, &s, a_block);
		f->snap_decode(f, a_block, &got);
		assert_true(got.nref == s.nref && got.height == s.height && got.gen == s.gen && got.pred == s.pred);
		assert_memory_equal(&got.root, &s.root, sizeof s.root);
		assert_true(!links || (got.nlbl == 2 && got.flag == 1 && got.succ == 50 && got.base == 3));
		f->label_encode(f, &l, a_block);
		assert_true(f->label_decode(f, a_block, &lgot));
		assert_true(lgot.snap == l.snap && lgot.flags == l.flags);
	}
}

/* ---- blocks of real images ---- */

struct relog {
	gefs_image *img;
	uint64_t block, next;
	uint32_t size, at; /* of the real body; of the new one */
	unsigned compared;
};

static void
compare_log(struct relog *r)
{
	const struct format *f = r->img->f;

	if (r->block == GEFS_NIL)
		return;
	assert_int_equal(gefs_block_read(r->img, r->block, b_block, NULL), 0);
	assert_memory_equal(a_block + f->log_header, b_block + f->log_header, r->at);
	if (format_has(f, GEFS_HAS_BARRIERS)) {
		/* What follows the barrier is copied, so that the header can be compared. */
		memcpy(a_block + f->log_header + r->at, b_block + f->log_header + r->at, r->size - r->at);
		f->log_seal(f, a_block, r->size, r->next);
		assert_memory_equal(a_block, b_block, f->log_header + r->size);
	}
	r->compared++;
}

static int
relog(void *arg, const gefs_log_entry *le)
{
	struct relog *r = arg;

	if (le->op == GEFS_LOG_BLOCK) {
		compare_log(r);
		*r = (struct relog){r->img, le->block, le->addr, (uint32_t)le->len, 0, r->compared};
	} else {
		r->at += r->img->f->log_put(r->img->f, a_block, r->at, le->op, le->addr, le->len);
	}
	return 0;
}

static void
reencode_arenas(gefs_image *img)
{
	const struct format *f = img->f;
	struct arena_header h;

	for (uint32_t i = 0; i < img->narenas; i++) {
		struct relog r = {.img = img, .block = GEFS_NIL};
		assert_int_equal(gefs_log_walk(img, i, relog, &r, NULL), 0);
		compare_log(&r);
		assert_true(r.compared > 0);
		assert_int_equal(disk_read(img->disk, b_block, f->blksz, img->arenas[i].pub.header, NULL), 0);
		assert_true(f->arena_decode(f, b_block, &h));
		f->arena_encode(f, &h, image_super(img), a_block);
		/* The hash of the log's first block means nothing. */
		memset(a_block + (f->header_copies == 2 ? 10 : 72), 0, 8);
		memset(b_block + (f->header_copies == 2 ? 10 : 72), 0, 8);
		assert_memory_equal(a_block, b_block, f->blksz);
	}
}

static int
resnap(void *arg, gefs_bytes key, gefs_bytes value)
{
	const struct format *f = ((gefs_image *)arg)->f;
	struct label_value l;
	struct key k;
	gefs_snap s;

	assert_null(key_decode(f, key, &k));
	if (k.type == KEY_SNAP) {
		f->snap_decode(f, value.p, &s);
		f->snap_encode(f, &s, a_block);
		assert_memory_equal(a_block, value.p, f->snap_deadlists ? 48 : value.n);
	} else if (k.type == KEY_LABEL) {
		assert_true(f->label_decode(f, value.p, &l));
		f->label_encode(f, &l, a_block);
		assert_memory_equal(a_block, value.p, value.n);
	}
	return 0;
}

static void
test_real(void **state)
{
	static const char *const names[] = {"small", "snaps-main-deleted", "A-torn3", "BE-snaps", "churn-longlog2"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct scene s = scene_open(names[i], 1);
		gefs_image *img = scene_image(s.overlay);
		gefs_super root = *image_super(img);
		gefs_tree tree;

		assert_int_equal(disk_read(img->disk, b_block, img->f->header_bytes, img->copy[img->used].addr, NULL), 0);
		img->f->super_encode(img->f, &root, a_block);
		assert_memory_equal(a_block, b_block, format_has(img->f, GEFS_HAS_SUPERBLOCKS) ? img->f->blksz : 64);
		if (strcmp(names[i], "A-torn3") != 0) /* its headers disagree */
			reencode_arenas(img);
		assert_int_equal(gefs_tree_find(img, "snap", &tree, NULL), 0);
		assert_int_equal(gefs_scan(img, &tree, (gefs_bytes){NULL, 0}, resnap, NULL, img, NULL), 0);
		gefs_close(img);
		scene_close(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_super),	   cmocka_unit_test(test_arena), cmocka_unit_test(test_log),
		cmocka_unit_test(test_log_single), cmocka_unit_test(test_log_full), cmocka_unit_test(test_snap),
		cmocka_unit_test(test_real),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
