#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "archive/target.h"

static char dir[64];

static int
set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/gefs-directory.XXXXXX");
	return mkdtemp(dir) && chdir(dir) == 0 && mkdir("in", 0755) == 0 && mkdir("out", 0755) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	char command[96];
	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static int
put(struct target *t, const char *path, bool is_dir, const char *text)
{
	const gefs_dirent d = {.mode = is_dir ? 0755 : 0644, .is_dir = is_dir, .mtime_ns = INT64_C(1500000000000000000)};
	const struct run all = {0, strlen(text)};
	struct item it = {.path = path, .entry = &d, .length = all.len, .run = &all, .nrun = 1, .data = all.len};
	gefs_error e;
	int rc = t->begin(t, &it, &e);

	if (rc < 0 || rc == TARGET_OMITTED)
		return rc;
	if (!is_dir)
		assert_int_equal(t->data(t, 0, (const uint8_t *)text, all.len, &e), 0);
	assert_int_equal(t->end(t, &e), 0);
	return rc;
}

static void
is_file(const char *path, const char *want)
{
	char text[64] = "";
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_int_equal(fread(text, 1, sizeof text - 1, f), strlen(want));
	assert_string_equal(text, want);
	fclose(f);
}

static struct target *
start(bool force)
{
	gefs_error e;
	struct target *t = target_directory("in", force, false, 0, &e);
	assert_non_null(t);
	return t;
}

static void
end(struct target *t)
{
	gefs_error e;
	assert_int_equal(t->finish(t, &e), 0);
	t->free(t);
}

static void
test_tree(void **state)
{
	struct target *t = start(false);
	struct stat st;
	(void)state;

	assert_int_equal(put(t, "a", true, ""), 0);
	assert_int_equal(put(t, "a/x", false, "one"), 0);
	assert_int_equal(put(t, "a/b", true, ""), 0);
	assert_int_equal(put(t, "a/b/y", false, "two"), 0);
	assert_int_equal(put(t, "z", false, "three"), 0);
	assert_int_equal(put(t, "way/to/it", false, "four"), 0);
	end(t);
	is_file("in/a/x", "one");
	is_file("in/a/b/y", "two");
	is_file("in/z", "three");
	is_file("in/way/to/it", "four");
	assert_int_equal(stat("in/a", &st), 0);
	assert_int_equal(st.st_mtime, 1500000000);
	assert_int_equal(st.st_mode & 07777, 0755);
}

/* Links that were there lead nowhere. */
static void
test_links(void **state)
{
	(void)state;
	for (int force = 0; force <= 1; force++) {
		assert_int_equal(symlink("../out", force ? "in/d2" : "in/d1"), 0);
		assert_int_equal(symlink("../out/f", force ? "in/f2" : "in/f1"), 0);
		struct target *t = start(force);
		assert_int_equal(put(t, force ? "d2" : "d1", true, ""), TARGET_OMITTED);
		assert_int_equal(put(t, force ? "d2/x" : "d1/x", false, "x"), TARGET_OMITTED);
		assert_int_equal(put(t, force ? "f2" : "f1", false, "x"), force ? 0 : TARGET_OMITTED);
		end(t);
		assert_int_not_equal(access("out/x", F_OK), 0);
		assert_int_not_equal(access("out/f", F_OK), 0);
	}
	is_file("in/f2", "x");
}

/* Another name of a file that is written keeps its contents. */
static void
test_existing(void **state)
{
	struct target *t = start(false);
	(void)state;

	assert_int_equal(put(t, "old", false, "old"), 0);
	end(t);
	assert_int_equal(link("in/old", "out/old"), 0);
	t = start(false);
	assert_int_equal(put(t, "old", false, "new"), TARGET_OMITTED);
	end(t);
	is_file("in/old", "old");
	t = start(true);
	assert_int_equal(put(t, "old", false, "new"), 0);
	assert_int_equal(put(t, "a", false, "x"), TARGET_OMITTED); /* a directory */
	end(t);
	is_file("in/old", "new");
	is_file("out/old", "old");
}

/* As where names are the same whose case differs: nothing that was stored is written over. */
static void
test_clash(void **state)
{
	(void)state;
	for (int force = 0; force <= 1; force++) {
		struct target *t = start(force);
		char d[32], f[48], path[64];
		snprintf(d, sizeof d, "c%d", force);
		snprintf(f, sizeof f, "c%d/f", force);
		assert_int_equal(put(t, d, true, ""), 0);
		assert_int_equal(put(t, f, false, "first"), 0);
		assert_int_equal(put(t, f, false, "second"), TARGET_CHANGED);
		assert_int_equal(put(t, d, true, ""), TARGET_CHANGED);
		assert_int_equal(put(t, f, false, "third"), 0);
		end(t);
		snprintf(path, sizeof path, "in/c%d/f", force);
		is_file(path, "first");
		snprintf(path, sizeof path, "in/c%d/f%%~1", force);
		is_file(path, "second");
		snprintf(path, sizeof path, "in/c%d%%~2/f", force);
		is_file(path, "third");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_existing),
		cmocka_unit_test(test_clash),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
