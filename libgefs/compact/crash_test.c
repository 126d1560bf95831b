/* A crash at any moment of a compaction or its undoing: whatever part of the writes since the last barrier has reached
 * the disk, wholly or in part, the image loads and is as before or as after. And the undo file puts it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compact/testing/scene.h"

enum { SECTOR = 512, ALL_SUBSETS = 10, RANDOM_SUBSETS = 200, RANDOM_TEARS = 4, UNDO_EVERY = 16 };

/* All states, or one in so many; and of the writes of a phase every one. The sanitizers' build gets a part: what it is
 * to find does not depend on which sectors were written. */
#ifdef __SANITIZE_ADDRESS__
enum { ALL = 64, SOME = 64, FEW = 256, STEP = 7 };
#else
enum { ALL = 1, SOME = 6, FEW = 24, STEP = 1 };
#endif

struct crash {
	struct scene *s;
	const struct disk *rec;  /* the writes in question */
	const struct disk *past; /* what was done before them; NULL: nothing */
	unsigned past_phases;    /* of these, so many are complete */
	unsigned thin;           /* one state in so many */
	uint64_t random;
	unsigned states, seen[3];
};

static uint64_t
next_random(struct crash *c)
{
	c->random ^= c->random << 13; /* xorshift64: the same everywhere */
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return c->random;
}

static void
apply(struct scene *s, const struct record_write *w, size_t from, size_t len)
{
	assert_int_equal(disk_write(s->overlay, w->data + from, len, w->addr + from, NULL), 0);
}

/* The disk with all phases before one. */
static void
rewind_to(struct crash *c, unsigned phase)
{
	overlay_reset(c->s->overlay);
	for (size_t i = 0; c->past && i < record_count(c->past); i++) {
		const struct record_write *w = record_get(c->past, i);
		if (w->phase < c->past_phases)
			apply(c->s, w, 0, w->len);
	}
	for (size_t i = 0; i < record_count(c->rec); i++) {
		const struct record_write *w = record_get(c->rec, i);
		if (w->phase < phase)
			apply(c->s, w, 0, w->len);
	}
}

static void
verify(struct crash *c, const char *what, unsigned phase, uint64_t detail)
{
	gefs_error e = {0};
	int state = -1;

	c->states++;
	if (!scene_sound(c->s, c->s->overlay, &state))
		fail_msg("%s, phase %u, %llx: the image is not sound", what, phase, (unsigned long long)detail);
	c->seen[state + 1]++;
	if (c->states % UNDO_EVERY)
		return;
	if (scene_undo(c->s, c->s->overlay, &e) < 0)
		fail_msg("%s, phase %u, %llx: cannot be undone: %s", what, phase, (unsigned long long)detail, e.text);
	if (!overlay_is_base(c->s->overlay))
		fail_msg("%s, phase %u, %llx: is not put back", what, phase, (unsigned long long)detail);
}

/* The writes of one phase: [from, to). */
struct span {
	size_t from, to;
};

static struct span
phase_span(const struct crash *c, unsigned phase)
{
	struct span s = {0};

	while (s.from < record_count(c->rec) && record_get(c->rec, s.from)->phase < phase)
		s.from++;
	for (s.to = s.from; s.to < record_count(c->rec) && record_get(c->rec, s.to)->phase == phase;)
		s.to++;
	return s;
}

static void
subset(struct crash *c, unsigned phase, struct span s, uint64_t mask)
{
	rewind_to(c, phase);
	for (size_t i = s.from; i < s.to; i++)
		if (mask >> (i - s.from) & 1)
			apply(c->s, record_get(c->rec, i), 0, record_get(c->rec, i)->len);
	verify(c, "subset", phase, mask);
}

static void
subsets(struct crash *c, unsigned phase, struct span s)
{
	size_t n = s.to - s.from;

	for (size_t k = 0; k <= n; k += STEP) /* every prefix */
		subset(c, phase, s, k < 64 ? ((uint64_t)1 << k) - 1 : UINT64_MAX);
	bool all = n <= ALL_SUBSETS && c->thin == 1;
	unsigned count = n <= ALL_SUBSETS ? 1u << n : RANDOM_SUBSETS;
	for (unsigned i = 0; i < count; i += c->thin)
		subset(c, phase, s, all ? i : next_random(c));
}

/* One write is torn; those before it have been done. */
static void
tear(struct crash *c, unsigned phase, struct span s, size_t torn, uint64_t sectors)
{
	const struct record_write *w = record_get(c->rec, torn);

	rewind_to(c, phase);
	for (size_t i = s.from; i < torn; i++)
		apply(c->s, record_get(c->rec, i), 0, record_get(c->rec, i)->len);
	for (size_t at = 0; at < w->len; at += SECTOR)
		if (sectors >> at / SECTOR & 1)
			apply(c->s, w, at, SECTOR);
	verify(c, "torn write", phase, w->addr);
}

static void
tears(struct crash *c, unsigned phase, struct span s)
{
	for (size_t i = s.from; i < s.to; i += STEP) {
		size_t sectors = record_get(c->rec, i)->len / SECTOR;
		for (size_t k = 1; k < sectors; k += k == 1 ? 1 : c->thin) /* superblocks matter up to the second one */
			tear(c, phase, s, i, ((uint64_t)1 << k) - 1);
		for (unsigned k = 0; k < RANDOM_TEARS; k += c->thin)
			tear(c, phase, s, i, next_random(c));
	}
}

static void
crash_everywhere(struct crash *c)
{
	c->random = 88172645463325252u;
	for (unsigned phase = 0; phase < record_phases(c->rec); phase++) {
		struct span s = phase_span(c, phase);
		assert_true(s.to > s.from && s.to - s.from < 64);
		subsets(c, phase, s);
		tears(c, phase, s);
	}
	rewind_to(c, record_phases(c->rec));
	verify(c, "complete", record_phases(c->rec), 0);
}

/* Undoes what is on the overlay, through a recorder. */
static struct disk *
record_undo(struct scene *s)
{
	struct disk *rec = record_new(s->overlay);
	gefs_error e;

	if (scene_undo(s, rec, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(overlay_is_base(s->overlay));
	return rec;
}

/* Undoing a change of which so many phases are complete. */
static void
crash_undo(struct scene *s, const struct disk *change, unsigned phases, unsigned thin)
{
	struct crash c = {.s = s, .rec = change, .thin = thin};

	rewind_to(&c, phases);
	struct disk *rec = record_undo(s);
	c.past = change;
	c.past_phases = phases;
	c.rec = rec;
	if (record_count(rec))
		crash_everywhere(&c);
	record_free(rec);
}

enum { BEFORE = 1, AFTER = 2, MIXED = 0 };

static void
crash_image(const char *name, uint32_t parts, bool atomic, unsigned thin)
{
	struct scene s = scene_open(name, parts);
	struct disk *change = scene_compact(&s);
	struct crash c = {.s = &s, .rec = change, .thin = thin};

	assert_true(scene_sound(&s, s.overlay, NULL));
	crash_everywhere(&c);
	assert_true(c.seen[BEFORE] > 0 && c.seen[AFTER] > 0);
	assert_true(!atomic || c.seen[MIXED] == 0);
	print_message("# %s: %u states of the change\n", name, c.states);
	unsigned phases = record_phases(change);
	for (unsigned k = phases; k > 0; k = k > STEP ? k - STEP : 0)
		crash_undo(&s, change, k, k == phases ? thin : FEW);
	record_free(change);
	scene_close(&s);
}

static void
test_small(void **state)
{
	(void)state;
	crash_image("snaps-main-deleted", 1, true, ALL);
}

static void
test_many_arenas(void **state)
{
	(void)state;
	crash_image("empty-min", 4, true, SOME);
}

#ifndef __SANITIZE_ADDRESS__
static void
test_bad_headers(void **state)
{
	(void)state;
	crash_image("crash-pt-arena-9", 1, true, SOME);
}

static void
test_bad_superblock(void **state)
{
	(void)state;
	crash_image("crash-pt-super-3-50", 1, true, SOME);
}
#endif

/* Each arena changes for itself. */
static void
test_gefs0001(void **state)
{
	(void)state;
	crash_image("A-torn3", 1, false, SOME);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),	    cmocka_unit_test(test_many_arenas), cmocka_unit_test(test_gefs0001),
#ifndef __SANITIZE_ADDRESS__ /* fault_test mends too */
		cmocka_unit_test(test_bad_headers), cmocka_unit_test(test_bad_superblock),
#endif
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
