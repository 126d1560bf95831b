/* A source that cannot be read: whichever read fails, a rewrite ends with an error, or with the very same image. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "disk/disk.h"
#include "image.h"

/* A disk over another one, whose read number `fail` fails; with forever also all that follow. */
struct flaky {
	struct disk disk;
	struct disk *below;
	uint64_t reads, fail;
	bool forever;
};

static int64_t
flaky_pread(struct disk *d, void *buf, size_t len, uint64_t off)
{
	struct flaky *f = (struct flaky *)d;

	uint64_t i = f->reads++;
	if (f->forever ? i >= f->fail : i == f->fail) {
		errno = EIO;
		return -1;
	}
	return f->below->ops->pread(f->below, buf, len, off);
}

static void
flaky_close(struct disk *d)
{
	struct flaky *f = (struct flaky *)d;
	disk_close(f->below);
}

static const struct disk_ops flaky_ops = {.pread = flaky_pread, .close = flaky_close};

struct written {
	uint64_t sum, end;
	bool refuse;
};

static int
take(void *arg, uint64_t offset, const void *data, size_t len)
{
	struct written *w = arg;
	const uint8_t *p = data;

	assert_true(offset >= w->end);
	w->end = offset + len;
	w->sum = w->sum * 31 + offset;
	for (size_t i = 0; i < len; i += 8)
		w->sum = w->sum * 31 + le64(p + i);
	return w->refuse;
}

/* Opens and rewrites; the result of gefs_rewrite, or -1 when the image cannot even be opened. */
static int
attempt(const char *path, uint64_t fail, bool forever, struct written *w, uint64_t *reads, gefs_error *e)
{
	static struct flaky f;
	gefs_options o = {.super = -1, .jobs = 1};
	gefs_rewrite_result r;

	f = (struct flaky){.below = disk_open_file(path, 0, false, e), .fail = fail, .forever = forever};
	assert_non_null(f.below);
	f.disk = (struct disk){.ops = &flaky_ops, .size = f.below->size};
	gefs_image *img = image_open_disk(&f.disk, &o, path, e);
	int rc = img ? gefs_rewrite(img, NULL, take, w, &r, e) : -1;
	gefs_close(img);
	*reads = f.reads;
	return rc;
}

static const char *
image_path(void)
{
	return getenv("GEFS_TEST_IMAGE");
}

static void
test_read_errors(void **state)
{
	struct written good = {0};
	uint64_t reads, ignored, failures = 0;
	gefs_error e;

	(void)state;
	if (!image_path())
		skip();
	assert_int_equal(attempt(image_path(), UINT64_MAX, false, &good, &reads, &e), 0);
	for (uint64_t i = 0; i < 2 * reads; i++) {
		struct written w = {0};
		e = (gefs_error){0};
		if (attempt(image_path(), i / 2, i % 2, &w, &ignored, &e) == 0) {
			assert_int_equal(w.sum, good.sum);
			continue;
		}
		failures++;
		assert_int_not_equal(e.code, GEFS_OK);
		assert_true(e.text[0] != 0);
	}
	assert_true(failures > 0);
}

static void
test_refused_output(void **state)
{
	struct written w = {.refuse = true};
	uint64_t reads;
	gefs_error e;

	(void)state;
	if (!image_path())
		skip();
	assert_int_equal(attempt(image_path(), UINT64_MAX, false, &w, &reads, &e), -1);
	assert_int_equal(e.code, GEFS_ECANCEL);
}

static int
stop_late(void *arg, const char *what, uint64_t done, uint64_t total)
{
	int *calls = arg;
	(void)what;
	(void)done;
	(void)total;
	return (*calls)-- == 0;
}

static void
test_cancel(void **state)
{
	gefs_options o = {.super = -1, .jobs = 2};
	gefs_error e;

	(void)state;
	if (!image_path())
		skip();
	for (int at = 0; at < 12; at++) {
		int calls = at;
		struct written w = {0};
		gefs_rewrite_options r = {.progress = stop_late, .progress_arg = &calls};
		gefs_image *img = gefs_open(image_path(), &o, &e);
		assert_non_null(img);
		int rc = gefs_rewrite(img, &r, take, &w, NULL, &e);
		assert_true(rc == 0 ? calls >= 0 : e.code == GEFS_ECANCEL);
		gefs_close(img);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_errors),
		cmocka_unit_test(test_refused_output),
		cmocka_unit_test(test_cancel),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
