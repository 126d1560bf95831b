#include "alloc/compress.h"

#include <inttypes.h>
#include <stdlib.h>

#include "alloc/arena.h"
#include "base/error.h"
#include "base/vec.h"

/* ---- from free ranges to blocks ---- */

struct builder {
	const struct format *f;
	const struct new_log *log; /* where blocks go; NULL: only count */
	log_put_fn put;
	void *arg;
	gefs_error *e;
	uint8_t block[65536];
	uint32_t at, blocks;
	uint64_t entries;
	int rc;
};

/* The block is complete, and another one follows or does not. */
static void
finish_block(struct builder *b, bool more)
{
	uint32_t n = b->blocks++;

	/* What ends or continues a log is an entry where no barrier does it. */
	b->entries += !format_has(b->f, GEFS_HAS_BARRIERS);
	if (b->log && b->rc == 0) {
		b->f->log_seal(b->f, b->block, b->at, more ? b->log->addr[n + 1] : GEFS_NIL);
		b->rc = b->put(b->arg, b->log->addr[n], b->block, b->at, b->e);
	}
	b->at = 0;
}

static void
add_entry(struct builder *b, gefs_log_op op, uint64_t addr, uint64_t len)
{
	if (b->at >= b->f->log_full)
		finish_block(b, true);
	b->at += b->f->log_put(b->f, b->block, b->at, op, addr, len);
	b->entries++;
}

static void
add_free(void *arg, uint64_t off, uint64_t len)
{
	add_entry(arg, GEFS_LOG_FREE, off, len);
}

/* A log that never had a barrier counts to its end, as one without a sync does. */
static void
finish_log(struct builder *b, const gefs_image *img, const gefs_arena *a)
{
	uint64_t qgen = image_super(img)->qgen;

	if (format_has(b->f, GEFS_HAS_BARRIERS) && (qgen > 0 || a->barrier))
		add_entry(b, GEFS_LOG_SYNC, qgen, 0);
	finish_block(b, b->f->log_ends_empty);
	if (b->f->log_ends_empty)
		finish_block(b, false);
}

static void
build(struct builder *b, const gefs_image *img, const gefs_arena *a, const struct rangeset *ranges)
{
	b->f = img->f;
	rangeset_each(ranges, add_free, b);
	finish_log(b, img, a);
}

int
log_build(gefs_image *img, uint32_t arena, const struct new_log *log, log_put_fn put, void *arg, gefs_error *e)
{
	struct builder b = {.log = log, .put = put, .arg = arg, .e = e};

	build(&b, img, gefs_arena_get(img, arena), log->free);
	return b.rc;
}

/* ---- is the log that short already? ---- */

struct chain {
	uint64_t *addr;
	size_t n, cap;
};

static int
collect_block(void *arg, const gefs_log_entry *le)
{
	struct chain *c = arg;

	if (le->op == GEFS_LOG_BLOCK && !vec_push(c->addr, c->n, c->cap, le->block))
		return 1;
	return 0;
}

enum { DIFFERENT = 1 };

static int
compare_block(void *arg, uint64_t addr, const uint8_t *block, uint32_t size, gefs_error *e)
{
	gefs_image *img = arg;
	uint8_t old[65536];

	if (image_read(img, old, img->f->blksz, addr, e) < 0)
		return -1;
	return memcmp(old + img->f->log_header, block + img->f->log_header, size) == 0 ? 0 : DIFFERENT;
}

/* 1: it is, 0: it is not, -1: error. */
static int
is_short(gefs_image *img, const gefs_arena *a, const struct chain *old, const struct rangeset *ranges, gefs_error *e)
{
	struct new_log same = {.addr = old->addr, .nblocks = (uint32_t)old->n};
	struct builder b = {0};

	build(&b, img, a, ranges);
	if (b.blocks != old->n || b.entries != a->log_entries)
		return 0;
	b = (struct builder){.log = &same, .put = compare_block, .arg = img, .e = e};
	build(&b, img, a, ranges);
	return b.rc < 0 ? -1 : b.rc != DIFFERENT;
}

/* ---- choosing blocks ---- */

struct choice {
	gefs_image *img;
	const gefs_arena *a;
	const struct log_request *req;
	struct new_log *log;
	size_t cap;
	size_t range; /* of a->free: the next candidate is in it ... */
	uint64_t at;  /* ... not before here */
};

/* The next free block to which nothing refers; false when there is none. */
static bool
next_block(struct choice *c, uint64_t *addr)
{
	for (; c->range < c->a->nfree; c->range++) {
		gefs_range r = c->a->free[c->range];
		for (*addr = c->at > r.off ? c->at : r.off; *addr - r.off < r.len; *addr = c->at) {
			c->at = *addr + c->img->f->blksz;
			if (!c->req->in_use(c->req->arg, *addr))
				return true;
		}
	}
	return false;
}

/* Takes one more block for the log; 1: done, 0: there is no room, -1: error. */
static int
take_block(struct choice *c, gefs_error *e)
{
	uint64_t addr;
	size_t n = c->log->nblocks;

	if (!next_block(c, &addr))
		return 0;
	if (!vec_push(c->log->addr, n, c->cap, addr) ||
	    rangeset_remove(c->log->free, addr, c->img->f->blksz) == RANGE_NOMEM)
		return gefs_fail_memory(e);
	c->log->nblocks++;
	return 1;
}

static int
give_back(struct choice *c, gefs_error *e)
{
	uint64_t addr = c->log->addr[--c->log->nblocks];
	return rangeset_add(c->log->free, addr, c->img->f->blksz) == RANGE_NOMEM ? gefs_fail_memory(e) : 0;
}

/* As many blocks as are missing for certain: one that is taken can save a range, which is 1/500 of a log block. */
static int
take_blocks(struct choice *c, uint32_t missing, gefs_error *e)
{
	uint32_t sure = missing - missing / 256, n = sure > 1 ? sure - 1 : 1;
	int rc = 1;

	for (uint32_t i = 0; i < n && rc > 0; i++)
		rc = take_block(c, e);
	return rc;
}

/* Taking blocks away changes what has to be listed, and so how many are needed: it is counted anew each time. */
static int
choose_blocks(struct choice *c, gefs_error *e)
{
	enum { TRIES = 64 };

	for (int surplus = 0; surplus < TRIES;) {
		struct builder count = {0};
		build(&count, c->img, c->a, c->log->free);
		c->log->entries = count.entries;
		if (count.blocks == c->log->nblocks)
			return 0;
		int rc = 1;
		if (count.blocks > c->log->nblocks)
			rc = take_blocks(c, count.blocks - c->log->nblocks, e);
		else if (surplus++, give_back(c, e) < 0) /* the last one made itself unnecessary: another may not */
			rc = -1;
		if (rc < 0)
			return -1;
		if (rc == 0)
			break;
	}
	c->log->plan = LOG_NO_ROOM;
	return 0;
}

/* ---- the plan ---- */

static int
add_range(struct rangeset *s, uint64_t off, uint64_t len, gefs_error *e)
{
	return rangeset_add(s, off, len) == RANGE_NOMEM ? gefs_fail_memory(e) : 0;
}

static int
add_ranges(struct rangeset *s, const gefs_range *r, size_t n, gefs_error *e)
{
	for (size_t i = 0; i < n; i++)
		if (add_range(s, r[i].off, r[i].len, e) < 0)
			return -1;
	return 0;
}

static void
sum(void *arg, uint64_t off, uint64_t len)
{
	(void)off;
	*(uint64_t *)arg += len;
}

static int
plan(gefs_image *img, const gefs_arena *a, const struct log_request *req, const struct chain *old, struct new_log *log,
     gefs_error *e)
{
	struct choice c = {.img = img, .a = a, .req = req, .log = log};

	if (!(log->free = rangeset_new()))
		return gefs_fail_memory(e);
	if (add_ranges(log->free, a->free, a->nfree, e) < 0)
		return -1;
	if (req->nrelease == 0) {
		int rc = is_short(img, a, old, log->free, e);
		if (rc != 0) {
			log->plan = LOG_SHORT_ALREADY;
			return rc < 0 ? -1 : 0;
		}
	}
	if (add_ranges(log->free, req->release, req->nrelease, e) < 0)
		return -1;
	/* A block of the log that counts as free already (section 32) is met by the check for conflicts, and stays so. */
	for (size_t i = 0; i < old->n; i++)
		if (add_range(log->free, old->addr[i], img->f->blksz, e) < 0)
			return -1;
	if (choose_blocks(&c, e) < 0)
		return -1;
	rangeset_each(log->free, sum, &log->free_bytes);
	return 0;
}

int
log_plan(gefs_image *img, uint32_t arena, const struct log_request *req, struct new_log *log, gefs_error *e)
{
	struct chain old = {0};
	int rc = gefs_log_walk(img, arena, collect_block, &old, e);

	*log = (struct new_log){.plan = LOG_NEW};
	if (rc > 0)
		gefs_fail_memory(e);
	if (rc == 0)
		rc = plan(img, gefs_arena_get(img, arena), req, &old, log, e);
	free(old.addr);
	return rc == 0 ? 0 : -1;
}

void
log_plan_free(struct new_log *log)
{
	free(log->addr);
	rangeset_free(log->free);
	*log = (struct new_log){0};
}
