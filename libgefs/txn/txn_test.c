/* Commits, undo files, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compact/testing/scene.h"
#include "txn/revert.h"

enum { BLKSZ = 16384 };

static struct scene s;
static uint8_t block[BLKSZ];

static int
setup(void **state)
{
	(void)state;
	s = scene_open("snaps-main-deleted", 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scene_close(&s);
	return 0;
}

static int
reset(void **state)
{
	(void)state;
	overlay_reset(s.overlay);
	unlink(s.undo);
	return 0;
}

/* The lowest free block of an arena: where tests may write. */
static uint64_t
free_block(const gefs_image *img, uint32_t arena)
{
	return gefs_arena_get(img, arena)->free[0].off;
}

static void
put(struct txn *t, unsigned phase, uint64_t addr, int fill)
{
	memset(block, fill, sizeof block);
	assert_int_equal(txn_put(t, phase, addr, block, NULL), 0);
}

/* Three blocks, one of them in two phases. */
static int
commit(struct disk *d, const char *undo, gefs_error *e)
{
	gefs_image *img = scene_image(d);
	struct txn *t = txn_new(BLKSZ);

	put(t, 3, free_block(img, 0), 'd');
	put(t, 1, free_block(img, 2), 'c');
	put(t, 1, free_block(img, 1), 'b');
	put(t, 0, free_block(img, 0), 'a');
	assert_int_equal(txn_count(t), 4);
	int rc = txn_commit(t, img, undo, e);
	txn_free(t);
	gefs_close(img);
	return rc;
}

static int
undo(gefs_error *e)
{
	return scene_undo(&s, s.overlay, e);
}

static void
test_order(void **state)
{
	(void)state;
	struct disk *rec = record_new(s.overlay);
	assert_int_equal(commit(rec, NULL, NULL), 0);
	assert_int_equal(record_count(rec), 4);
	assert_int_equal(record_phases(rec), 3);
	static const struct {
		char fill;
		unsigned phase;
	} expect[] = {{'a', 0}, {'b', 1}, {'c', 1}, {'d', 2}};
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(record_get(rec, i)->data[0], expect[i].fill);
		assert_int_equal(record_get(rec, i)->phase, expect[i].phase);
	}
	assert_int_equal(access(s.undo, F_OK), -1);
	record_free(rec);
}

static void
test_nothing(void **state)
{
	gefs_image *img = scene_image(s.overlay);
	struct txn *t = txn_new(BLKSZ);

	(void)state;
	assert_int_equal(txn_commit(t, img, s.undo, NULL), 0);
	assert_int_equal(access(s.undo, F_OK), -1);
	txn_free(t);
	txn_free(NULL);
	gefs_close(img);
}

static void
test_undo(void **state)
{
	(void)state;
	assert_int_equal(commit(s.overlay, s.undo, NULL), 0);
	assert_false(overlay_is_base(s.overlay));
	assert_int_equal(undo(NULL), 0);
	assert_true(overlay_is_base(s.overlay));
	assert_int_equal(undo(NULL), 0); /* and again */
	assert_true(overlay_is_base(s.overlay));
}

/* The undo file is complete before anything is overwritten. */
static void
test_undo_first(void **state)
{
	struct disk *faulty = fault_new(s.overlay, FAULT_WRITE, 0, 0);
	struct undofile u;
	gefs_error e;

	(void)state;
	assert_int_equal(commit(faulty, s.undo, &e), -1);
	assert_int_equal(e.code, GEFS_EIO);
	assert_non_null(strstr(e.text, "gefs-undo"));
	assert_int_equal(undofile_open(&u, s.undo, NULL), 0);
	assert_int_equal(u.n, 4);
	undofile_close(&u);
	fault_free(faulty);
}

static void
test_no_undo_file(void **state)
{
	gefs_error e;

	(void)state;
	FILE *f = fopen(s.undo, "w");
	fputs("mine", f);
	fclose(f);
	assert_int_equal(commit(s.overlay, s.undo, &e), -1);
	assert_int_equal(e.code, GEFS_EINVAL);
	assert_non_null(strstr(e.text, "exists already"));
	assert_int_equal(commit(s.overlay, "/tmp/gefs-no-such-folder/undo", &e), -1);
	assert_int_equal(e.code, GEFS_EIO);
	assert_int_equal(undo(&e), -1);
	assert_non_null(strstr(e.text, "is no undo file"));
	assert_true(overlay_is_base(s.overlay));
}

/* ---- undo files that are damaged, or of another image ---- */

static size_t
read_file(uint8_t **p)
{
	FILE *f = fopen(s.undo, "r");
	assert_non_null(f);
	*p = malloc(1 << 20);
	size_t n = fread(*p, 1, 1 << 20, f);
	fclose(f);
	return n;
}

static void
write_file(const uint8_t *p, size_t n)
{
	FILE *f = fopen(s.undo, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	fclose(f);
}

static void
test_damaged(void **state)
{
	struct undofile u;
	uint8_t *p;

	(void)state;
	assert_int_equal(commit(s.overlay, s.undo, NULL), 0);
	size_t n = read_file(&p);
	for (size_t i = 0; i < n; i++) {
		p[i] ^= 1 << i % 8;
		write_file(p, n);
		assert_int_equal(undofile_open(&u, s.undo, NULL), -1);
		p[i] ^= 1 << i % 8;
	}
	for (size_t i = 0; i < n; i++) {
		write_file(p, i);
		assert_int_equal(undofile_open(&u, s.undo, NULL), -1);
	}
	p[n] = 0;
	write_file(p, n + 1);
	assert_int_equal(undofile_open(&u, s.undo, NULL), -1);
	write_file(p, n);
	assert_int_equal(undo(NULL), 0);
	free(p);
}

static void
test_other_image(void **state)
{
	struct scene other = scene_open("small", 1);
	gefs_error e;

	(void)state;
	assert_int_equal(commit(s.overlay, s.undo, NULL), 0);
	assert_int_equal(scene_undo(&s, other.overlay, &e), -1);
	assert_non_null(strstr(e.text, "another image"));
	assert_true(overlay_is_base(other.overlay));
	overlay_free(other.overlay);
}

/* Each sector may be old or new, and nothing else. */
static void
test_sectors(void **state)
{
	gefs_image *img = scene_image(s.overlay);
	uint64_t addr = free_block(img, 1);
	gefs_error e;

	(void)state;
	gefs_close(img);
	assert_int_equal(commit(s.overlay, s.undo, NULL), 0);
	assert_int_equal(disk_write(s.overlay, s.base + addr + 1024, 512, addr + 1024, NULL), 0);
	assert_int_equal(disk_write(s.overlay, "x", 1, addr + 5000, NULL), 0);
	assert_int_equal(undo(&e), -1);
	assert_int_equal(e.code, GEFS_EDAMAGE);
	assert_int_equal(e.addr, addr);
	assert_non_null(strstr(e.text, "was changed since"));
	assert_int_equal(disk_write(s.overlay, "b", 1, addr + 5000, NULL), 0);
	assert_int_equal(undo(&e), 0);
	assert_true(overlay_is_base(s.overlay));
}

/* Of a block that was written twice, sectors may be of all three states. */
static void
test_three_states(void **state)
{
	gefs_image *img = scene_image(s.overlay);
	uint64_t addr = free_block(img, 0);

	(void)state;
	gefs_close(img);
	assert_int_equal(commit(s.overlay, s.undo, NULL), 0);
	memset(block, 'a', sizeof block);
	assert_int_equal(disk_write(s.overlay, block, 512, addr + 512, NULL), 0);
	assert_int_equal(disk_write(s.overlay, s.base + addr, 512, addr, NULL), 0);
	assert_int_equal(undo(NULL), 0);
	assert_true(overlay_is_base(s.overlay));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_order, reset),	    cmocka_unit_test_setup(test_nothing, reset),
		cmocka_unit_test_setup(test_undo, reset),	    cmocka_unit_test_setup(test_undo_first, reset),
		cmocka_unit_test_setup(test_no_undo_file, reset), cmocka_unit_test_setup(test_damaged, reset),
		cmocka_unit_test_setup(test_other_image, reset),  cmocka_unit_test_setup(test_sectors, reset),
		cmocka_unit_test_setup(test_three_states, reset),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("txn", tests, setup, teardown);
}
