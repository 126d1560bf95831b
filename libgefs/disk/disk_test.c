/* Files and memory as disks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "disk/disk.h"

static char path[] = "/tmp/gefs-disk-test-XXXXXX";

/* Makes the file anew: byte i is i modulo 251. */
static void
make_file(size_t len)
{
	strcpy(path + sizeof path - 7, "XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	for (size_t i = 0; i < len; i++) {
		uint8_t b = (uint8_t)(i % 251);
		assert_int_equal(write(fd, &b, 1), 1);
	}
	close(fd);
}

static void
check_reads(struct disk *d, size_t shift, size_t size)
{
	uint8_t buf[64];
	gefs_error e;

	assert_int_equal(d->size, size);
	assert_int_equal(disk_read(d, buf, 64, 0, &e), 0);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(buf[i], (i + shift) % 251);
	assert_int_equal(disk_read(d, buf, 10, size - 10, &e), 0);
	assert_int_equal(buf[9], (shift + size - 1) % 251);
	assert_int_equal(disk_read(d, buf, 0, size, &e), 0);
	assert_int_equal(disk_read(d, buf, 11, size - 10, &e), -1);
	assert_int_equal(e.code, GEFS_EDAMAGE);
	assert_int_equal(e.addr, size - 10);
	assert_int_equal(disk_read(d, buf, 1, UINT64_MAX, &e), -1);
	assert_int_equal(e.code, GEFS_EDAMAGE);
	assert_int_equal(disk_read(d, buf, 64, UINT64_MAX - 5, NULL), -1);
}

static void
test_file(void **state)
{
	(void)state;
	make_file(1000);
	struct disk *d = disk_open_file(path, 0, false, NULL);
	assert_non_null(d);
	check_reads(d, 0, 1000);
	disk_close(d);
	unlink(path);
}

static void
test_offset(void **state)
{
	gefs_error e;

	(void)state;
	make_file(1000);
	struct disk *d = disk_open_file(path, 300, false, &e);
	assert_non_null(d);
	check_reads(d, 300, 700);
	disk_close(d);
	assert_null(disk_open_file(path, 1000, false, &e));
	assert_int_equal(e.code, GEFS_EINVAL);
	assert_null(disk_open_file(path, UINT64_MAX, false, &e));
	assert_int_equal(e.code, GEFS_EINVAL);
	unlink(path);
}

static void
test_memory(void **state)
{
	uint8_t data[500];

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i % 251);
	struct disk *d = disk_open_memory(data, sizeof data, NULL);
	assert_non_null(d);
	check_reads(d, 0, sizeof data);
	disk_close(d);
	disk_close(NULL);
}

static void
test_shrinking(void **state)
{
	uint8_t buf[100];
	gefs_error e;

	(void)state;
	make_file(1000);
	struct disk *d = disk_open_file(path, 0, false, &e);
	assert_non_null(d);
	assert_int_equal(truncate(path, 550), 0);
	assert_int_equal(disk_read(d, buf, 100, 400, &e), 0);
	assert_int_equal(disk_read(d, buf, 100, 500, &e), -1);
	assert_int_equal(e.code, GEFS_EIO);
	assert_int_equal(e.addr, 550);
	disk_close(d);
	unlink(path);
}

static void
test_writing(void **state)
{
	uint8_t buf[4];
	gefs_error e;

	(void)state;
	make_file(1000);
	struct disk *d = disk_open_file(path, 100, true, &e);
	assert_non_null(d);
	assert_true(disk_writable(d));
	assert_int_equal(disk_write(d, "abcd", 4, 896, &e), 0);
	assert_int_equal(disk_barrier(d, &e), 0);
	assert_int_equal(disk_read(d, buf, 4, 896, &e), 0);
	assert_memory_equal(buf, "abcd", 4);
	assert_int_equal(disk_write(d, "abcd", 4, 897, &e), -1); /* never makes the file longer */
	assert_int_equal(e.code, GEFS_EDAMAGE);
	assert_int_equal(e.addr, 897);
	/* One writer at a time; readers are let in. */
	assert_null(disk_open_file(path, 0, true, &e));
	assert_non_null(strstr(e.text, "is in use: locked by another process"));
	struct disk *reader = disk_open_file(path, 996, false, &e);
	assert_non_null(reader);
	assert_int_equal(disk_read(reader, buf, 4, 0, &e), 0);
	assert_memory_equal(buf, "abcd", 4);
	disk_close(d);
	assert_false(disk_writable(reader));
	assert_int_equal(disk_write(reader, "x", 1, 0, &e), -1);
	assert_int_equal(disk_barrier(reader, &e), -1);
	disk_close(reader);
	d = disk_open_file(path, 0, true, &e);
	assert_non_null(d);
	disk_close(d);
	unlink(path);
	assert_null(disk_open_file("/", 0, true, &e));
	assert_int_equal(e.code, GEFS_EINVAL);
}

static void
test_no_disk(void **state)
{
	gefs_error e;

	(void)state;
	make_file(0);
	assert_null(disk_open_file(path, 0, false, &e));
	assert_int_equal(e.code, GEFS_EFORMAT);
	assert_non_null(strstr(e.text, path));
	unlink(path);
	assert_null(disk_open_file(path, 0, false, &e));
	assert_int_equal(e.code, GEFS_EIO);
	assert_true(e.sys != 0);
	assert_non_null(strstr(e.text, path));
	assert_null(disk_open_file("/", 0, false, &e));
	assert_int_equal(e.code, GEFS_EINVAL);
	assert_null(disk_open_file("/dev/null", 0, false, &e));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(disk_open_file(path, 0, false, &e)); /* and does not wait for a writer */
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_shrinking),
		cmocka_unit_test(test_writing),
		cmocka_unit_test(test_no_disk),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
