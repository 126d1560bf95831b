#include "compact/compact.h"

#include <stdlib.h>

#include "alloc/compress.h"
#include "base/error.h"
#include "base/vec.h"
#include "txn/roots.h"

struct compaction {
	gefs_image *img;
	const gefs_compact_options *o;
	gefs_compact_result *res;
	gefs_check *check;
	struct txn *txn;
	struct roots *roots;
	gefs_range *leak; /* ascending */
	size_t nleaks, cap_leaks;
};

static int
add_leak(void *arg, const gefs_range *r)
{
	struct compaction *c = arg;
	return vec_push(c->leak, c->nleaks, c->cap_leaks, *r) ? 0 : 1;
}

static int
find_leaks(struct compaction *c, gefs_error *e)
{
	int rc = c->o->reclaim ? gefs_check_leaks(c->check, add_leak, c, e) : 0;
	return rc > 0 ? gefs_fail_memory(e) : rc;
}

static bool
in_use(void *arg, uint64_t addr)
{
	return check_refers(arg, addr);
}

/* The part of the leaks that lies in one arena. */
static struct log_request
request(const struct compaction *c, const gefs_arena *a)
{
	struct log_request req = {.in_use = in_use, .arg = c->check};
	size_t i = 0;

	while (i < c->nleaks && c->leak[i].off < a->start)
		i++;
	req.release = c->leak + i;
	while (i + req.nrelease < c->nleaks && req.release[req.nrelease].off < a->end)
		req.nrelease++;
	return req;
}

static int
put_log_block(void *arg, uint64_t addr, const uint8_t *block, uint32_t size, gefs_error *e)
{
	(void)size;
	return txn_put(arg, TXN_NEW, addr, block, e);
}

static int
use_log(struct compaction *c, const gefs_arena *a, const struct log_request *req, const struct new_log *log,
	gefs_error *e)
{
	gefs_compact_arena *r = &c->res->arena[a->index];

	r->changed = true;
	r->blocks_after = log->nblocks;
	r->entries_after = log->entries;
	r->free_after = log->free_bytes;
	for (size_t i = 0; i < req->nrelease; i++)
		r->reclaimed += req->release[i].len;
	c->roots->arena[a->index].change = true;
	c->roots->arena[a->index].header = (struct arena_header){log->addr[0], a->size, a->size - log->free_bytes};
	return log_build(c->img, a->index, log, put_log_block, c->txn, e);
}

static int
compact_arena(struct compaction *c, const gefs_arena *a, gefs_error *e)
{
	gefs_compact_arena *r = &c->res->arena[a->index];
	struct log_request req = request(c, a);
	struct new_log log;

	*r = (gefs_compact_arena){.arena = a->index,
				  .blocks_before = a->log_blocks,
				  .blocks_after = a->log_blocks,
				  .entries_before = a->log_entries,
				  .entries_after = a->log_entries,
				  .free_before = a->size - a->used,
				  .free_after = a->size - a->used};
	if (c->o->arena >= 0 && (uint32_t)c->o->arena != a->index)
		return 0;
	int rc = log_plan(c->img, a->index, &req, &log, e);
	if (rc == 0 && log.plan == LOG_NEW)
		rc = use_log(c, a, &req, &log, e);
	r->no_room = rc == 0 && log.plan == LOG_NO_ROOM;
	log_plan_free(&log);
	return rc;
}

static void
report_roots(struct compaction *c)
{
	for (uint32_t i = 0; i < c->img->narenas; i++)
		memcpy(c->res->arena[i].header_mended, c->roots->arena[i].mended, sizeof c->roots->arena[i].mended);
	memcpy(c->res->super_mended, c->roots->super_mended, sizeof c->roots->super_mended);
	c->res->written = txn_count(c->txn);
	c->res->changed = c->res->written > 0;
}

static int
compact(struct compaction *c, gefs_error *e)
{
	if (!(c->check = compact_check(c->img, c->o, e)) || find_leaks(c, e) < 0)
		return -1;
	c->res->narenas = c->img->narenas;
	for (uint32_t i = 0; i < c->img->narenas; i++)
		if (compact_arena(c, gefs_arena_get(c->img, i), e) < 0)
			return -1;
	if (txn_roots(c->txn, c->img, c->roots, e) < 0)
		return -1;
	report_roots(c);
	return c->o->dry_run ? 0 : txn_commit(c->txn, c->img, c->o->undo, e);
}

int
gefs_compact(gefs_image *img, const gefs_compact_options *o, gefs_compact_result *res, gefs_error *e)
{
	struct compaction c = {.img = img, .o = o, .res = res};
	int rc = -1;

	memset(res, 0, sizeof *res);
	c.txn = txn_new(img->f->blksz);
	c.roots = calloc(1, sizeof *c.roots);
	if (c.txn && c.roots)
		rc = compact(&c, e);
	else
		gefs_fail_memory(e);
	gefs_check_free(c.check);
	txn_free(c.txn);
	free(c.roots);
	free(c.leak);
	return rc;
}
