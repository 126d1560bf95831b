/* How values came about: made-up messages, with what each does; and all keys of real images, where a trace has to end
 * with what a scan finds, and to show each record once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/vec.h"
#include "tree/testing/forest.h"
#include "tree/tree.h"

/* ---- made up ---- */

struct told {
	struct forest *f;
	char text[3000];
	int stop_after, damaged;
};

static gefs_bytes
str(const char *s)
{
	return (gefs_bytes){(const uint8_t *)s, strlen(s)};
}

/* Key, node, place, operation, state and problem as text. */
static int
tell(void *arg, gefs_bytes key, const gefs_step *s)
{
	struct told *t = arg;
	size_t at = strlen(t->text), room = sizeof t->text - at;

	if (!s) {
		snprintf(t->text + at, room, "%.*s.\n", (int)key.n, (const char *)key.p);
	} else {
		assert_true(bytes_eq(key, s->record.key));
		assert_int_equal(s->in_leaf, s->record.op == 0);
		snprintf(t->text + at, room, "%.*s %u/%u %s -> %.*s%s%s\n", (int)key.n, (const char *)key.p,
			 (unsigned)((s->addr - 0x10000) / t->f->img.f->blksz), s->slot,
			 s->in_leaf ? "value" : gefs_op_name(s->record.op), s->present ? (int)s->value.n : 4,
			 s->present ? (const char *)s->value.p : "none", s->problem ? ": " : "", s->problem ? s->problem : "");
	}
	return t->stop_after && --t->stop_after == 0 ? 9 : 0;
}

static int
count_damage(void *arg, const gefs_error *e)
{
	(void)e;
	((struct told *)arg)->damaged++;
	return 0;
}

/* Nodes 0 and 1 are leaves, 2 is the pivot over them, 3 the root. */
static gefs_tree
plant(struct forest *f)
{
	const gefs_record low[] = {{0, str("a"), str("1")}, {0, str("b"), str("2")}}, high[] = {{0, str("m"), str("3")}};
	const gefs_record near[] = {{GEFS_OP_INSERT, str("a"), str("4")},
				    {GEFS_OP_DELETE, str("a"), str("")},
				    {GEFS_OP_DELETE, str("c"), str("")},
				    {GEFS_OP_WSTAT, str("m"), str("?")}};
	const gefs_record far[] = {{GEFS_OP_INSERT, str("a"), str("5")}, {GEFS_OP_CLOBBER, str("b"), str("")},
				   {GEFS_OP_INSERT, str("z"), str("6")}, {99, str("z"), str("")},
				   {GEFS_OP_CLEARB, str("zz"), str("")}};
	struct forest_child kid[2] = {{str("a"), forest_leaf(f, low, 2)}, {str("m"), forest_leaf(f, high, 1)}};
	struct forest_child pivot = {str("a"), forest_pivot(f, kid, 2, near, 4)};
	return (gefs_tree){forest_pivot(f, &pivot, 1, far, 5), 3, 1};
}

static const char low_keys[] = "a 0/0 value -> 1\n"
			       "a 2/0 insert -> 4\n"
			       "a 2/1 delete -> none\n"
			       "a 3/0 insert -> 5\n"
			       "a.\n"
			       "b 0/1 value -> 2\n"
			       "b 3/1 clobber -> none\n"
			       "b.\n"
			       "c 2/2 delete -> none: delete of a key that does not exist\n"
			       "c.\n";
static const char high_keys[] = "m 1/0 value -> 3\n"
				"m 2/3 wstat -> 3: wstat of something that is no directory entry\n"
				"m.\n"
				"z 3/2 insert -> 6\n"
				"z 3/3 invalid -> 6: unknown operation\n"
				"z.\n"
				"zz 3/4 clearb -> none: clear of data that does not exist\n"
				"zz.\n";

static void
expect(struct told *t, const gefs_tree *tree, const char *prefix, gefs_damage_fn damage, int rc, const char *first,
       const char *second)
{
	char want[sizeof t->text];

	t->text[0] = 0;
	assert_int_equal(gefs_trace(&t->f->img, tree, str(prefix), tell, damage, t, NULL), rc);
	snprintf(want, sizeof want, "%s%s", first, second);
	assert_string_equal(t->text, want);
}

static void
test_steps(void **state)
{
	struct told t = {.f = forest_new()};
	gefs_tree tree = plant(t.f);

	(void)state;
	expect(&t, &tree, "", NULL, 0, low_keys, high_keys);
	expect(&t, &tree, "b", NULL, 0, "b 0/1 value -> 2\nb 3/1 clobber -> none\nb.\n", "");
	expect(&t, &tree, "y", NULL, 0, "", "");
	t.stop_after = 1;
	expect(&t, &tree, "", NULL, 9, "a 0/0 value -> 1\n", "");
	t.stop_after = 5;
	expect(&t, &tree, "", NULL, 9, "a 0/0 value -> 1\na 2/0 insert -> 4\na 2/1 delete -> none\na 3/0 insert -> 5\na.\n",
	       "");
	forest_free(t.f);
}

/* Without the leaf, messages are all that is known. */
static void
test_damage(void **state)
{
	struct told t = {.f = forest_new()};
	gefs_tree tree = plant(t.f);
	gefs_ptr leaf = {.addr = 0x10000};
	gefs_error e;

	(void)state;
	forest_damage(t.f, leaf);
	expect(&t, &tree, "", count_damage, 0,
	       "a 2/0 insert -> 4\n"
	       "a 2/1 delete -> none\n"
	       "a 3/0 insert -> 5\n"
	       "a.\n"
	       "b 3/1 clobber -> none\n"
	       "b.\n"
	       "c 2/2 delete -> none: delete of a key that does not exist\n"
	       "c.\n",
	       high_keys);
	assert_int_equal(t.damaged, 1);
	assert_int_equal(gefs_trace(&t.f->img, &tree, str(""), tell, NULL, &t, &e), -1);
	assert_int_equal(e.code, GEFS_EDAMAGE);
	forest_free(t.f);
}

/* ---- real ---- */

struct state {
	gefs_bytes key, value;
};

struct all {
	gefs_image *img;
	struct state *v;
	size_t n, cap, next;
	uint64_t values, messages; /* steps */
	bool present;
	uint8_t last[VALUE_BUFFER];
	size_t nlast;
};

static gefs_bytes
copy(gefs_bytes b)
{
	uint8_t *p = malloc(b.n + 1);
	assert_non_null(p);
	if (b.n)
		memcpy(p, b.p, b.n);
	return (gefs_bytes){p, b.n};
}

static int
keep(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct all *a = arg;
	struct state s = {copy(key), copy(value)};
	assert_true(vec_push(a->v, a->n, a->cap, s));
	return 0;
}

static int
check_step(void *arg, gefs_bytes key, const gefs_step *s)
{
	struct all *a = arg;

	if (!s && a->present) {
		assert_true(a->next < a->n);
		assert_true(bytes_eq(a->v[a->next].key, key));
		assert_true(bytes_eq(a->v[a->next].value, (gefs_bytes){a->last, a->nlast}));
		a->next++;
	}
	if (!s) {
		a->present = false;
		return 0;
	}
	gefs_node *n = gefs_node_open_unverified(a->img, s->addr, NULL);
	assert_non_null(n);
	gefs_record r = s->in_leaf ? gefs_node_value(n, s->slot) : gefs_node_message(n, s->slot);
	assert_int_equal(gefs_node_is_leaf(n), s->in_leaf);
	assert_true(r.op == s->record.op && bytes_eq(r.key, key) && bytes_eq(r.value, s->record.value));
	gefs_node_close(n);
	if (s->problem) /* one server clears what is not there */
		assert_int_equal(s->record.op, GEFS_OP_CLEARB);
	a->values += s->in_leaf;
	a->messages += !s->in_leaf;
	a->present = s->present;
	a->nlast = s->value.n;
	if (s->value.n)
		memcpy(a->last, s->value.p, s->value.n);
	return 0;
}

static int
count_records(void *arg, const gefs_place *p)
{
	struct all *a = arg;

	a->values -= gefs_node_is_leaf(p->node) ? gefs_node_count(p->node) : 0;
	a->messages -= gefs_node_messages(p->node);
	return 0;
}

static void
check_tree(gefs_image *img, const gefs_tree *t)
{
	struct all a = {.img = img};
	const gefs_bytes all = {NULL, 0};

	assert_int_equal(gefs_scan(img, t, all, keep, NULL, &a, NULL), 0);
	assert_int_equal(gefs_trace(img, t, all, check_step, NULL, &a, NULL), 0);
	assert_int_equal(a.next, a.n);
	assert_int_equal(gefs_node_walk(img, t, count_records, &a, NULL), 0);
	assert_int_equal(a.values, 0);
	assert_int_equal(a.messages, 0);
	for (size_t i = 0; i < a.n; i++) {
		free((void *)(uintptr_t)a.v[i].key.p);
		free((void *)(uintptr_t)a.v[i].value.p);
	}
	free(a.v);
}

static void
check_image(const char *name)
{
	const char *dir = getenv("GEFS_TEST_CACHE");
	char path[512];
	gefs_tree t;
	gefs_error e;

	snprintf(path, sizeof path, "%s/%s.img", dir ? dir : "build/testimg", name);
	gefs_image *img = gefs_open(path, NULL, &e);
	if (!img)
		fail_msg("%s", e.text);
	assert_int_equal(gefs_tree_find(img, "snap", &t, NULL), 0);
	check_tree(img, &t);
	for (size_t i = 0; i < gefs_snap_count(img); i++) {
		gefs_tree_of(gefs_snap_get(img, i), &t);
		check_tree(img, &t);
	}
	gefs_close(img);
}

static void
test_real(void **state)
{
	(void)state;
	check_image("snaps");
	check_image("autosnap-real");
	check_image("A-snaps");
	check_image("BE-snaps");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_real),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("traces", tests, NULL, NULL);
}
