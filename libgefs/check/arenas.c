/* Groups B and C: arena headers and allocation logs. */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc/arena.h"
#include "base/error.h"
#include "check/check.h"

static const char header_owner[] = "arena header", log_owner[] = "allocation log";

/* The disk grown by the known bug gets one finding, not two for each arena. */
static bool
is_grow_bug(const gefs_image *img, const gefs_arena *a)
{
	return format_has(img->f, GEFS_HAS_HEADER_HASHES) && image_super(img)->arena[a->index].hash == GEFS_NIL &&
	        a->header_ok && a->copies_equal;
}

static void
check_headers(struct gefs_check *c, const gefs_arena *a)
{
	uint32_t blksz = c->img->f->blksz;
	int copies = (int)c->img->f->header_copies;
	int good = (a->copy[0] == GEFS_COPY_GOOD) + (a->copy[1] == GEFS_COPY_GOOD);

	if (good == copies || is_grow_bug(c->img, a))
		return;
	for (int i = 0; i < copies; i++) {
		struct place p = at_block(a->header + (uint64_t)i * blksz, header_owner);
		if (a->copy[i] == GEFS_COPY_GOOD)
			continue;
		const char *state = a->copy[i] == GEFS_COPY_BAD_HASH ? "has another hash than the superblock says" :
				    a->copy[i] == GEFS_COPY_BAD	     ? "is no arena header" :
								       "cannot be read";
		if (copies == 1)
			finding(c, F_ARENA_HEADER, &p, "arena %u: the header at 0x%" PRIx64 " %s", a->index, p.addr, state);
		else if (good)
			finding(c, F_ARENA_COPY, &p,
				"arena %u: header copy %d at 0x%" PRIx64 " %s; the other copy is good. The file server will make "
				"the file system read-only",
				a->index, i, p.addr, state);
		else
			finding(c, F_ARENA_HEADER, &p, "arena %u: header copy %d at 0x%" PRIx64 " %s, and no copy is good",
				a->index, i, p.addr, state);
	}
}

static void
check_place(struct gefs_check *c, const gefs_arena *a)
{
	uint32_t blksz = c->img->f->blksz;
	struct place p = at_block(a->header, header_owner);
	const gefs_arena *prev = a->index ? &c->img->arenas[a->index - 1].pub : NULL;
	uint64_t first = format_has(c->img->f, GEFS_HAS_SUPERBLOCKS) ? blksz : 0, all = image_super(c->img)->arena_size;
	uint64_t expect = prev ? (prev->header_ok ? prev->end : GEFS_NIL) : first;

	if (a->header % blksz)
		finding(c, F_ARENA_ORDER, &p, "arena %u: address 0x%" PRIx64 " is not a multiple of the block size", a->index,
			a->header);
	else if (expect != GEFS_NIL && a->header != expect)
		finding(c, F_ARENA_ORDER, &p, "arena %u: begins at 0x%" PRIx64 ", expected 0x%" PRIx64, a->index, a->header,
			expect);
	else if (a->header_ok && all && a->size != all)
		finding(c, F_ARENA_SIZE, &p, "arena %u: size is 0x%" PRIx64 ", all arenas have 0x%" PRIx64, a->index, a->size,
			all);
	if (!a->header_ok && (a->copy[0] == GEFS_COPY_GOOD || a->copy[1] == GEFS_COPY_GOOD))
		finding(c, F_ARENA_SIZE, &p, "%s; its log and free space are not known",
			c->img->arenas[a->index].error.text);
}

struct log_check {
	struct gefs_check *c;
	const gefs_arena *a;
	uint64_t last_sync;
};

static int
log_entry(void *arg, const gefs_log_entry *le)
{
	struct log_check *l = arg;
	struct gefs_check *c = l->c;
	struct place p = at_block(le->block, log_owner);

	if (le->op == GEFS_LOG_SYNC && le->addr < image_super(c->img)->qgen) {
		if (le->addr < l->last_sync)
			finding(c, F_LOG_SYNC_ORDER, &p,
				"arena %u, log block 0x%" PRIx64 " offset %u: barrier %" PRIu64 " after %" PRIu64, l->a->index,
				le->block, le->offset, le->addr, l->last_sync);
		l->last_sync = le->addr;
	}
	if (le->op != GEFS_LOG_BLOCK)
		return 0;
	uint32_t *m = ledger_at(c->map, le->block);
	if (!m)
		return gefs_fail_memory(NULL);
	uint64_t print = fingerprint(5, l->a->index);
	if (entry_kind(*m) != KIND_NONE) {
		if (entry_same(*m, print))
			finding(c, F_LOG_CYCLE, &p, "arena %u: the log is a cycle: it comes back to block 0x%" PRIx64,
				l->a->index, le->block);
		else
			finding(c, F_LOG_SHARED, &p, "arena %u: log block 0x%" PRIx64 " is in another log already", l->a->index,
				le->block);
		return 1;
	}
	*m = entry_make(KIND_LOG, print, *m);
	c->stats.log_blocks++;
	c->stats.blocks++;
	if (l->a->log_ok && gefs_is_free(c->img, le->block))
		finding(c, c->img->f->leaves & LEAVES_RELEASED ? F_RELEASED : F_LOG_FREE, &p, "arena %u: log block 0x%" PRIx64 " counts as free", l->a->index, le->block);
	return 0;
}

static void
check_entries(struct gefs_check *c, const gefs_arena *a)
{
	static const enum finding_code code[] = {
		[LOG_FINE] = F_LOG_BLOCK,     [LOG_BAD_HEAD] = F_ARENA_LOG_HEAD, [LOG_BAD_BLOCK] = F_LOG_BLOCK,
		[LOG_CYCLE] = F_LOG_CYCLE,    [LOG_BAD_ENTRY] = F_LOG_ENTRY,	 [LOG_BAD_REPLAY] = F_LOG_REPLAY,
	};
	const struct arena *arena = &c->img->arenas[a->index];
	struct log_check l = {.c = c, .a = a};
	gefs_error walk;
	int rc = gefs_log_walk(c->img, a->index, log_entry, &l, &walk);

	c->incomplete |= rc != 0 || !a->log_ok;
	if (rc > 0 || (rc == 0 && a->log_ok))
		return; /* a block met twice has been reported */
	const gefs_error *e = rc < 0 ? &walk : &arena->error;
	struct place p = at_block(e->addr, log_owner);
	finding(c, code[arena->problem], &p, "%s", e->text);
}

static void
check_log(struct gefs_check *c, const gefs_arena *a)
{
	const gefs_super *sb = image_super(c->img);
	struct place p = at_block(a->header, header_owner);
	uint32_t blksz = c->img->f->blksz;

	check_entries(c, a);
	if (!a->log_ok)
		return;
	if (a->used != a->used_stored && !(c->img->f->leaves & LEAVES_ROUGH_COUNTS))
		finding(c, F_ARENA_USED, &p, "arena %u: header says 0x%" PRIx64 " bytes are used, the log says 0x%" PRIx64,
			a->index, a->used_stored, a->used);
	if (format_has(c->img->f, GEFS_HAS_BARRIERS) && sb->qgen > 0 && (!a->barrier || a->barrier_gen != sb->qgen)) {
		if (a->barrier)
			finding(c, F_LOG_NO_BARRIER, &p, "arena %u: the log ends at barrier %" PRIu64 ", expected %" PRIu64,
				a->index, a->barrier_gen, sb->qgen);
		else
			finding(c, F_LOG_NO_BARRIER, &p, "arena %u: the log ends without barrier %" PRIu64, a->index, sb->qgen);
	}
	for (uint64_t i = 1; i <= c->img->f->reserved_blocks && i * blksz < a->size; i++)
		if (gefs_is_free(c->img, a->end - i * blksz)) {
			finding(c, F_ARENA_TAIL_FREE, &p, "arena %u: block 0x%" PRIx64 " at its end is free", a->index,
				a->end - i * blksz);
			break;
		}
}

void
check_arenas(struct gefs_check *c)
{
	for (uint32_t i = 0; i < c->img->narenas; i++) {
		const gefs_arena *a = &c->img->arenas[i].pub;
		check_headers(c, a);
		check_place(c, a);
		if (a->header_ok)
			check_log(c, a);
		else
			c->incomplete = true;
	}
}
