/* Every single read, write and barrier of a compaction, and of its undoing, fails once: there is a clear error, and the
 * image is untouched or can be put back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compact/testing/scene.h"

/* The sanitizers' build lets one operation in so many fail. */
#ifdef __SANITIZE_ADDRESS__
enum { STEP = 9 };
#else
enum { STEP = 1 };
#endif

typedef int (*action)(const struct scene *, struct disk *, gefs_error *);

static void
check_error(const gefs_error *e, enum fault_kind kind)
{
	assert_true(e->code == GEFS_EIO || e->code == GEFS_EDAMAGE || e->code == GEFS_EFORMAT);
	assert_true(strlen(e->text) > 20);
	if (kind == FAULT_WRITE) {
		assert_int_equal(e->code, GEFS_EIO);
		assert_true(e->addr != GEFS_NIL && e->sys != 0);
	}
}

/* Whatever a failed attempt left, a good one puts it back. */
static void
put_back(const struct scene *s)
{
	gefs_error e;

	if (access(s->undo, F_OK) == 0 && scene_undo(s, s->overlay, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(overlay_is_base(s->overlay));
}

/* Lets the nth operation fail; false when there are not so many. */
static bool
fail_once(const struct scene *s, action act, enum fault_kind kind, uint64_t nth, size_t partial)
{
	struct disk *faulty = fault_new(s->overlay, kind, nth, partial);
	gefs_error e = {0};
	int rc = act(s, faulty, &e);
	bool happened = fault_happened(faulty);

	fault_free(faulty);
	assert_true(happened || rc == 0);
	if (rc < 0)
		check_error(&e, kind);
	else if (happened) /* a copy that could not be read was not needed */
		assert_true(kind == FAULT_READ);
	assert_true(scene_sound(s, s->overlay, NULL));
	return happened;
}

static void
fail_changes(struct scene *s, enum fault_kind kind, size_t partial)
{
	bool more = true;

	for (uint64_t n = 0; more; n += STEP) {
		overlay_reset(s->overlay);
		unlink(s->undo);
		more = fail_once(s, scene_change, kind, n, partial);
		put_back(s);
	}
}

/* The undo file of a change that went well is kept. */
static void
fail_undos(struct scene *s, const struct disk *change, enum fault_kind kind, size_t partial)
{
	bool more = true;

	for (uint64_t n = 0; more; n += STEP) {
		overlay_reset(s->overlay);
		for (size_t i = 0; i < record_count(change); i++) {
			const struct record_write *w = record_get(change, i);
			assert_int_equal(disk_write(s->overlay, w->data, w->len, w->addr, NULL), 0);
		}
		more = fail_once(s, scene_undo, kind, n, partial);
		put_back(s);
	}
}

static void
fail_everywhere(const char *name)
{
	static const size_t partial[] = {0, 512, 5120};
	struct scene s = scene_open(name, 1);
	struct disk *change = scene_compact(&s);

	for (size_t i = 0; i < 3; i++)
		fail_undos(&s, change, FAULT_WRITE, partial[i]);
	fail_undos(&s, change, FAULT_READ, 0);
	fail_undos(&s, change, FAULT_BARRIER, 0);
	for (size_t i = 0; i < 3; i++)
		fail_changes(&s, FAULT_WRITE, partial[i]);
	fail_changes(&s, FAULT_READ, 0);
	fail_changes(&s, FAULT_BARRIER, 0);
	record_free(change);
	scene_close(&s);
}

static void
test_gefs9(void **state)
{
	(void)state;
	fail_everywhere("snaps-main-deleted");
}

static void
test_mending(void **state)
{
	(void)state;
	fail_everywhere("crash-pt-super-3-50");
}

static void
test_gefs0001(void **state)
{
	(void)state;
	fail_everywhere("A-torn3");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gefs9),
		cmocka_unit_test(test_mending),
		cmocka_unit_test(test_gefs0001),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
