/* Interruption at every read of everything that reads: it ends with GEFS_ECANCEL, is not told as damage, and leaves
 * nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/metro.h"
#include "image.h"

/* A disk over another one, in whose nth read from now on the image is interrupted. */
struct trap {
	struct disk disk;
	struct disk *below;
	gefs_image *img;
	_Atomic int64_t reads; /* left until then; threads read too */
};

static int64_t
trap_pread(struct disk *d, void *buf, size_t len, uint64_t off)
{
	struct trap *t = (struct trap *)d;

	if (atomic_fetch_sub(&t->reads, 1) == 0)
		gefs_interrupt(t->img, true);
	return t->below->ops->pread(t->below, buf, len, off);
}

static void
trap_close(struct disk *d)
{
	disk_close(((struct trap *)d)->below);
}

static const struct disk_ops trap_ops = {.pread = trap_pread, .close = trap_close};

static gefs_image *
open_trap(struct trap *t, const char *name, unsigned jobs)
{
	const gefs_options o = {.super = -1, .jobs = jobs};
	const char *dir = getenv("GEFS_TEST_CACHE");
	char path[512];
	gefs_error e;

	snprintf(path, sizeof path, "%s/%s.img", dir ? dir : "build/testimg", name);
	*t = (struct trap){.below = disk_open_file(path, 0, false, &e), .reads = INT64_MAX};
	if (!t->below)
		fail_msg("%s", e.text);
	t->disk = (struct disk){.ops = &trap_ops, .size = t->below->size};
	t->img = image_open_disk(&t->disk, &o, path, &e);
	if (!t->img)
		fail_msg("%s", e.text);
	return t->img;
}

/* ---- what is tried ---- */

struct run {
	gefs_image *img;
	uint64_t digest; /* of all that is told */
	uint64_t damaged;
	bool cancelled;  /* by itself said to be not complete */
	gefs_error e;
};

static void
mix(struct run *r, const void *p, size_t n)
{
	r->digest = gefs_metro64(p, n, r->digest);
}

static void
mix64(struct run *r, uint64_t v)
{
	mix(r, &v, sizeof v);
}

static int
on_damage(void *arg, const gefs_error *e)
{
	(void)e;
	((struct run *)arg)->damaged++;
	return 0;
}

/* The tree of a snapshot, counted from the newest one; false when that could not be read. */
static bool
find_tree(struct run *r, size_t back, gefs_tree *t)
{
	const gefs_error *e = gefs_snaps_error(r->img);

	if (e)
		r->e = *e;
	else
		gefs_tree_of(gefs_snap_get(r->img, gefs_snap_count(r->img) - 1 - back), t);
	return !e;
}

static int
try_snaps(struct run *r)
{
	const gefs_error *e = gefs_snaps_error(r->img);
	gefs_tree t;

	mix64(r, gefs_label_count(r->img));
	mix64(r, gefs_snap_count(r->img));
	mix64(r, gefs_deadlist_count(r->img));
	int rc = gefs_tree_find(r->img, "main", &t, &r->e);
	if (rc == 0)
		assert_null(e);
	return rc;
}

static int
try_users(struct run *r)
{
	const gefs_error *e = gefs_users_error(r->img);

	if (e)
		r->e = *e;
	mix64(r, gefs_user_count(r->img));
	return e ? -1 : 0;
}

static int
on_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	mix(arg, key.p, key.n);
	mix(arg, value.p, value.n);
	return 0;
}

static int
try_scan(struct run *r)
{
	gefs_tree t;
	return !find_tree(r, 0, &t) ? -1 : gefs_scan(r->img, &t, (gefs_bytes){NULL, 0}, on_kv, on_damage, r, &r->e);
}

static int
on_step(void *arg, gefs_bytes key, const gefs_step *s)
{
	mix(arg, key.p, key.n);
	mix64(arg, s ? s->addr : 0);
	return 0;
}

static int
try_trace(struct run *r)
{
	gefs_tree t;
	return !find_tree(r, 0, &t) ? -1 : gefs_trace(r->img, &t, (gefs_bytes){NULL, 0}, on_step, on_damage, r, &r->e);
}

static int
on_node(void *arg, const gefs_place *p)
{
	assert_non_null(p->node);
	mix64(arg, p->ptr.addr);
	return 0;
}

static int
try_nodes(struct run *r)
{
	gefs_tree t;
	return !find_tree(r, 0, &t) ? -1 : gefs_node_walk(r->img, &t, on_node, r, &r->e);
}

static int
on_file(void *arg, const gefs_file *f)
{
	mix(arg, f->path, f->path_len);
	return 0;
}

static int
try_files(struct run *r)
{
	gefs_tree t;
	return !find_tree(r, 0, &t) ? -1 : gefs_files_walk(r->img, &t, on_file, on_damage, r, &r->e);
}

static int
on_extent(void *arg, const gefs_extent *x)
{
	assert_non_null(x->data);
	mix(arg, x->data, x->len);
	return 0;
}

static int
read_file(void *arg, const gefs_file *f)
{
	struct run *r = arg;
	gefs_tree t;
	return !find_tree(r, 0, &t) ? -1 : gefs_file_read(r->img, &t, f->entry, 0, UINT64_MAX, on_extent, r, &r->e);
}

static int
try_contents(struct run *r)
{
	gefs_tree t;
	return !find_tree(r, 0, &t) ? -1 : gefs_files_walk(r->img, &t, read_file, on_damage, r, &r->e);
}

static int
path_of(void *arg, const gefs_file *f)
{
	struct run *r = arg;
	gefs_tree t;
	char path[4096];
	int rc = !find_tree(r, 0, &t) ? -1 : gefs_qid_path(r->img, &t, f->entry->qpath, path, sizeof path, &r->e);

	if (rc == 0)
		mix(r, path, strlen(path));
	return rc;
}

static int
try_paths(struct run *r)
{
	gefs_tree t;
	return !find_tree(r, 0, &t) ? -1 : gefs_files_walk_from(r->img, &t, "/", path_of, on_damage, r, &r->e);
}

static int
on_entry(void *arg, const gefs_log_entry *le)
{
	mix64(arg, le->addr);
	return 0;
}

static int
try_logs(struct run *r)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < gefs_arena_count(r->img); i++)
		rc = gefs_log_walk(r->img, i, on_entry, r, &r->e);
	return rc;
}

static int
on_dead(void *arg, uint64_t block, uint64_t addr)
{
	mix64(arg, block ^ addr);
	return 0;
}

static int
try_deadlists(struct run *r)
{
	gefs_tree t;
	int rc = find_tree(r, 0, &t) ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < gefs_deadlist_count(r->img); i++)
		rc = gefs_deadlist_walk(r->img, gefs_deadlist_get(r->img, i), on_dead, r, &r->e);
	return rc;
}

static int
try_map(struct run *r)
{
	gefs_map *m = gefs_map_make(r->img, on_damage, r, &r->e);

	for (uint64_t a = 0; m && a < gefs_device_size(r->img); a += 1 << 20)
		mix64(r, gefs_map_use(m, a));
	gefs_map_free(m);
	return m ? 0 : -1;
}

static int
on_owner(void *arg, const gefs_owner *o)
{
	mix64(arg, o->referrer);
	return 0;
}

static int
try_owners(struct run *r)
{
	gefs_tree t;
	return !find_tree(r, 0, &t) ? -1 : gefs_owners(r->img, t.root.addr, on_owner, NULL, r, &r->e);
}

static int
on_difference(void *arg, const gefs_difference *d)
{
	mix(arg, d->path, d->path_len);
	mix64(arg, d->what);
	return 0;
}

static int
try_diff(struct run *r)
{
	gefs_tree old, new;

	if (!find_tree(r, 2, &old) || !find_tree(r, 0, &new))
		return -1;
	return gefs_diff(r->img, &old, &new, NULL, on_difference, on_damage, r, NULL, &r->e);
}

static int
try_check(struct run *r)
{
	gefs_check *c = gefs_check_run(r->img, NULL, &r->e);

	assert_non_null(c);
	const gefs_check_stats *st = gefs_check_stats_get(c);
	mix64(r, st->nodes);
	mix64(r, st->data_blocks);
	assert_int_equal(st->count[GEFS_ERROR], 0);
	int rc = st->cancelled ? gefs_block_read(r->img, 0, (uint8_t[65536]){0}, &r->e) : 0;
	r->cancelled = st->cancelled;
	gefs_check_free(c);
	return r->cancelled ? -1 : rc;
}

static int
on_output(void *arg, uint64_t offset, const void *data, size_t len)
{
	mix64(arg, offset);
	mix(arg, data, len < 4096 ? len : 4096);
	return 0;
}

static int
try_rewrite(struct run *r)
{
	return gefs_rewrite(r->img, NULL, on_output, r, NULL, &r->e);
}

static int
try_compact(struct run *r)
{
	const gefs_compact_options o = {.arena = -1, .dry_run = true};
	gefs_compact_result *res = calloc(1, sizeof *res);
	int rc = gefs_compact(r->img, &o, res, &r->e);

	if (rc == 0)
		mix64(r, res->written);
	free(res);
	return rc;
}

static int
on_note(void *arg, const gefs_export_note *n)
{
	((struct run *)arg)->damaged += n->kind == GEFS_EXPORT_DAMAGE;
	return 0;
}

static int
on_export(void *arg, const gefs_export_entry *x)
{
	mix(arg, x->path, strlen(x->path));
	return 0;
}

static int
try_export(struct run *r)
{
	const gefs_export_options o = {
		.all_snaps = true, .format = "pax", .list = true, .entry = on_export, .note = on_note, .arg = r,
	};
	return gefs_export(r->img, &o, NULL, &r->e);
}

static int (*const tries[])(struct run *) = {
	try_snaps, try_users,	  try_scan, try_trace,	try_nodes, try_files, try_contents, try_paths,	 try_logs,
	try_deadlists, try_map, try_owners, try_diff, try_check, try_rewrite, try_compact, try_export,
};

/* ---- trying it ---- */

static struct run
perform(gefs_image *img, int (*what)(struct run *), int *rc)
{
	struct run r = {.img = img};

	*rc = what(&r);
	assert_int_equal(r.damaged, 0);
	return r;
}

static void
assert_interrupted(const struct run *r, int rc)
{
	assert_int_equal(rc, -1);
	if (r->e.code != GEFS_ECANCEL)
		fail_msg("%s", r->e.text);
	assert_non_null(strstr(r->e.text, "interrupted"));
}

/* From the start, and in a read that is further and further away; then once more, to the end. */
static void
interrupt_everywhere(const char *name, int (*what)(struct run *), unsigned jobs)
{
	struct trap t;
	int rc;
	gefs_image *img = open_trap(&t, name, jobs);
	struct run good = perform(img, what, &rc);

	if (rc != 0)
		fail_msg("%s", good.e.text);
	gefs_close(img);
	for (int64_t i = -1;; i += 1 + i / 8) {
		struct run r;
		img = open_trap(&t, name, jobs);
		if (i < 0)
			gefs_interrupt(img, true);
		else
			t.reads = i;
		r = perform(img, what, &rc);
		bool caught = rc != 0;
		if (caught)
			assert_interrupted(&r, rc);
		else
			assert_int_equal(r.digest, good.digest); /* all had been read already */
		bool reached = i < 0 || t.reads < 0;
		assert_true(i >= 0 || caught);
		t.reads = INT64_MAX;
		gefs_interrupt(img, false);
		r = perform(img, what, &rc);
		if (rc != 0)
			fail_msg("%s", r.e.text);
		assert_int_equal(r.digest, good.digest);
		gefs_close(img);
		if (!reached)
			break;
	}
}

static void
interrupt_all(const char *name)
{
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
		for (unsigned jobs = 1; jobs < 3; jobs++)
			interrupt_everywhere(name, tries[i], jobs);
}

static void
test_small(void **state)
{
	(void)state;
	interrupt_all("autosnap-real");
}

static void
test_older(void **state)
{
	(void)state;
	interrupt_all("BE-snaps");
}

/* Nodes in memory are not given out either, and blocks not read. */
static void
test_single(void **state)
{
	struct trap t;
	gefs_image *img = open_trap(&t, "autosnap-real", 1);
	struct run r = {.img = img};
	uint8_t block[65536];
	gefs_tree tree;
	gefs_error e;

	(void)state;
	assert_true(find_tree(&r, 0, &tree));
	gefs_node *n = gefs_node_open(img, &tree.root, &e);
	assert_non_null(n);
	gefs_interrupt(img, true);
	assert_null(gefs_node_open(img, &tree.root, &e));
	assert_int_equal(e.code, GEFS_ECANCEL);
	assert_string_equal(e.text, "interrupted");
	assert_null(gefs_node_open_unverified(img, tree.root.addr, &e));
	assert_int_equal(e.code, GEFS_ECANCEL);
	assert_int_equal(gefs_block_read(img, 0, block, &e), -1);
	assert_int_equal(e.code, GEFS_ECANCEL);
	assert_int_equal(gefs_log_walk(img, 0, on_entry, &r, &e), -1);
	assert_int_equal(img->arenas[0].problem, LOG_FINE);
	gefs_interrupt(img, false);
	assert_int_equal(gefs_block_read(img, 0, block, &e), 0);
	gefs_node_close(n);
	gefs_close(img);
}

/* Everything that comes from the disk counts, once. */
static uint64_t
cost(struct trap *t, int (*what)(struct run *))
{
	uint64_t before = gefs_bytes_read(t->img);
	int rc;

	perform(t->img, what, &rc);
	assert_int_equal(rc, 0);
	return gefs_bytes_read(t->img) - before;
}

static void
test_bytes_read(void **state)
{
	struct trap t;
	gefs_image *img = open_trap(&t, "autosnap-real", 2);
	uint64_t blksz = gefs_block_size(img), logs = 0;

	(void)state;
	assert_true(gefs_bytes_read(img) >= 4 * blksz); /* superblocks, headers, log */
	for (uint32_t i = 0; i < gefs_arena_count(img); i++)
		logs += gefs_arena_get(img, i)->log_blocks;
	assert_int_equal(cost(&t, try_logs), logs * blksz);
	assert_int_equal(cost(&t, try_logs), logs * blksz);
	assert_true(cost(&t, try_deadlists) > 0);
	assert_true(cost(&t, try_nodes) > 0);
	assert_int_equal(cost(&t, try_nodes), 0); /* they are in memory now */
	uint64_t contents = cost(&t, try_contents);
	assert_true(contents > 0);
	assert_int_equal(cost(&t, try_contents), contents);
	gefs_close(img);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_older),
		cmocka_unit_test(test_bytes_read),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("interruption", tests, NULL, NULL);
}
