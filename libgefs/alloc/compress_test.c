/* Short logs of made-up arenas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc/compress.h"
#include "disk/testing/layers.h"

enum { HEADER = 0x4000, DEVICE = 128 << 20, QGEN = 9 };

/* One arena; its blocks are counted from its start. The old log is in blocks 0 to nlog - 1. */
struct fake {
	gefs_image img;
	struct super_copy root;
	struct arena arena;
	uint8_t *base;
	gefs_range free[5000];
	uint64_t used_block; /* something refers to it although it is free; GEFS_NIL: none */
};

static uint64_t
block(const struct fake *k, uint64_t n)
{
	return k->arena.pub.start + n * k->img.f->blksz;
}

static int
count_entry(void *arg, const gefs_log_entry *le)
{
	gefs_arena *a = arg;

	a->log_blocks += le->op == GEFS_LOG_BLOCK;
	a->log_entries += le->op != GEFS_LOG_BLOCK;
	return 0;
}

/* The log of the arena begins there. */
static void
use_log(struct fake *k, uint64_t addr)
{
	gefs_arena *a = &k->arena.pub;

	a->log_head = addr;
	a->log_blocks = 0;
	a->log_entries = 0;
	assert_int_equal(gefs_log_walk(&k->img, 0, count_entry, a, NULL), 0);
}

static struct fake *
fake_new(const struct format *f, unsigned nlog)
{
	struct fake *k = calloc(1, sizeof *k);
	uint8_t b[65536] = {0};

	assert_non_null(k);
	k->base = calloc(1, DEVICE);
	assert_non_null(k->base);
	k->img.disk = overlay_new(k->base, DEVICE);
	k->img.format = *f;
	k->img.f = &k->img.format;
	k->img.copy = &k->root;
	k->img.arenas = &k->arena;
	k->img.narenas = k->img.ncopies = 1;
	k->root.super.qgen = format_has(f, GEFS_HAS_BARRIERS) ? QGEN : 0;
	k->arena.pub = (gefs_arena){.header = HEADER, .start = HEADER + 2 * f->blksz, .end = DEVICE, .header_ok = true,
				    .log_ok = true, .free = k->free};
	k->arena.pub.size = k->arena.pub.end - k->arena.pub.start;
	k->used_block = GEFS_NIL;
	for (unsigned i = 0; i < nlog; i++) {
		f->log_seal(f, b, 0, i + 1 < nlog ? block(k, i + 1) : GEFS_NIL);
		assert_int_equal(disk_write(k->img.disk, b, f->blksz, block(k, i), NULL), 0);
	}
	use_log(k, block(k, 0));
	return k;
}

static void
fake_free(struct fake *k)
{
	overlay_free(k->img.disk);
	free(k->base);
	free(k);
}

static void
add_free(struct fake *k, uint64_t first, uint64_t blocks)
{
	k->free[k->arena.pub.nfree++] = (gefs_range){block(k, first), blocks * k->img.f->blksz};
}

static bool
in_use(void *arg, uint64_t addr)
{
	const struct fake *k = arg;
	return addr == k->used_block;
}

static int
put(void *arg, uint64_t addr, const uint8_t *b, uint32_t size, gefs_error *e)
{
	struct fake *k = arg;
	assert_true(size <= k->img.f->log_space);
	return disk_write(k->img.disk, b, k->img.f->blksz, addr, e);
}

static struct new_log
plan(struct fake *k, const gefs_range *release, size_t n)
{
	const struct log_request req = {release, n, in_use, k};
	struct new_log log;

	assert_int_equal(log_plan(&k->img, 0, &req, &log, NULL), 0);
	return log;
}

static void
take_range(void *arg, uint64_t off, uint64_t len)
{
	struct fake *k = arg;
	k->free[k->arena.pub.nfree++] = (gefs_range){off, len};
}

static bool
is_free(const struct fake *k, uint64_t addr)
{
	for (size_t i = 0; i < k->arena.pub.nfree; i++)
		if (addr >= k->free[i].off && addr - k->free[i].off < k->free[i].len)
			return true;
	return false;
}

static uint64_t
free_bytes(const struct fake *k)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < k->arena.pub.nfree; i++)
		sum += k->free[i].len;
	return sum;
}

/* Writes the log, and finds the arena as short as can be then. */
static void
install(struct fake *k, struct new_log *log, uint64_t released)
{
	uint64_t expect = free_bytes(k) + released + (uint64_t)k->arena.pub.log_blocks * k->img.f->blksz -
			  (uint64_t)log->nblocks * k->img.f->blksz;
	gefs_arena *a = &k->arena.pub;

	assert_int_equal(log->plan, LOG_NEW);
	assert_int_equal(log->free_bytes, expect);
	for (uint32_t i = 0; i < log->nblocks; i++)
		assert_true(is_free(k, log->addr[i]));
	assert_int_equal(log_build(&k->img, 0, log, put, k, NULL), 0);
	a->nfree = 0;
	rangeset_each(log->free, take_range, k);
	for (uint32_t i = 0; i < log->nblocks; i++)
		assert_false(is_free(k, log->addr[i]));
	assert_int_equal(free_bytes(k), expect);
	use_log(k, log->addr[0]);
	assert_int_equal(a->log_blocks, log->nblocks);
	assert_int_equal(a->log_entries, log->entries);
	struct new_log again = plan(k, NULL, 0);
	assert_int_equal(again.plan, LOG_SHORT_ALREADY);
	log_plan_free(&again);
}

static void
test_plain(void **state)
{
	static const struct format *const formats[] = {&format_gefs9, &format_gefs0001_le, &format_gefs0001_be};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct fake *k = fake_new(formats[i], 3);
		add_free(k, 10, 1);
		add_free(k, 20, 5);
		struct new_log log = plan(k, NULL, 0);
		assert_int_equal(log.nblocks, 1);
		assert_int_equal(log.addr[0], block(k, 10));
		assert_int_equal(log.entries, 3); /* the old log, the second range, a barrier or an end */
		install(k, &log, 0);
		assert_int_equal(k->arena.pub.nfree, 2);
		assert_int_equal(k->free[0].off, block(k, 0));
		log_plan_free(&log);
		fake_free(k);
	}
}

static void
test_used_although_free(void **state)
{
	(void)state;
	struct fake *k = fake_new(&format_gefs0001_le, 1);
	add_free(k, 10, 4);
	k->used_block = block(k, 10);
	struct new_log log = plan(k, NULL, 0);
	assert_int_equal(log.addr[0], block(k, 11));
	install(k, &log, 0);
	assert_true(is_free(k, block(k, 10))); /* which is not changed */
	log_plan_free(&log);
	fake_free(k);
}

/* A block of the old log that its own log has as free. */
static void
test_log_is_free(void **state)
{
	(void)state;
	struct fake *k = fake_new(&format_gefs0001_le, 1);
	add_free(k, 0, 4);
	k->used_block = block(k, 0);
	struct new_log log = plan(k, NULL, 0);
	assert_int_equal(log.addr[0], block(k, 1));
	assert_int_equal(log.free_bytes, 3 * 8192);
	log_plan_free(&log);
	fake_free(k);
}

static void
test_release(void **state)
{
	(void)state;
	struct fake *k = fake_new(&format_gefs9, 1);
	add_free(k, 10, 4);
	const gefs_range leak[] = {{block(k, 14), 2 * 16384}, {block(k, 30), 16384}};
	struct new_log log = plan(k, leak, 2);
	assert_int_equal(log.addr[0], block(k, 10)); /* not into what was not free before */
	install(k, &log, 3 * 16384);
	assert_true(is_free(k, block(k, 15)) && is_free(k, block(k, 30)));
	log_plan_free(&log);
	fake_free(k);
}

static void
test_no_room(void **state)
{
	(void)state;
	struct fake *k = fake_new(&format_gefs9, 2);
	struct new_log log = plan(k, NULL, 0);
	assert_int_equal(log.plan, LOG_NO_ROOM);
	log_plan_free(&log);
	add_free(k, 5, 1);
	k->used_block = block(k, 5);
	log = plan(k, NULL, 0);
	assert_int_equal(log.plan, LOG_NO_ROOM);
	log_plan_free(&log);
	fake_free(k);
}

/* Every other block is free, so that each block taken for the log saves an entry; the larger range at the end does not. */
static void
fragmented(const struct format *f, unsigned ranges, bool larger)
{
	struct fake *k = fake_new(f, 1);

	for (unsigned i = 0; i < ranges; i++)
		add_free(k, 2 + 2 * i, 1);
	if (larger)
		add_free(k, 2 + 2 * ranges, 100);
	struct new_log log = plan(k, NULL, 0);
	if (log.plan == LOG_NEW)
		install(k, &log, 0);
	else
		assert_int_equal(log.plan, LOG_NO_ROOM);
	log_plan_free(&log);
	fake_free(k);
}

static void
test_sizes(void **state)
{
	static const struct format *const formats[] = {&format_gefs9, &format_gefs0001_le};

	(void)state;
	for (int i = 0; i < 2; i++)
		for (unsigned n = 1010; n < 1030; n++) {
			fragmented(formats[i], n, false);
			fragmented(formats[i], n, true);
			fragmented(formats[i], 2 * n, true);
		}
	fragmented(&format_gefs9, 3700, false);
}

/* Where a block that is taken for the log makes itself unnecessary, another one is looked for, and at last none. */
static void
test_surplus(void **state)
{
	enum { FULL = 1020 }; /* entries of a block: 1019 ranges and a barrier, or 1020 ranges */

	(void)state;
	for (unsigned at = 0; at < 2; at++) {
		struct fake *k = fake_new(&format_gefs9, 1);
		for (unsigned i = 0; i < FULL; i++)
			add_free(k, 2 + 4 * i, i == 2 && at ? 3 : 1);
		struct new_log log = plan(k, NULL, 0);
		assert_int_equal(log.plan, at ? LOG_NEW : LOG_NO_ROOM);
		if (at) {
			assert_int_equal(log.nblocks, 2);
			assert_int_equal(log.addr[1], block(k, 10));
			install(k, &log, 0);
		}
		log_plan_free(&log);
		fake_free(k);
	}
}

/* A log without barriers of an image without a sync counts to its end. */
static void
test_never_synced(void **state)
{
	(void)state;
	struct fake *k = fake_new(&format_gefs9, 2);
	k->root.super.qgen = 0;
	add_free(k, 10, 3);
	struct new_log log = plan(k, NULL, 0);
	assert_int_equal(log.entries, 2);
	install(k, &log, 0);
	log_plan_free(&log);
	k->arena.pub.barrier = true;
	log = plan(k, NULL, 0);
	assert_int_equal(log.plan, LOG_NEW);
	assert_int_equal(log.entries, 3);
	log_plan_free(&log);
	fake_free(k);
}

/* In gefs-2023 the log goes on in an empty block. */
static void
test_empty_tail(void **state)
{
	(void)state;
	struct format f = format_gefs0001_be;
	f.log_ends_empty = true;
	struct fake *k = fake_new(&f, 1);
	add_free(k, 10, 4);
	struct new_log log = plan(k, NULL, 0);
	assert_int_equal(log.nblocks, 2);
	assert_int_equal(log.entries, 4); /* two ranges, a chain, an end */
	install(k, &log, 0);
	log_plan_free(&log);
	fake_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),	     cmocka_unit_test(test_used_although_free),
		cmocka_unit_test(test_log_is_free),  cmocka_unit_test(test_release),
		cmocka_unit_test(test_no_room),	     cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_surplus),	     cmocka_unit_test(test_never_synced),
		cmocka_unit_test(test_empty_tail),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("compress", tests, NULL, NULL);
}
