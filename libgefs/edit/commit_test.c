/* Commits: what is written, in which order, and that the undo file puts it back from wherever a crash or a disk that
 * fails has left it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "edit/testing/bench.h"
#include "txn/revert.h"
#include "txn/roots.h"

enum { SECTOR = 512, TEARS = 3 };

static const char *const images[] = {"autosnap-real", "A-small", "BE-snaps"};
enum { IMAGES = sizeof images / sizeof *images };

/* Something of every phase: a node, headers where there are two of them, all root data. */
static void
change(gefs_edit *ed)
{
	bench_set(ed, "main:/.mtime", "77");
	bench_set(ed, "arena[0].used", "0");
	bench_set(ed, "arena[1].used", "0");
	bench_rehash(ed);
}

static int
undo(const struct scene *s, struct disk *d, gefs_error *e)
{
	struct undofile u;
	gefs_undo_result res;

	if (undofile_open(&u, s->undo, e) < 0)
		return -1;
	int rc = revert(&u, d, NULL, false, &res, e);
	undofile_close(&u);
	return rc;
}

/* Edits what is on a disk, as `fn` does, and commits. */
static int
commit(const struct scene *s, struct disk *d, void (*fn)(gefs_edit *), bool force, gefs_error *e)
{
	const gefs_commit_options o = {.undo = s->undo, .force = force};
	gefs_image *img = scene_image(d);
	gefs_edit *ed = gefs_edit_begin(img, NULL);

	fn(ed);
	int rc = gefs_edit_commit(ed, &o, e);
	if (rc == 0)
		assert_int_equal(gefs_edit_count(ed), 0);
	gefs_edit_end(ed);
	gefs_close(img);
	return rc;
}

static void
apply(struct scene *s, const struct record_write *w, size_t from, size_t len)
{
	assert_int_equal(disk_write(s->overlay, w->data + from, len, w->addr + from, NULL), 0);
}

static void
undone(struct scene *s, const char *what, size_t i)
{
	gefs_error e = {0};

	if (undo(s, s->overlay, &e) < 0)
		fail_msg("%s after %zu writes cannot be undone: %s", what, i, e.text);
	assert_true(overlay_is_base(s->overlay));
}

/* Every prefix of the writes, the next one torn at some sector; and within the last phase some write alone. */
static void
crashes(struct scene *s, const struct disk *rec)
{
	uint64_t random = 12345;

	for (size_t n = 0; n <= record_count(rec); n++) {
		overlay_reset(s->overlay);
		for (size_t i = 0; i < n; i++)
			apply(s, record_get(rec, i), 0, record_get(rec, i)->len);
		undone(s, "a crash", n);
		for (int k = 0; k < TEARS && n < record_count(rec); k++) {
			const struct record_write *w = record_get(rec, n);
			size_t from = bench_random(&random) % (w->len / SECTOR) * SECTOR;
			for (size_t i = 0; i < n; i++)
				apply(s, record_get(rec, i), 0, record_get(rec, i)->len);
			apply(s, w, from, w->len - from);
			undone(s, "a torn write", n);
		}
	}
}

static void
check_phases(const gefs_image *img, const struct disk *rec)
{
	unsigned phases = 0;

	for (size_t i = 0; i < record_count(rec); i++) {
		const struct record_write *w = record_get(rec, i);
		bool root = w->addr == img->copy[img->used].addr;
		if (i > 0 && w->phase == record_get(rec, i - 1)->phase)
			assert_true(w->addr > record_get(rec, i - 1)->addr);
		if (root && img->f->header_copies == 2) /* alone, and behind it only second headers */
			assert_int_equal(w->phase, record_phases(rec) - 2);
		phases = w->phase + 1;
	}
	assert_int_equal(phases, record_phases(rec)); /* a barrier at the end */
	assert_int_equal(phases, img->f->header_copies == 2 ? 5 : 2);
}

static void
test_crashes(void **state)
{
	(void)state;
	for (size_t i = 0; i < IMAGES; i++) {
		struct scene s = scene_open(images[i], 1);
		struct disk *rec = record_new(s.overlay);
		gefs_error e;

		if (commit(&s, rec, change, true, &e) < 0)
			fail_msg("%s: %s", images[i], e.text);
		gefs_image *img = scene_image(s.overlay);
		gefs_edit *ed = gefs_edit_begin(img, NULL);
		assert_true(bench_get(ed, "main:/.mtime") == 77);
		assert_true(bench_sound(ed));
		check_phases(img, rec);
		gefs_edit_end(ed);
		gefs_close(img);
		crashes(&s, rec);
		record_free(rec);
		scene_close(&s);
	}
}

/* Every write and every barrier fails once. */
static void
test_faults(void **state)
{
	static const enum fault_kind kinds[] = {FAULT_WRITE, FAULT_BARRIER};
	struct scene s = scene_open("autosnap-real", 1);
	gefs_error e = {0};

	(void)state;
	for (size_t k = 0; k < 2; k++)
		for (uint64_t nth = 0;; nth++) {
			struct disk *d = fault_new(s.overlay, kinds[k], nth, SECTOR * (size_t)nth);
			unlink(s.undo);
			int rc = commit(&s, d, change, true, &e);
			bool happened = fault_happened(d);
			fault_free(d);
			assert_int_equal(rc, happened ? -1 : 0);
			if (!happened)
				break;
			assert_non_null(strstr(e.text, "gefs-undo"));
			assert_null(strstr(e.text, "the image loads"));
			undone(&s, "a fault", nth);
			assert_in_range(nth, 0, 100);
		}
	scene_close(&s);
}

static void
unsound(gefs_edit *ed)
{
	bench_set(ed, "main:/.mtime", "77");
}

static void
nothing(gefs_edit *ed)
{
	(void)ed;
}

static void
no_roots(gefs_edit *ed)
{
	bench_set(ed, "super.bytes[0,8]", "x:0000000000000000");
}

/* What is not sound is only written by force; and a file is not written over. */
static void
test_refused(void **state)
{
	static void (*const bad[])(gefs_edit *) = {unsound, no_roots};
	gefs_error e = {0};

	(void)state;
	for (size_t i = 0; i < IMAGES; i++) {
		struct scene s = scene_open(images[i], 1);
		for (int k = 0; k < 2; k++) {
			assert_int_equal(commit(&s, s.overlay, bad[k], false, &e), -1);
			assert_int_equal(e.code, GEFS_EDAMAGE);
			assert_non_null(strstr(e.text, "nothing was written"));
			assert_true(overlay_is_base(s.overlay));
			assert_int_not_equal(access(s.undo, F_OK), 0);
		}
		assert_int_equal(commit(&s, s.overlay, nothing, false, &e), 0);
		assert_int_not_equal(access(s.undo, F_OK), 0);
		assert_int_equal(commit(&s, s.overlay, change, false, &e), 0);
		assert_int_equal(commit(&s, s.overlay, no_roots, true, &e), -1); /* the undo file exists */
		assert_int_equal(e.code, GEFS_EINVAL);
		undone(&s, "a commit", 0);
		unlink(s.undo);
		assert_int_equal(commit(&s, s.overlay, unsound, true, &e), 0);
		undone(&s, "a commit by force", 0);
		unlink(s.undo);
		assert_int_equal(commit(&s, s.overlay, no_roots, true, &e), 0);
		undone(&s, "a commit of no image", 0);
		scene_close(&s);
	}
}

/* Read-only: everything but the commit. */
static void
test_read_only(void **state)
{
	const gefs_commit_options o = {.force = true};
	struct scene s = scene_open("autosnap-real", 1);
	gefs_image *img = gefs_open_memory(s.base, s.size, NULL, NULL);
	gefs_edit *ed = gefs_edit_begin(img, NULL);
	gefs_error e = {0};

	(void)state;
	change(ed);
	assert_true(bench_sound(ed));
	assert_int_equal(gefs_edit_commit(ed, &o, &e), -1);
	assert_int_equal(e.code, GEFS_EINVAL);
	gefs_edit_end(ed);
	gefs_close(img);
	scene_close(&s);
}

/* A commit without its hashes, which are made right by the next one. */
static void
test_later(void **state)
{
	const gefs_commit_options force = {.force = true};
	struct bench b = bench_open("autosnap-real");

	(void)state;
	bench_set(b.edit, "main:/.mtime", "77");
	assert_int_equal(gefs_edit_commit(b.edit, &force, NULL), 0);
	assert_int_equal(gefs_edit_count(b.edit), 0);
	bench_set(b.edit, "super.nextqid", "1");
	gefs_edit_abort(b.edit);
	assert_false(bench_sound(b.edit));
	bench_rehash(b.edit);
	assert_true(bench_sound(b.edit));
	assert_int_equal(gefs_edit_commit(b.edit, NULL, NULL), 0);
	bench_close(&b);
}

static int
on_change(void *arg, uint64_t addr, const uint8_t *before, const uint8_t *after)
{
	uint64_t *last = arg;

	assert_true(*last == GEFS_NIL || addr > *last);
	assert_memory_not_equal(before, after, GEFS_BLOCK_MAX);
	*last = addr;
	return addr > 0x100000 ? 5 : 0;
}

static void
test_changes(void **state)
{
	struct bench b = bench_open("autosnap-real");
	uint64_t last = GEFS_NIL;

	(void)state;
	assert_int_equal(gefs_edit_changes(b.edit, on_change, &last), 0);
	change(b.edit);
	assert_int_equal(gefs_edit_changes(b.edit, on_change, &last), 5);
	bench_close(&b);
}

/* With real files: without superblocks nothing opens the image, and it comes back all the same. */
static void
test_file(void **state)
{
	const gefs_options o = {.super = -1, .jobs = 1, .write = true};
	struct scene s = scene_open("autosnap-real", 1);
	const gefs_commit_options how = {.force = true, .undo = s.undo};
	char path[] = "/tmp/gefs-edit-XXXXXX";
	static const uint8_t zeros[GEFS_BLOCK_MAX];
	gefs_undo_result res;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)s.size), 0);
	for (uint64_t at = 0; at + sizeof zeros <= s.size; at += sizeof zeros)
		if (memcmp(s.base + at, zeros, sizeof zeros) != 0)
			assert_int_equal(pwrite(fd, s.base + at, sizeof zeros, (off_t)at), sizeof zeros);
	gefs_image *img = gefs_open(path, &o, NULL);
	gefs_edit *ed = gefs_edit_begin(img, NULL);
	no_roots(ed);
	assert_int_equal(gefs_edit_commit(ed, &how, NULL), 0);
	gefs_edit_end(ed);
	gefs_close(img);
	assert_null(gefs_open(path, NULL, NULL));
	assert_int_equal(gefs_undo(s.undo, path, NULL, true, &res, NULL), 0);
	assert_int_equal(res.restored, 2);
	assert_null(gefs_open(path, NULL, NULL));
	assert_int_equal(gefs_undo(s.undo, path, NULL, false, &res, NULL), 0);
	assert_int_equal(res.restored, 2);
	img = gefs_open(path, NULL, NULL);
	assert_non_null(img);
	gefs_close(img);
	assert_int_equal(ftruncate(fd, (off_t)s.size - 1), 0);
	assert_int_equal(gefs_undo(s.undo, path, NULL, false, &res, NULL), -1);
	close(fd);
	unlink(path);
	scene_close(&s);
}

/* The root data is made anew where nothing is left of it. */
static void
test_rootless(void **state)
{
	const gefs_options o = {.super = -1, .jobs = 1, .format = "gefs9.00"};
	const gefs_options rootless = {.super = -1, .jobs = 1, .format = "gefs9.00", .rootless = true};
	struct scene s = scene_open("autosnap-real", 1);
	gefs_error e = {0};
	gefs_field f;

	(void)state;
	assert_int_equal(commit(&s, s.overlay, no_roots, true, &e), 0);
	assert_null(image_open_disk(s.overlay, &o, "test", &e));
	gefs_image *img = image_open_disk(s.overlay, &rootless, "test", &e);
	assert_non_null(img);
	assert_int_equal(gefs_super_get(img)->narena, 0);
	gefs_edit *ed = gefs_edit_begin(img, &e);
	assert_non_null(ed);
	assert_int_equal(gefs_field_find(ed, "main:root", &f, &e), -1);
	assert_int_equal(e.code, GEFS_EDAMAGE);
	assert_int_equal(gefs_field_find(ed, "arena[0]", &f, &e), -1);
	bench_rehash(ed);
	bench_set(ed, "super.version", "x:67656673392e3030");
	bench_find(ed, "main:root", &f);
	bench_find(ed, "arena[7].used", &f);
	assert_true(bench_sound(ed));
	assert_int_equal(gefs_edit_commit(ed, NULL, &e), 0);
	assert_true(overlay_is_base(s.overlay));
	gefs_edit_end(ed);
	gefs_close(img);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crashes),	  cmocka_unit_test(test_faults), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_read_only), cmocka_unit_test(test_later),	 cmocka_unit_test(test_changes),
		cmocka_unit_test(test_file), cmocka_unit_test(test_rootless),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("commit", tests, NULL, NULL);
}
