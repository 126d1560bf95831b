/* Trees built from random records: every node is legal, and together they hold exactly what went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tree/build.h"

enum { BASE = 0x100000 };

struct made {
	const struct format *f;
	uint8_t *blocks;
	uint32_t n, cap;
	size_t records; /* met in leaves so far */
	const gefs_record *want;
};

static uint64_t
random_next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static uint64_t
place(void *arg, uint32_t i)
{
	const struct made *m = arg;
	return BASE + (uint64_t)i * m->f->blksz;
}

static int
keep(void *arg, uint32_t i, const uint8_t *block)
{
	struct made *m = arg;

	assert_int_equal(i, m->n);
	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 64;
		m->blocks = realloc(m->blocks, (size_t)m->cap * m->f->blksz);
		assert_non_null(m->blocks);
	}
	memcpy(m->blocks + (size_t)m->n++ * m->f->blksz, block, m->f->blksz);
	return 0;
}

static void
on_problem(void *arg, enum node_problem what, int slot, bool message, const char *text)
{
	(void)arg;
	(void)slot;
	(void)message;
	if (what != NODE_ONLY_CHILD)
		fail_msg("%s", text);
}

static void
check_leaf(struct made *m, const struct node *n)
{
	for (uint32_t i = 0; i < n->nval; i++) {
		gefs_record r = node_value(n, i);
		const gefs_record *w = &m->want[m->records++];
		assert_true(bytes_eq(r.key, w->key));
		assert_true(bytes_eq(r.value, w->value));
	}
}

/* The subtree at ptr, with what its parent says of it. */
static void
check_node(struct made *m, gefs_ptr ptr, uint32_t height, gefs_bytes sep, uint32_t fill)
{
	size_t i = (size_t)((ptr.addr - BASE) / m->f->blksz);
	struct node n;

	assert_true(i < m->n);
	const uint8_t *block = m->blocks + i * m->f->blksz;
	assert_int_equal(m->f->hash(block, m->f->blksz), ptr.hash);
	node_parse(m->f, block, &n, on_problem, NULL);
	assert_int_equal(n.leaf, height == 1);
	assert_int_equal(ptr.gen, 7);
	if (sep.n) {
		assert_int_equal(node_fill(&n), fill);
		assert_true(bytes_eq(node_value(&n, 0).key, sep));
	}
	if (n.leaf) {
		check_leaf(m, &n);
		return;
	}
	assert_true(n.nval > 1);
	for (uint32_t k = 0; k < n.nval; k++) {
		gefs_ptr child;
		uint32_t child_fill;
		assert_true(node_child(&n, k, &child, &child_fill));
		check_node(m, child, height - 1, node_value(&n, k).key, child_fill);
	}
}

/* n records with ascending keys of key_min to key_max bytes. */
static gefs_record *
make_records(size_t n, size_t key_min, size_t key_max, size_t value_max, uint64_t seed, uint8_t **bytes)
{
	gefs_record *r = calloc(n, sizeof *r);
	uint8_t *p = *bytes = malloc(n * (key_max + value_max));

	assert_true(r && p);
	for (size_t i = 0; i < n; i++) {
		size_t nk = key_min + random_next(&seed) % (key_max - key_min + 1), nv = random_next(&seed) % (value_max + 1);
		for (size_t k = 0; k < nk + nv; k++)
			p[k] = (uint8_t)random_next(&seed);
		put_be32(p, (uint32_t)i);
		r[i] = (gefs_record){0, {p, nk}, {p + nk, nv}};
		p += nk + nv;
	}
	return r;
}

static uint32_t
build_and_check(const struct format *f, size_t n, size_t key_min, size_t key_max, size_t value_max, uint64_t seed)
{
	struct made m = {.f = f};
	struct build_ops ops = {place, keep, &m}, count = {place, NULL, &m};
	struct built b, again;
	uint8_t *bytes;
	gefs_error e;
	gefs_record *r = make_records(n, key_min, key_max, value_max, seed, &bytes);

	m.want = r;
	assert_int_equal(tree_build(f, r, n, 7, &ops, &b, &e), 0);
	assert_int_equal(b.nodes, m.n);
	check_node(&m, b.root, b.height, (gefs_bytes){NULL, 0}, 0);
	assert_int_equal(m.records, n);
	assert_int_equal(tree_build(f, r, n, 7, &count, &again, &e), 0);
	assert_memory_equal(&again.root, &b.root, sizeof b.root);
	assert_int_equal(again.nodes, b.nodes);
	free(r);
	free(bytes);
	free(m.blocks);
	return b.height;
}

static void
test_sizes(void **state)
{
	const struct format *const formats[] = {&format_gefs9, &format_gefs0001_le, &format_gefs0001_be};

	(void)state;
	for (int f = 0; f < 3; f++)
		for (size_t n = 1; n < 2000; n += 1 + n / 3)
			for (uint64_t seed = 1; seed < 6; seed++) {
				build_and_check(formats[f], n, 4, 9, 16, seed * n);
				build_and_check(formats[f], n, 4, formats[f]->key_max, VALUE_MAX, seed + n);
				build_and_check(formats[f], n, formats[f]->key_max, formats[f]->key_max, 1, seed + n);
			}
}

static void
test_heights(void **state)
{
	(void)state;
	assert_int_equal(build_and_check(&format_gefs9, 1, 4, 9, 16, 1), 1);
	assert_int_equal(build_and_check(&format_gefs9, 3000, 9, 17, 48, 2), 2);
	assert_true(build_and_check(&format_gefs9, 60000, 100, 256, 300, 3) >= 3);
	assert_true(build_and_check(&format_gefs0001_le, 30000, 100, 267, 300, 4) >= 4);
}

static void
test_refusals(void **state)
{
	struct made m = {.f = &format_gefs9};
	struct build_ops ops = {place, NULL, &m};
	struct built b;
	gefs_error e = {0};
	uint8_t long_key[300] = {1};
	gefs_record r[2] = {{0, {(const uint8_t *)"b", 1}, {NULL, 0}}, {0, {(const uint8_t *)"a", 1}, {NULL, 0}}};

	(void)state;
	assert_int_equal(tree_build(m.f, r, 0, 0, &ops, &b, &e), -1);
	assert_int_equal(e.code, GEFS_EINVAL);
	assert_int_equal(tree_build(m.f, r, 2, 0, &ops, &b, &e), -1); /* out of order */
	r[1].key = r[0].key;
	assert_int_equal(tree_build(m.f, r, 2, 0, &ops, &b, &e), -1); /* twice */
	r[0].key = (gefs_bytes){long_key, sizeof long_key};
	assert_int_equal(tree_build(m.f, r, 1, 0, &ops, &b, &e), -1);
	r[0].key.n = 0;
	assert_int_equal(tree_build(m.f, r, 1, 0, &ops, &b, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_heights),
		cmocka_unit_test(test_refusals),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
