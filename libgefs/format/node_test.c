/* The validator of nodes: each problem is provoked on a sound node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/node.h"

enum { BLK = 16384, CHILDREN = 10, MESSAGES = 8197 };

struct builder {
	uint8_t b[BLK];
	uint32_t end; /* records are placed below it, in the area that is being filled */
};

static void
store16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Adds a record as a writer does, to the area at base whose count and size stand at `head`. */
static void
add(struct builder *w, uint32_t base, uint32_t head, int op, const char *key, uint32_t nk, uint32_t nv)
{
	uint32_t i = be16(w->b + head), size = (op ? 5 : 4) + nk + nv;
	uint8_t *p = w->b + base + (w->end -= size);

	store16(w->b + base + 2 * i, w->end);
	store16(w->b + head, i + 1);
	store16(w->b + head + 2, be16(w->b + head + 2) + size);
	if (op)
		*p++ = (uint8_t)op;
	store16(p, nk);
	memset(p + 2, 'x', nk);
	memcpy(p + 2, key, nk < strlen(key) ? nk : strlen(key));
	store16(p + 2 + nk, nv);
	memset(p + 4 + nk, 'v', nv);
}

static void
value(struct builder *w, const char *key)
{
	add(w, 6, 2, 0, key, (uint32_t)strlen(key), 10);
}

static void
begin(struct builder *w, gefs_block_type t)
{
	memset(w->b, 0xa5, BLK); /* gaps may hold anything */
	memset(w->b, 0, 10);
	w->b[1] = (uint8_t)t;
	w->end = t == GEFS_BLOCK_LEAF ? format_gefs9.leaf_space : format_gefs9.pivot_space;
	if (t == GEFS_BLOCK_LEAF)
		memset(w->b + 6, 0xa5, 4);
}

static void
sound_leaf(struct builder *w)
{
	begin(w, GEFS_BLOCK_LEAF);
	value(w, "a");
	value(w, "ab");
	value(w, "b");
}

static void
message(struct builder *w, const char *key)
{
	add(w, MESSAGES, 6, GEFS_OP_INSERT, key, (uint32_t)strlen(key), 7);
}

static void
sound_pivot(struct builder *w)
{
	begin(w, GEFS_BLOCK_PIVOT);
	add(w, CHILDREN, 2, 0, "a", 1, 26);
	add(w, CHILDREN, 2, 0, "m", 1, 26);
	w->end = format_gefs9.buffer_space;
	message(w, "b");
	message(w, "b"); /* legal for messages */
	message(w, "c");
}

static void
collect(void *arg, enum node_problem what, int slot, bool in_messages, const char *text)
{
	(void)slot;
	(void)in_messages;
	assert_true(text && *text);
	*(unsigned *)arg |= 1u << what;
}

/* The problems of a block as bits. */
static unsigned
problems(const struct builder *w, bool *usable)
{
	struct node n;
	unsigned bits = 0;

	node_parse(&format_gefs9, w->b, &n, collect, &bits);
	*usable = n.usable;
	return bits;
}

static void
expect(const struct builder *w, unsigned bits, bool want_usable)
{
	bool usable;
	assert_int_equal(problems(w, &usable), bits);
	assert_int_equal(usable, want_usable);
}

static void
test_sound(void **state)
{
	struct builder w;
	struct node n;

	(void)state;
	sound_leaf(&w);
	expect(&w, 0, true);
	node_parse(&format_gefs9, w.b, &n, NULL, NULL);
	assert_true(n.leaf);
	assert_int_equal(n.nval, 3);
	assert_int_equal(node_fill(&n), 2 * 3 + n.valsz);
	assert_true(bytes_eq(node_value(&n, 1).key, (gefs_bytes){(const uint8_t *)"ab", 2}));
	assert_int_equal(node_value(&n, 1).value.n, 10);
	sound_pivot(&w);
	expect(&w, 0, true);
	node_parse(&format_gefs9, w.b, &n, NULL, NULL);
	assert_false(n.leaf);
	assert_int_equal(n.nval, 2);
	assert_int_equal(n.nbuf, 3);
	assert_int_equal(node_message(&n, 2).op, GEFS_OP_INSERT);
	assert_int_equal(node_fill(&n), 2 * 2 + n.valsz + 2 * 3 + n.bufsz);
}

static void
test_find(void **state)
{
	static const struct {
		const char *key;
		uint32_t at, after;
	} want[] = {{"", 0, 0}, {"a", 0, 1}, {"aa", 1, 1}, {"ab", 1, 2}, {"b", 2, 3}, {"c", 3, 3}};
	struct builder w;
	struct node n;

	(void)state;
	sound_leaf(&w);
	node_parse(&format_gefs9, w.b, &n, NULL, NULL);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		gefs_bytes k = {(const uint8_t *)want[i].key, strlen(want[i].key)};
		assert_int_equal(node_find_value(&n, k, false), want[i].at);
		assert_int_equal(node_find_value(&n, k, true), want[i].after);
	}
	sound_pivot(&w);
	node_parse(&format_gefs9, w.b, &n, NULL, NULL);
	assert_int_equal(node_find_message(&n, (gefs_bytes){(const uint8_t *)"b", 1}, false), 0);
	assert_int_equal(node_find_message(&n, (gefs_bytes){(const uint8_t *)"b", 1}, true), 2);
}

static void
test_child(void **state)
{
	struct builder w;
	struct node n;
	gefs_ptr p;
	uint32_t fill;

	(void)state;
	sound_pivot(&w);
	node_parse(&format_gefs9, w.b, &n, NULL, NULL);
	assert_true(node_child(&n, 1, &p, &fill));
	assert_int_equal(p.addr, 0x7676767676767676);
	assert_int_equal(fill, 0x7676);
	sound_leaf(&w);
	node_parse(&format_gefs9, w.b, &n, NULL, NULL);
	assert_false(node_child(&n, 1, &p, &fill));
}

static void
test_type_and_count(void **state)
{
	struct builder w;

	(void)state;
	for (int t = 0; t < 256; t++) {
		bool usable;
		sound_leaf(&w);
		w.b[1] = (uint8_t)t;
		if (t != GEFS_BLOCK_LEAF && t != GEFS_BLOCK_PIVOT)
			assert_int_equal(problems(&w, &usable), 1u << NODE_TYPE);
	}
	begin(&w, GEFS_BLOCK_LEAF);
	expect(&w, 1u << NODE_EMPTY, true);
	begin(&w, GEFS_BLOCK_PIVOT);
	expect(&w, 1u << NODE_EMPTY, true);
	add(&w, CHILDREN, 2, 0, "a", 1, 26);
	expect(&w, 1u << NODE_ONLY_CHILD, true);
}

static void
test_sizes(void **state)
{
	struct builder w;

	(void)state;
	sound_leaf(&w);
	w.b[5]++;
	expect(&w, 1u << NODE_SIZES, true);
	sound_pivot(&w);
	w.b[9]--;
	expect(&w, 1u << NODE_SIZES, true);
	sound_leaf(&w);
	store16(w.b + 4, 16373); /* 6 + 16373 is one byte too many */
	expect(&w, 1u << NODE_OVERFULL | 1u << NODE_SIZES, true);
	sound_leaf(&w);
	store16(w.b + 2, 0xffff); /* not even the table of offsets fits */
	expect(&w, 1u << NODE_OVERFULL, false);
	sound_pivot(&w);
	store16(w.b + 6, 4094);
	expect(&w, 1u << NODE_OVERFULL, false);
}

static void
test_bounds(void **state)
{
	struct builder w;

	(void)state;
	sound_leaf(&w);
	store16(w.b + 6, 5); /* inside the table of offsets */
	expect(&w, 1u << NODE_BOUNDS, false);
	sound_leaf(&w);
	store16(w.b + 6, 0xffff);
	expect(&w, 1u << NODE_BOUNDS, false);
	sound_leaf(&w);
	store16(w.b + 6 + 16378 - 15, 0x4000); /* the key of the first record */
	expect(&w, 1u << NODE_BOUNDS, false);
	sound_leaf(&w);
	store16(w.b + 6 + 16378 - 12, 11); /* its value: one byte beyond the end */
	expect(&w, 1u << NODE_BOUNDS, false);
	sound_pivot(&w);
	store16(w.b + MESSAGES + 2, 8187 - 4);
	expect(&w, 1u << NODE_BOUNDS, false);
}

static void
test_overlap_and_order(void **state)
{
	struct builder w;

	(void)state;
	sound_leaf(&w);
	memcpy(w.b + 6 + 4, w.b + 6, 2); /* the third record is the first one */
	expect(&w, 1u << NODE_OVERLAP | 1u << NODE_ORDER, true);
	begin(&w, GEFS_BLOCK_LEAF);
	value(&w, "b");
	value(&w, "a");
	expect(&w, 1u << NODE_ORDER, true);
	begin(&w, GEFS_BLOCK_LEAF);
	value(&w, "a");
	value(&w, "a");
	expect(&w, 1u << NODE_ORDER, true);
	sound_pivot(&w);
	message(&w, "a");
	expect(&w, 1u << NODE_MSG_ORDER, true);
}

static void
test_record_sizes(void **state)
{
	struct builder w;

	(void)state;
	begin(&w, GEFS_BLOCK_LEAF);
	add(&w, 6, 2, 0, "", 0, 10);
	add(&w, 6, 2, 0, "a", KEY_MAX, VALUE_MAX);
	expect(&w, 1u << NODE_KEY_SIZE, true);
	begin(&w, GEFS_BLOCK_LEAF);
	add(&w, 6, 2, 0, "a", KEY_MAX + 1, 10);
	expect(&w, 1u << NODE_KEY_SIZE, true);
	begin(&w, GEFS_BLOCK_LEAF);
	add(&w, 6, 2, 0, "a", 1, VALUE_MAX + 1);
	expect(&w, 1u << NODE_VALUE_SIZE, true);
	sound_pivot(&w);
	add(&w, MESSAGES, 6, GEFS_OP_INSERT, "d", 1, VALUE_MAX + 1);
	expect(&w, 1u << NODE_VALUE_SIZE, true);
	begin(&w, GEFS_BLOCK_PIVOT);
	add(&w, CHILDREN, 2, 0, "a", 1, 26);
	add(&w, CHILDREN, 2, 0, "b", 1, 24);
	expect(&w, 1u << NODE_CHILD_SIZE, true);
}

/* Whatever the bytes, a usable node can be read through its accessors (which a sanitizer watches). */
static void
test_random_bytes(void **state)
{
	struct builder w;
	uint32_t seed = 1, used = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct node n;
		if (round % 2)
			sound_leaf(&w);
		else
			sound_pivot(&w);
		for (int k = 0; k < 3; k++) {
			seed = seed * 1664525u + 1013904223u;
			uint32_t at = seed >> 8;
			w.b[k == 0 ? at % 16 : k == 1 ? 8197 + at % 8 : BLK - 1 - at % 60] = (uint8_t)(at >> 16);
		}
		node_parse(&format_gefs9, w.b, &n, NULL, NULL);
		for (uint32_t i = 0; n.usable && i < n.nval; i++) {
			gefs_record r = node_value(&n, i);
			assert_true(r.key.p >= w.b && r.value.p + r.value.n <= w.b + BLK);
			used++;
		}
		for (uint32_t i = 0; n.usable && i < n.nbuf; i++) {
			gefs_record r = node_message(&n, i);
			assert_true(r.key.p >= w.b && r.value.p + r.value.n <= w.b + BLK);
		}
	}
	assert_true(used > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_type_and_count),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_overlap_and_order),
		cmocka_unit_test(test_record_sizes),
		cmocka_unit_test(test_random_bytes),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
