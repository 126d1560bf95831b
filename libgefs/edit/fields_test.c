/* Every field of every kind is found by its name, listed, read and set, in both byte orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edit/testing/bench.h"

enum { RECORDS = 12, FIELDS_MAX = 256 }; /* records of a node that are looked at */

struct tour {
	struct bench *b;
	const char *where;
	gefs_field structure;
	bool seen[FIELDS_MAX]; /* rows of the layout */
	uint64_t end;	       /* bytes that the fields so far reach to */
	unsigned fields, records;
};

static void
tick(struct tour *t, const gefs_field *f)
{
	const struct layout *l = t->b->edit->layout;
	const char *name =
		strrchr(f->name, '.') && f->structure >= GEFS_IN_RECORD ? strrchr(f->name, '.') + 1 : f->name;
	uint8_t block[GEFS_BLOCK_MAX];
	enum key_type key = KEY_BAD;

	assert_int_equal(edit_read(t->b->edit, f->addr[0], block, NULL), 0);
	bool record = edit_is_record(f->structure);
	if (record && !edit_value_key(t->b->edit, f, block, &key))
		return;
	for (size_t i = 0; i < l->nfields; i++)
		if (l->fields[i].in == (record ? GEFS_IN_RECORD : f->structure) && l->fields[i].key == key &&
		    (strcmp(l->fields[i].name, name) == 0 || strcmp(l->fields[i].name, f->name) == 0))
			t->seen[i] = true;
}

/* What is written to a field is read from it, and from no other. */
static void
try_number(gefs_edit *ed, const gefs_field *f)
{
	uint64_t v, now;

	assert_int_equal(gefs_field_number(ed, f, &v, NULL), 0);
	size_t count = gefs_edit_count(ed);
	assert_int_equal(gefs_edit_set_number(ed, f, v, NULL), 0);
	assert_int_equal(gefs_edit_count(ed), count);
	assert_int_equal(gefs_edit_set_number(ed, f, v ^ 0x5a, NULL), 0);
	assert_int_equal(gefs_edit_count(ed), count + f->copies);
	assert_int_equal(gefs_field_number(ed, f, &now, NULL), 0);
	assert_true(now == (v ^ 0x5a));
	assert_int_equal(gefs_edit_set_number(ed, f, v, NULL), 0);
	assert_int_equal(gefs_edit_count(ed), count);
	if (f->width < 8) {
		assert_int_equal(gefs_edit_set_number(ed, f, UINT64_C(1) << 8 * f->width, NULL), -1);
		assert_int_equal(gefs_edit_set_number(ed, f, UINT64_MAX, NULL), 0);
		assert_int_equal(gefs_edit_set_number(ed, f, v, NULL), 0);
	}
}

static int
on_field(void *arg, const gefs_field *f)
{
	struct tour *t = arg;
	gefs_edit *ed = t->b->edit;
	gefs_field again;
	char where[200];

	snprintf(where, sizeof where, "%s.%s", t->where, f->name);
	bench_find(ed, where, &again);
	if (again.offset != f->offset || again.width != f->width || again.form != f->form ||
	    again.addr[0] != f->addr[0])
		fail_msg("%s is found elsewhere than listed", where);
	assert_in_range(f->offset + f->width, 0, ed->f->blksz);
	t->fields++;
	tick(t, f);
	if (f->form == GEFS_FORM_STRUCTURE) {
		if (t->records++ >= RECORDS)
			return 0;
		struct tour inner = *t;
		inner.where = where;
		assert_int_equal(gefs_field_list(ed, f, on_field, &inner, NULL), 0);
		memcpy(t->seen, inner.seen, sizeof t->seen);
	} else if (f->width >= 1 && f->width <= 8 && t->fields < 2000) {
		try_number(ed, f);
	}
	return 0;
}

static void
visit(struct tour *t, const char *where)
{
	t->where = where;
	t->fields = t->records = 0;
	bench_find(t->b->edit, where, &t->structure);
	assert_int_equal(t->structure.form, GEFS_FORM_STRUCTURE);
	assert_int_equal(gefs_field_list(t->b->edit, &t->structure, on_field, t, NULL), 0);
	assert_in_range(t->fields, 1, 100000);
	gefs_edit_abort(t->b->edit);
	assert_int_equal(gefs_edit_count(t->b->edit), 0);
}

static void
tour(const char *image, const char *const *places)
{
	struct bench b = bench_open(image);
	struct tour t = {.b = &b};

	assert_in_range(b.edit->layout->nfields, 1, FIELDS_MAX);
	for (; *places; places++)
		visit(&t, *places);
	for (size_t i = 0; i < b.edit->layout->nfields; i++) {
		const struct layout_field *f = &b.edit->layout->fields[i];
		if (!t.seen[i])
			fail_msg("%s: field %s of %s was not met", image, f->name, gefs_structure_name(f->in));
	}
	assert_true(overlay_is_base(b.scene.overlay));
	bench_close(&b);
}

static void
test_gefs9(void **state)
{
	static const char *const places[] = {"super",
					     "super0",
					     "super1",
					     "arena[0]",
					     "arena[7].1",
					     "log[0]",
					     "log[0,0]",
					     "snap:root",
					     "snap:leaf[0]",
					     "main:root",
					     "main:pivot[0]",
					     "main:leaf[0]",
					     "main:/",
					     "main:/f0",
					     "main:/f0#0",
					     "main:/^",
					     "main:{ent:-1:}",
					     "snap:{label:main}",
					     "snap:{snap:0}",
					     "main:root.value[1]",
					     "main:root.msg[0]",
					     "@0",
					     "@0x4000",
					     "snap:dead[7,4]",
					     "snap:{dead:7:4}",
					     NULL};

	(void)state;
	tour("autosnap-real", places);
}

static void
test_little_endian(void **state)
{
	static const char *const places[] = {"super",
					     "super1",
					     "arena[0]",
					     "arena[1].0",
					     "log[0]",
					     "snap:root",
					     "main:root",
					     "main:leaf[0]",
					     "main:/adm/users",
					     "main:/adm/users#0",
					     "main:/adm^",
					     "snap:{label:main}",
					     "snap:{snap:2}",
					     "main:root.msg[0]",
					     "main:root.value[0]",
					     "@0",
					     "snap:dead[2,0]",
					     NULL};

	(void)state;
	tour("A-small", places);
}

static void
test_big_endian(void **state)
{
	static const char *const places[] = {"super",	       "arena[0]",
					     "log[0]",	       "snap:root",
					     "one:root",       "main:root",
					     "main:/d",	       "main:/d/e001#0",
					     "main:/d^",       "snap:{label:main}",
					     "snap:{snap:1}",  "main:root.value[0]",
					     "snap:dead[2,0]", NULL};

	(void)state;
	tour("BE-snaps", places);
}

/* A block can be taken for what it does not look like: the fields are those of that structure, at their places. */
static void
test_types(void **state)
{
	static const struct {
		const char *where;
		gefs_structure is;
		uint32_t offset;
	} rows[] = {{"@0x4000:leaf.nval", GEFS_IN_LEAF, 2},	   {"@0x4000:log.logsz", GEFS_IN_LOG, 2},
		    {"@0x8000:super.qgen", GEFS_IN_SUPER, 96}, {"@0x0:data.byte[5]", GEFS_IN_BLOCK, 5}};
	static const char *const wrong[] = {"@0x4000:", "@0x4000:leaves", "@0x4000:leaf:log", "@0x4000:data.nval"};
	struct bench b = bench_open("autosnap-real");
	gefs_field f;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(gefs_field_find(b.edit, rows[i].where, &f, NULL), 0);
		assert_int_equal(f.structure, rows[i].is);
		assert_int_equal(f.offset, rows[i].offset);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(gefs_field_find(b.edit, wrong[i], &f, NULL), -1);
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gefs9),
		cmocka_unit_test(test_little_endian),
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_types),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
