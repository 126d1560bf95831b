/* Reading allocation logs: docs/format.md sections 9, 13 and 26. */
#include "alloc/arena.h"

#include <inttypes.h>

#include "base/cycle.h"
#include "base/error.h"

/* Reads one block of the arena's log chain and checks what its header says. */
static int
log_block_read(gefs_image *img, const gefs_arena *a, uint64_t addr, uint8_t *block, struct log_header *h, gefs_error *e)
{
	const struct format *f = img->f;

	if (addr % f->blksz || addr < a->start || addr >= a->end)
		return gefs_fail(e, GEFS_EDAMAGE, addr,
				 "arena %u: log block address 0x%" PRIx64 " is not a block of the arena", a->index, addr);
	if (image_read(img, block, f->blksz, addr, e) < 0)
		return -1;
	const char *why = f->log_decode(f, block, h);
	if (h->type != GEFS_BLOCK_LOG)
		return gefs_fail(e, GEFS_EDAMAGE, addr, "arena %u: block 0x%" PRIx64 " has type %s, expected log",
				 a->index, addr, gefs_block_type_name(h->type));
	if (why)
		return gefs_fail(e, GEFS_EDAMAGE, addr, "arena %u: log block 0x%" PRIx64 " has %s (%u bytes)", a->index, addr,
				 why, h->size);
	uint64_t hash = f->hash(block + f->log_header, h->covered);
	if (hash != h->hash)
		return gefs_fail(e, GEFS_EDAMAGE, addr,
				 "arena %u: log block 0x%" PRIx64 ": hash is %016" PRIx64 ", expected %016" PRIx64, a->index,
				 addr, hash, h->hash);
	return 0;
}

/* Walks one block; *done is set when the barrier was met. */
static int
walk_block(gefs_image *img, const gefs_arena *a, uint64_t addr, const uint8_t *block, const struct log_header *h,
	   gefs_log_fn fn, void *arg, bool *done, gefs_error *e)
{
	const struct format *f = img->f;
	gefs_log_entry le = {.block = addr, .op = GEFS_LOG_BLOCK, .name = "block", .addr = h->next.addr, .len = h->size};
	int rc = fn(arg, &le);

	for (uint32_t at = 0; rc == 0 && !*done && at < h->size;) {
		const char *why = NULL;
		uint32_t n = f->log_entry(f, block + f->log_header, h->size, at, &le, &why);
		if (n == 0) {
			img->arenas[a->index].problem = LOG_BAD_ENTRY;
			return gefs_fail(e, GEFS_EDAMAGE, addr,
					 "arena %u, log block 0x%" PRIx64 " offset %u: %s (word 0x%016" PRIx64 ")", a->index,
					 addr, at, why, get64(f, block + f->log_header + at));
		}
		le.name = gefs_log_op_name(le.op);
		rc = fn(arg, &le);
		*done = le.op == GEFS_LOG_SYNC && le.addr >= image_super(img)->qgen;
		at += n;
	}
	return rc;
}

int
gefs_log_walk(gefs_image *img, uint32_t index, gefs_log_fn fn, void *arg, gefs_error *e)
{
	const gefs_arena *a = gefs_arena_get(img, index);
	uint8_t block[65536];
	struct log_header h;
	struct cycle cycle = CYCLE_START;
	gefs_error why;

	if (!a)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "there is no arena %u: the image has %u", index, img->narenas);
	if (!a->header_ok)
		return gefs_fail(e, GEFS_EDAMAGE, a->header, "%s", img->arenas[index].error.text);
	for (uint64_t addr = a->log_head; addr != GEFS_NIL; addr = h.next.addr) {
		if (cycle_met(&cycle, addr)) {
			img->arenas[index].problem = LOG_CYCLE;
			return gefs_fail(e, GEFS_EDAMAGE, addr,
					 "arena %u: the log is a cycle: it comes back to block 0x%" PRIx64, index, addr);
		}
		if (log_block_read(img, a, addr, block, &h, &why) < 0) {
			if (why.code == GEFS_ECANCEL)
				return gefs_fail_same(e, &why);
			bool outside = gefs_arena_of(img, addr) != a;
			img->arenas[index].problem = addr == a->log_head && outside ? LOG_BAD_HEAD : LOG_BAD_BLOCK;
			return gefs_fail_same(e, &why);
		}
		bool done = false;
		int rc = walk_block(img, a, addr, block, &h, fn, arg, &done, e);
		if (rc != 0 || done)
			return rc;
	}
	return 0;
}
