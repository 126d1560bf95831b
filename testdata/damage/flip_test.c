/* One flipped bit in any byte that a hash covers has to be found, and blamed on its block.
 *
 *   flip_test TRIALS IMAGE...      prints TAP, one test for each image and kind of block */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "format/layout.h"
#include "image.h"

enum part_kind { SUPER, HEADER, LOG, NODE, DEADLIST, DATA, KINDS };
static const char *const kind_names[] = {"superblocks", "arena headers", "logs", "tree nodes", "deadlists", "data"};

struct part { /* hashed bytes of one block */
	uint64_t addr;
	uint32_t at, len;
	enum part_kind kind;
};

struct flips {
	uint8_t *data;
	size_t len;
	gefs_image *img;
	struct part *parts;
	size_t n, cap;
	uint64_t random;
	int test;
	bool failed;
};

static uint64_t
next_random(struct flips *f)
{
	f->random ^= f->random << 13; /* xorshift64: the same everywhere */
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return f->random;
}

static void
add(struct flips *f, enum part_kind kind, uint64_t addr, uint32_t at, uint32_t len)
{
	struct part p = {addr, at, len, kind};
	if (len && !vec_push(f->parts, f->n, f->cap, p))
		abort();
}

/* The stored hash and the body; the rest of the header is covered by nothing. */
static void
add_body(struct flips *f, enum part_kind kind, uint64_t addr)
{
	const struct format *fmt = f->img->f;
	struct log_header h;

	fmt->log_decode(fmt, f->data + addr, &h);
	add(f, kind, addr, layout_find(fmt->name)->log_hash, 8);
	add(f, kind, addr, fmt->log_header, h.covered);
}

static int
on_log(void *arg, const gefs_log_entry *e)
{
	if (e->op == GEFS_LOG_BLOCK)
		add_body(arg, LOG, e->block);
	return 0;
}

static int
on_dead(void *arg, uint64_t block, uint64_t addr)
{
	struct flips *f = arg;
	if (addr == GEFS_NIL && f->img->f->dead_hash_in_pointer)
		add(f, DEADLIST, block, 0, f->img->f->blksz);
	else if (addr == GEFS_NIL)
		add_body(f, DEADLIST, block);
	return 0;
}

static void
add_data(struct flips *f, gefs_record r)
{
	struct key k;
	if (r.op <= GEFS_OP_INSERT && !key_decode(f->img->f, r.key, &k) && k.type == KEY_DATA && r.value.n == PTR_SIZE)
		add(f, DATA, ptr_decode(f->img->f, r.value.p).addr, 0, f->img->f->blksz);
}

/* Where blocks are released as soon as a message replaces the pointer, only what is left of them counts. */
static bool
messages_release(const struct flips *f)
{
	return (f->img->f->leaves & LEAVES_RELEASED) != 0;
}

static int
on_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	add_data(arg, (gefs_record){0, key, value});
	return 0;
}

static int
on_node(void *arg, const gefs_place *p)
{
	struct flips *f = arg;
	if (!p->node)
		return -1;
	add(f, NODE, p->ptr.addr, 0, f->img->f->blksz);
	if (messages_release(f))
		return 0;
	for (uint32_t i = 0; gefs_node_is_leaf(p->node) && i < gefs_node_count(p->node); i++)
		add_data(f, gefs_node_value(p->node, i));
	for (uint32_t i = 0; i < gefs_node_messages(p->node); i++)
		add_data(f, gefs_node_message(p->node, i));
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Snapshots share blocks. */
static void
sort_unique(struct flips *f)
{
	size_t n = 0;
	qsort(f->parts, f->n, sizeof *f->parts, by_place);
	for (size_t i = 0; i < f->n; i++)
		if (n == 0 || by_place(&f->parts[n - 1], &f->parts[i]) != 0)
			f->parts[n++] = f->parts[i];
	f->n = n;
}

static void
add_root_data(struct flips *f)
{
	uint32_t blksz = f->img->f->blksz, covered = 104 + 16 * f->img->narenas + 8;

	if (!format_has(f->img->f, GEFS_HAS_HEADER_HASHES))
		return;
	add(f, SUPER, 0, 0, covered);
	add(f, SUPER, f->len - f->len % blksz - blksz, 0, covered);
	for (uint32_t i = 0; i < f->img->narenas; i++) {
		add(f, HEADER, gefs_arena_get(f->img, i)->header, 0, blksz);
		add(f, HEADER, gefs_arena_get(f->img, i)->header + blksz, 0, blksz);
	}
}

static int
collect_trees(struct flips *f)
{
	gefs_tree t;
	gefs_bytes all = {NULL, 0};
	int bad = 0;

	if (!format_has(f->img->f, GEFS_HAS_TREES))
		return 0;
	for (size_t i = 0; i < gefs_deadlist_count(f->img); i++)
		bad |= gefs_deadlist_walk(f->img, gefs_deadlist_get(f->img, i), on_dead, f, NULL);
	bad |= gefs_tree_find(f->img, "snap", &t, NULL) || gefs_node_walk(f->img, &t, on_node, f, NULL);
	for (size_t i = 0; i < gefs_snap_count(f->img); i++) {
		gefs_tree_of(gefs_snap_get(f->img, i), &t);
		bad |= gefs_node_walk(f->img, &t, on_node, f, NULL);
		if (messages_release(f))
			bad |= gefs_scan(f->img, &t, all, on_kv, NULL, f, NULL);
	}
	return bad;
}

static int
collect(struct flips *f)
{
	int bad = collect_trees(f);

	add_root_data(f);
	for (uint32_t i = 0; i < f->img->narenas; i++)
		bad |= gefs_log_walk(f->img, i, on_log, f, NULL);
	sort_unique(f);
	return bad;
}

/* How loud the finding has to be. One good copy of some is enough to read everything, and deadlists of old versions are
 * no more than a hint. */
static gefs_severity
least(const struct flips *f, const struct part *p)
{
	bool mild = p->kind <= HEADER || (p->kind == DEADLIST && !f->img->f->exact_lifetimes);
	return mild ? GEFS_WARNING : GEFS_ERROR;
}

/* NULL when the check is content: something loud enough is found at the block. */
static const char *
check(struct flips *f, const struct part *p)
{
	static char why[300];
	gefs_options o = {.super = -1, .jobs = 1};
	gefs_error e;
	gefs_image *img = gefs_open_memory(f->data, f->len, &o, &e);
	gefs_check *c = img ? gefs_check_run(img, NULL, &e) : NULL;
	bool found = false;

	if (!c) {
		gefs_close(img);
		snprintf(why, sizeof why, "%.*s", 200, e.text);
		return why;
	}
	for (size_t i = 0; i < gefs_check_count(c); i++) {
		const gefs_finding *d = gefs_check_finding(c, i);
		found |= d->addr == p->addr && d->kind->severity >= least(f, p);
	}
	snprintf(why, sizeof why, "not among %zu findings, %" PRIu64 " of them errors", gefs_check_count(c),
		 gefs_check_stats_get(c)->count[GEFS_ERROR]);
	gefs_check_free(c);
	gefs_close(img);
	return found ? NULL : why;
}

/* Flips one bit, checks, and flips it back. */
static bool
trial(struct flips *f, const struct part *p)
{
	uint32_t at = p->at + (uint32_t)(next_random(f) % p->len);
	uint8_t bit = (uint8_t)(1u << next_random(f) % 8);

	f->data[p->addr + at] ^= bit;
	const char *why = check(f, p);
	f->data[p->addr + at] ^= bit;
	if (why)
		printf("# bit 0x%x of byte %u of block 0x%" PRIx64 ": %s\n", bit, at, p->addr, why);
	return !why;
}

/* Leaves out blocks that have findings without any damage: they would prove nothing. */
static void
leave_out_known(struct flips *f)
{
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++)
		if (check(f, &f->parts[i]))
			f->parts[n++] = f->parts[i];
	if (n < f->n)
		printf("# %zu of %zu places left out\n", f->n - n, f->n);
	f->n = n;
}

static void
flip_kind(struct flips *f, enum part_kind kind, size_t trials, const char *image)
{
	size_t from = 0, to, bad = 0;

	while (from < f->n && f->parts[from].kind < kind)
		from++;
	for (to = from; to < f->n && f->parts[to].kind == kind; to++)
		;
	for (size_t i = 0; from < to && i < trials && bad < 10; i++)
		bad += !trial(f, &f->parts[from + next_random(f) % (to - from)]);
	f->failed |= bad > 0;
	printf("%s %d - %s, %zu bits in %zu places of %s%s\n", bad ? "not ok" : "ok", ++f->test, image, trials, to - from,
	       kind_names[kind], from == to ? " # SKIP none" : "");
	fflush(stdout);
}

static bool
map_image(struct flips *f, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	f->len = (size_t)st.st_size;
	f->data = mmap(NULL, f->len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	close(fd);
	return f->data != MAP_FAILED;
}

static void
flip_image(struct flips *f, const char *path, size_t trials)
{
	const char *slash = strrchr(path, '/');
	gefs_error e;

	f->n = 0;
	if (!map_image(f, path) || !(f->img = gefs_open_memory(f->data, f->len, NULL, &e)) || collect(f) != 0) {
		printf("Bail out! cannot use %s\n", path);
		exit(1);
	}
	leave_out_known(f);
	for (enum part_kind k = SUPER; k < KINDS; k++)
		flip_kind(f, k, trials / KINDS, slash ? slash + 1 : path);
	gefs_close(f->img);
	munmap(f->data, f->len);
}

int
main(int argc, char **argv)
{
	struct flips f = {.random = 20251121};

	if (argc < 3) {
		fprintf(stderr, "usage: flip_test TRIALS IMAGE...\n");
		return 16;
	}
	for (int i = 2; i < argc; i++)
		flip_image(&f, argv[i], (size_t)atol(argv[1]));
	printf("1..%d\n", f.test);
	free(f.parts);
	return f.failed;
}
