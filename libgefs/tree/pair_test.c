/* Two versions of a leaf side by side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tree/tree.h"

/* A leaf whose keys are the letters of `keys`; each has the value below it in `values`. */
struct leaf {
	uint8_t block[16384];
	struct node n;
};

static void
make(struct leaf *l, const char *keys, const char *values)
{
	const struct format *f = &format_gefs9;
	size_t n = strlen(keys), off = f->leaf_space;
	uint8_t *area = l->block + f->leaf_header;

	memset(l->block, 0, sizeof l->block);
	l->block[1] = GEFS_BLOCK_LEAF;
	l->block[3] = (uint8_t)n;
	l->block[5] = (uint8_t)(6 * n);
	for (size_t i = 0; i < n; i++) {
		const uint8_t record[] = {0, 1, (uint8_t)keys[i], 0, 1, (uint8_t)values[i]};
		off -= sizeof record;
		area[2 * i] = (uint8_t)(off >> 8);
		area[2 * i + 1] = (uint8_t)off;
		memcpy(area + off, record, sizeof record);
	}
	node_parse(f, l->block, &l->n, NULL, NULL);
	assert_true(l->n.usable);
}

/* What pair_next finds, as text: the keys of the first leaf in lower case, of the second in upper case. */
static void
expect(const char *keys0, const char *values0, const char *keys1, const char *values1, const char *found)
{
	struct leaf a, b;
	char text[64];
	size_t n = 0;
	unsigned which;

	make(&a, keys0, values0);
	make(&b, keys1, values1);
	struct leaf_pair p = {.leaf = {&a.n, &b.n}};
	while ((which = pair_next(&p))) {
		if (which & 1)
			text[n++] = (char)node_value(&a.n, p.at[0]).key.p[0];
		if (which & 2)
			text[n++] = (char)(node_value(&b.n, p.at[1]).key.p[0] - 'a' + 'A');
	}
	text[n] = 0;
	assert_string_equal(text, found);
	assert_int_equal(p.next[0], a.n.nval);
	assert_int_equal(p.next[1], b.n.nval);
}

static void
test_pairs(void **state)
{
	(void)state;
	expect("abc", "123", "abc", "123", "");
	expect("abc", "123", "abc", "193", "bB");
	expect("abc", "123", "ac", "13", "b");
	expect("ac", "13", "abc", "123", "B");
	expect("a", "1", "bc", "23", "aBC");
	expect("bc", "23", "a", "1", "Abc");
	expect("abxyz", "12789", "abcyz", "12389", "Cx");
	expect("", "", "ab", "12", "AB");
	expect("ab", "12", "", "", "ab");
	expect("", "", "", "", "");
	expect("cba", "321", "cba", "321", ""); /* out of order: alike all the same */
	expect("cab", "312", "abc", "123", "ABab");
}

static void
test_alike(void **state)
{
	struct leaf a, b;

	(void)state;
	make(&a, "abcdef", "123456");
	make(&b, "bcdxf", "23486");
	assert_int_equal(values_alike(&a.n, 1, &b.n, 0, 5), 3);
	assert_int_equal(values_alike(&a.n, 1, &b.n, 0, 2), 2);
	assert_int_equal(values_alike(&a.n, 0, &b.n, 0, 5), 0);
	assert_int_equal(values_alike(&a.n, 5, &b.n, 4, 1), 1);
	assert_int_equal(values_alike(&a.n, 6, &b.n, 5, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_alike),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pair", tests, NULL, NULL);
}
