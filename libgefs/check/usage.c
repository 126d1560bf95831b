/* Group I: what is allocated against what is in use; and the superblock's counters (row 8). */
#include <inttypes.h>

#include "check/check.h"

struct leak {
	uint64_t first, count;
};

static bool
is_reserved(const gefs_image *img, const gefs_arena *a, uint64_t addr)
{
	return a->end - addr <= (uint64_t)img->f->reserved_blocks * img->f->blksz;
}

static void
scan_used(struct gefs_check *c, const gefs_arena *a, uint64_t from, uint64_t to, struct leak *l)
{
	uint32_t blksz = c->img->f->blksz;

	for (uint64_t addr = from; addr < to; addr += blksz) {
		uint32_t m = ledger_peek(c->map, addr);
		if (entry_kind(m) != KIND_NONE || entry_listed(m) || is_reserved(c->img, a, addr))
			continue;
		if (l->count++ == 0)
			l->first = addr;
	}
}

static void
check_leaks(struct gefs_check *c, const gefs_arena *a)
{
	struct leak l = {0};
	uint64_t at = a->start;

	for (size_t i = 0; i < a->nfree; i++) {
		scan_used(c, a, at, a->free[i].off, &l);
		at = a->free[i].off + a->free[i].len;
	}
	scan_used(c, a, at, a->end, &l);
	if (l.count == 0)
		return;
	struct place p = at_block(l.first, "leaked");
	c->stats.leaked_blocks += l.count;
	c->stats.leaked_bytes += l.count * c->img->f->blksz;
	finding(c, F_LEAK, &p, "arena %u: %" PRIu64 " block%s (%" PRIu64 " bytes) leaked, the first at 0x%" PRIx64,
		a->index, l.count, l.count == 1 ? "" : "s", l.count * c->img->f->blksz, l.first);
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
	/* With part of the metadata unread, or unread by request, what it refers to would look leaked. */
	if (c->incomplete || c->wanted)
		return;
	for (uint32_t i = 0; i < c->img->narenas && !c->cancelled; i++)
		if (c->img->arenas[i].pub.log_ok)
			check_leaks(c, &c->img->arenas[i].pub);
}
