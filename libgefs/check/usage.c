/* Group I: what is allocated against what is in use; and the superblock's counters (row 8). */
#include <inttypes.h>

#include "base/error.h"
#include "check/check.h"

static bool
is_reserved(const gefs_image *img, const gefs_arena *a, uint64_t addr)
{
	return a->end - addr <= (uint64_t)img->f->reserved_blocks * img->f->blksz;
}

bool
check_refers(const struct gefs_check *c, uint64_t addr)
{
	uint32_t m = ledger_peek(c->map, addr);
	return entry_kind(m) != KIND_NONE || entry_listed(m);
}

/* Calls fn for what nothing refers to among blocks that are in use. */
static int
scan_used(const struct gefs_check *c, const gefs_arena *a, gefs_range used, gefs_range_fn fn, void *arg)
{
	uint32_t blksz = c->img->f->blksz;
	gefs_range leak = {used.off, 0};
	int rc = 0;

	for (uint64_t addr = used.off; addr - used.off < used.len && rc == 0; addr += blksz) {
		if (!check_refers(c, addr) && !is_reserved(c->img, a, addr)) {
			leak.len += blksz;
			continue;
		}
		if (leak.len)
			rc = fn(arg, &leak);
		leak = (gefs_range){addr + blksz, 0};
	}
	return rc == 0 && leak.len ? fn(arg, &leak) : rc;
}

static int
each_leak(const struct gefs_check *c, const gefs_arena *a, gefs_range_fn fn, void *arg)
{
	uint64_t at = a->start;

	for (size_t i = 0; i < a->nfree; i++) {
		int rc = scan_used(c, a, (gefs_range){at, a->free[i].off - at}, fn, arg);
		if (rc != 0)
			return rc;
		at = a->free[i].off + a->free[i].len;
	}
	return scan_used(c, a, (gefs_range){at, a->end - at}, fn, arg);
}

/* With part of the metadata unread, or unread by request, what it refers to would look leaked. */
static bool
leaks_known(const struct gefs_check *c)
{
	return !c->incomplete && !c->wanted && !c->cancelled;
}

int
gefs_check_leaks(const gefs_check *c, gefs_range_fn fn, void *arg, gefs_error *e)
{
	int rc = 0;

	if (!leaks_known(c))
		return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL,
				 "what is leaked is not known: not everything that may refer to blocks could be read");
	for (uint32_t i = 0; i < c->img->narenas && rc == 0; i++)
		rc = each_leak(c, &c->img->arenas[i].pub, fn, arg);
	return rc;
}

struct leaks {
	uint64_t first, bytes;
};

static int
add_leak(void *arg, const gefs_range *r)
{
	struct leaks *l = arg;

	if (l->bytes == 0)
		l->first = r->off;
	l->bytes += r->len;
	return 0;
}

static void
check_leaks(struct gefs_check *c, const gefs_arena *a)
{
	struct leaks l = {0};

	each_leak(c, a, add_leak, &l);
	if (l.bytes == 0)
		return;
	struct place p = at_block(l.first, "leaked");
	uint64_t count = l.bytes / c->img->f->blksz;
	c->stats.leaked_blocks += count;
	c->stats.leaked_bytes += l.bytes;
	finding(c, F_LEAK, &p, "arena %u: %" PRIu64 " block%s (%" PRIu64 " bytes) leaked, the first at 0x%" PRIx64,
		a->index, count, count == 1 ? "" : "s", l.bytes, l.first);
}

static void
check_counters(struct gefs_check *c)
{
	const gefs_super *sb = image_super(c->img);
	struct place p = at_block(c->img->copy[c->img->used].addr, "superblock");

	if (c->any_qid && c->max_qid >= sb->nextqid)
		finding(c, F_SUPER_NEXTQID, &p, "next qid is %" PRIu64 ", but qid %" PRIu64 " is in use", sb->nextqid,
			c->max_qid);
	/* Where births are ahead of the generation, they may be what is handed out next. */
	uint64_t limit = sb->nextgen + !c->img->f->exact_lifetimes;
	if (c->any_gen && c->max_gen >= limit)
		finding(c, F_SUPER_NEXTGEN, &p, "next generation is %" PRIu64 ", but %" PRIu64 " is in use", sb->nextgen,
			c->max_gen);
}

void
check_usage(struct gefs_check *c)
{
	check_counters(c);
	if (!leaks_known(c))
		return;
	for (uint32_t i = 0; i < c->img->narenas && !c->cancelled; i++)
		if (c->img->arenas[i].pub.log_ok)
			check_leaks(c, &c->img->arenas[i].pub);
}
