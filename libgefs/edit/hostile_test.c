/* Names that mean nothing, and blocks that an enemy wrote: an error, or a field inside its block, and never more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edit/testing/bench.h"

static const char *const images[] = {"autosnap-real", "A-small", "BE-snaps"};
enum { IMAGES = sizeof images / sizeof *images };

static void
within(const gefs_edit *ed, const gefs_field *f)
{
	assert_in_range(f->copies, 1, GEFS_MAX_ARENAS);
	assert_in_range(f->offset, 0, ed->f->blksz);
	assert_in_range(f->width, 0, ed->f->blksz - f->offset);
	for (unsigned i = 0; i < f->copies; i++)
		assert_int_equal(edit_check_addr(ed, f->addr[i], NULL), 0);
}

/* Right names, for the others to be made of. */
static const char *const right[] = {
	"super",
	"super0",
	"super1",
	"super.qgen",
	"super0.snap.addr",
	"super.version",
	"super.arena[0].addr",
	"super.sbhash",
	"super.byte[16383]",
	"super.bytes[8,4]",
	"arena[0]",
	"arena[0].0",
	"arena[0].1.used",
	"arena[7].loghd",
	"log[0]",
	"log[0,1]",
	"log[0,0].next",
	"log[0].word[3]",
	"log[0].end",
	"@0",
	"@0x4000",
	"@0x10000.hash",
	"@65536.word[0]",
	"main:root",
	"main:root.nval",
	"main:root.value[0].addr",
	"main:root.msg[0].op",
	"main:leaf[0].valsz",
	"main:leaf[0].value[3].key[1]",
	"main:pivot[0].bufsz",
	"snap:root",
	"snap:leaf[0]",
	"main:/",
	"main:/.mode",
	"main:/f0@0",
	"main:/f0@100.byte[3]",
	"main:/f0#0.addr",
	"main:/^",
	"main:/adm^.parent",
	"main:{ent:-1:}",
	"main:{ent:0:f0}.length",
	"main:{x:00}",
	"main:{dat:5:0}.hash",
	"main:{up:0}",
	"snap:{label:main}.snap",
	"snap:{snap:0}.root.addr",
	"snap:{dead:7:4}.head",
	"snap:{conf:x}.val[0]",
	"snap:dead[7,4]",
	"snap:dead[2,0].word[0]",
	"35:root",
	"0:/",
};
enum { RIGHT = sizeof right / sizeof *right };

static const char *const wrong[] = {
	"",
	".",
	"..",
	"super2",
	"superb",
	"super.",
	"super..",
	"super.nothing",
	"super.arena[",
	"super.arena[0]",
	"super.arena[0].x",
	"super.arena[9999999999999999999999].addr",
	"super.arena[512].addr",
	"super.byte[16384]",
	"super.byte[-1]",
	"super.byte[4294967295]",
	"super.bytes[0,0]",
	"super.bytes[1,16384]",
	"super.bytes[18446744073709551615,2]",
	"super.bytes[16383,18446744073709551615]",
	"super0x",
	"super.snap",
	"arena",
	"arena[",
	"arena[]",
	"arena[x]",
	"arena[-1]",
	"arena[512]",
	"arena[0",
	"arena[0].2",
	"arena[0]x",
	"arena[99999999999999999999999]",
	"log",
	"log[0,]",
	"log[0,99999999999999999]",
	"log[0,18446744073709551615]",
	"log[900]",
	"log[0].word[9999999]",
	"log[0].word[536870912]",
	"log[0].word[2305843009213693952]",
	"@",
	"@x",
	"@-1",
	"@1",
	"@0x4001",
	"@0xffffffffffffffff",
	"@0xffffffffffffc000",
	"@99999999999999999999999",
	"@0.value[0]",
	"main",
	"main:",
	"main:x",
	"main:roo",
	"main:root.",
	"main:rootx",
	"main:root.value[65535]",
	"main:root.value[4294967296]",
	"main:leaf[18446744073709551615]",
	"main:leaf[0].msg[0]",
	"main:leaf[0].nbuf",
	"main:{",
	"main:{}",
	"main:{x:",
	"main:{x:0}",
	"main:{x:zz}",
	"main:{ent:}",
	"main:{ent}",
	"main:{ent:x:y}",
	"main:{dat:1:2:3}",
	"main:{nonsense:1}",
	"main:{ent:0:f0",
	"main:/nothing",
	"main:/f0/x",
	"main:/f0@",
	"main:/f0@x",
	"main:/f0@99999999",
	"main:/f0@18446744073709551615",
	"main:/f0#",
	"main:/f0^",
	"main:/.op",
	"main:/.key[999]",
	"main:/.val[999]",
	"main:/.nothing",
	"nothing:root",
	":",
	":root",
	"99999999999999999999999:root",
	"999:root",
	"-1:root",
	"snap:dead[0,0]",
	"snap:dead[",
	"snap:dead[18446744073709551615,18446744073709551615]",
	"snap:{label:nothing}",
	"\\",
	"main:/\\",
	"main:/f0\\",
	"\xff\xfe:root",
	"main:/\xff",
};

static void
test_wrong(void **state)
{
	(void)state;
	for (size_t k = 0; k < IMAGES; k++) {
		struct bench b = bench_open(images[k]);
		gefs_field f;
		for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
			gefs_error e = {0};
			if (gefs_field_find(b.edit, wrong[i], &f, &e) == 0)
				fail_msg("%s: \"%s\" is found", images[k], wrong[i]);
			assert_true(e.code == GEFS_EINVAL || e.code == GEFS_EDAMAGE);
			assert_in_range(strlen(e.text), 10, sizeof e.text - 1);
		}
		bench_close(&b);
	}
}

static void
expect(gefs_edit *ed, const char *where, const char *text)
{
	gefs_error e = {0};
	gefs_field f;

	assert_int_equal(gefs_field_find(ed, where, &f, &e), -1);
	if (!strstr(e.text, text))
		fail_msg("%s: %s", where, e.text);
}

static void
test_texts(void **state)
{
	struct bench b = bench_open("autosnap-real");

	(void)state;
	expect(b.edit, "@0x4001", "byte 1 of the one at 0x4000");
	expect(b.edit, "main:leaf[0].x",
	       "no field \"x\" in a leaf; it has: type, nval, valsz, value[N], byte[N], bytes[N,LEN]");
	expect(b.edit, "arena[9].x", "there are 8 arenas");
	expect(b.edit, "main:/nothing/x", "there is no \"nothing/x\"");
	expect(b.edit, "none:root", "no snapshot \"none\"");
	expect(b.edit, "main:/f0.x", "it has: flag, qpath, qvers");
	bench_close(&b);
}

/* A name that is put together from pieces of right ones, with some bytes changed. */
static void
mix(char *to, size_t room, uint64_t *random)
{
	static const char odd[] = ".:[]{}@#^,0123456789x-\\/\"%";
	const char *a = right[bench_random(random) % RIGHT], *c = right[bench_random(random) % RIGHT];
	size_t n = bench_random(random) % (strlen(a) + 1), m = bench_random(random) % (strlen(c) + 1);

	snprintf(to, room, "%.*s%s", (int)n, a, c + m);
	n = strlen(to);
	for (unsigned i = 0; n > 0 && i < bench_random(random) % 3; i++)
		to[bench_random(random) % n] = odd[bench_random(random) % (sizeof odd - 1)];
}

enum { MIXES = 3000 };

static void
test_mixes(void **state)
{
	uint64_t random = 88172645463325252;
	char text[200];

	(void)state;
	for (size_t k = 0; k < IMAGES; k++) {
		struct bench b = bench_open(images[k]);
		gefs_field f;
		unsigned found = 0;
		for (unsigned i = 0; i < MIXES; i++) {
			mix(text, sizeof text, &random);
			if (gefs_field_find(b.edit, text, &f, NULL) < 0)
				continue;
			within(b.edit, &f);
			found++;
		}
		assert_in_range(found, 10, MIXES);
		bench_close(&b);
	}
}

static int
on_field(void *arg, const gefs_field *f)
{
	struct bench *b = arg;
	within(b->edit, f);
	return f->form == GEFS_FORM_STRUCTURE && f->slot < 4 ? gefs_field_list(b->edit, f, on_field, b, NULL) : 0;
}

/* Writes over some place of a block that matters: small numbers, large ones, bytes. */
static void
damage(struct bench *b, uint64_t *random)
{
	static const uint64_t numbers[] = {0,	   1,	   2,	   0x7f,       0xff,	   0x3fff,
					   0x4000, 0x7fff, 0xffff, UINT64_MAX, 0x100000000};
	static const char *const blocks[] = {"super",	       "arena[0]",	 "log[0]",
					     "snap:root",      "main:root",	 "main:leaf[0]",
					     "snap:dead[7,4]", "snap:dead[2,0]", "main:pivot[0]"};
	gefs_field f;

	if (gefs_field_find(b->edit, blocks[bench_random(random) % (sizeof blocks / sizeof *blocks)], &f, NULL) < 0)
		return;
	f.form = GEFS_FORM_BYTES;
	for (unsigned i = 0; i < 1 + bench_random(random) % 8; i++) {
		uint8_t bytes[8];
		unsigned width = 1u << bench_random(random) % 4;
		uint64_t v = bench_random(random) % 3
				     ? numbers[bench_random(random) % (sizeof numbers / sizeof *numbers)]
				     : bench_random(random);
		f.offset = (uint32_t)(bench_random(random) % (bench_random(random) % 2 ? 200 : b->edit->f->blksz - 8));
		number_put(b->edit->f, bytes, width, v);
		assert_int_equal(gefs_edit_set_bytes(b->edit, &f, bytes, width, NULL), 0);
	}
}

static void
use(struct bench *b, uint64_t *random)
{
	static const uint8_t key[] = {1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 1, 'x', 0}, value[61];
	static gefs_value v;
	gefs_field f;

	for (size_t i = 0; i < RIGHT; i++) {
		if (gefs_field_find(b->edit, right[i], &f, NULL) < 0)
			continue;
		within(b->edit, &f);
		if (f.form == GEFS_FORM_STRUCTURE && bench_random(random) % 8 == 0)
			gefs_field_list(b->edit, &f, on_field, b, NULL);
		switch (bench_random(random) % 24) {
		case 0:
			gefs_edit_delete(b->edit, &f, NULL);
			break;
		case 1:
			gefs_edit_insert(b->edit, &f, (gefs_bytes){key, sizeof key}, (gefs_bytes){value, sizeof value},
					 NULL);
			break;
		case 2:
			gefs_edit_message(b->edit, &f, (uint8_t)bench_random(random), (gefs_bytes){key, sizeof key},
					  (gefs_bytes){value, sizeof value}, NULL);
			break;
		case 3:
			gefs_edit_append(b->edit, &f, "alloc1:0x10000,3,free1:7", NULL);
			break;
		case 4:
			gefs_edit_set_number(b->edit, &f, 1, NULL);
			break;
		case 5:
			gefs_edit_copy_super(b->edit, (int)(bench_random(random) % 3), NULL);
			gefs_edit_copy_header(b->edit, (uint32_t)bench_random(random) % 9,
					      (int)(bench_random(random) % 3), NULL);
			break;
		case 6:
			gefs_edit_clone(b->edit, &f, bench_random(random) % 64 * b->edit->f->blksz, NULL);
			break;
		case 7:
			gefs_edit_value(b->edit, "*main:/", &v, NULL);
			break;
		}
	}
}

#ifdef __SANITIZE_ADDRESS__
enum { ROUNDS = 300 };
#else
enum { ROUNDS = 1500 };
#endif

static void
test_damage(void **state)
{
	uint64_t random = 42;

	(void)state;
	for (size_t k = 0; k < IMAGES; k++) {
		struct bench b = bench_open(images[k]);
		for (int i = 0; i < ROUNDS; i++) {
			damage(&b, &random);
			use(&b, &random);
			if (i % 4 == 0)
				bench_rehash(b.edit);
			if (i % 7 == 0)
				gefs_edit_abort(b.edit);
		}
		assert_true(overlay_is_base(b.scene.overlay));
		bench_close(&b);
	}
}

/* A leaf whose record of a snapshot leads back to the root, and a pivot whose child it is itself. */
static void
test_circles(void **state)
{
	struct bench b = bench_open("autosnap-real");
	gefs_field f;

	(void)state;
	bench_set(b.edit, "main:root.value[1].addr", "&main:root");
	bench_set(b.edit, "snap:{snap:0}.root.addr", "&snap:root");
	bench_set(b.edit, "log[0].next", "&log[0]");
	bench_rehash(b.edit);
	assert_int_equal(gefs_field_find(b.edit, "main:leaf[100000]", &f, NULL), -1);
	assert_int_equal(gefs_field_find(b.edit, "main:{ent:99:x}", &f, NULL), -1);
	assert_int_equal(gefs_field_find(b.edit, "log[0,1000000]", &f, NULL), -1);
	assert_int_equal(gefs_field_find(b.edit, "log[0,1000]", &f, NULL), 0);
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),  cmocka_unit_test(test_texts),   cmocka_unit_test(test_mixes),
		cmocka_unit_test(test_damage), cmocka_unit_test(test_circles),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
