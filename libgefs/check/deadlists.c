/* Group H: deadlists, by themselves and against the trees. docs/format.md section 15. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"
#include "check/check.h"
#include "check/heads.h"
#include "snap/snaps.h"
#include "tree/lifetimes.h"

static const char owner[] = "deadlist";

/* All entries of the lists of one killing generation. */
struct entry {
	uint64_t addr, birth;
	bool matched;
};

struct group {
	struct gefs_check *c;
	const gefs_snap *snap; /* NULL: the lists are orphans */
	struct entry *v;
	size_t n, cap;
	bool damaged;
};

static int
entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return (x->addr > y->addr) - (x->addr < y->addr);
}

static void
add_entry(struct group *g, const gefs_deadlist *d, uint64_t block, uint64_t addr)
{
	struct gefs_check *c = g->c;
	struct place p = at_block(block, owner);

	if (!image_addr_ok(c->img, addr)) {
		finding(c, F_DEAD_ADDRESS, &p,
			"deadlist (%" PRIu64 ",%" PRIu64 ") block 0x%" PRIx64 " lists 0x%" PRIx64
			", which is not a block of any arena",
			d->gen, d->birth, block, addr);
		return;
	}
	uint32_t *m = ledger_at(c->map, addr);
	struct entry e = {addr, d->birth, false};
	if (!m || !vec_push(g->v, g->n, g->cap, e)) {
		c->nomem = true;
		return;
	}
	p.addr = addr;
	if (entry_listed(*m))
		finding(c, g->snap ? F_DEAD_TWICE : F_DEAD_TWICE_ORPHAN, &p,
			"block 0x%" PRIx64 " is on deadlist (%" PRIu64 ",%" PRIu64 ") and on another one", addr, d->gen,
			d->birth);
	else if (gefs_is_free(c->img, addr))
		finding(c, F_DEAD_FREE, &p,
			"block 0x%" PRIx64 " on deadlist (%" PRIu64 ",%" PRIu64 ") is free already", addr, d->gen, d->birth);
	*m |= 8;
}

static bool
is_head(const struct snaps *s, uint64_t addr)
{
	for (size_t i = 0; i < s->ndead; i++)
		if (s->dead[i].head.addr == addr)
			return true;
	return false;
}

static uint64_t
list_print(const gefs_deadlist *d)
{
	return fingerprint(fingerprint(4, d->gen), d->birth);
}

static bool
is_own(const struct group *g, const gefs_deadlist *d, uint64_t addr)
{
	uint32_t m = ledger_peek(g->c->map, addr);
	return entry_kind(m) == KIND_DEADLIST && entry_same(m, list_print(d));
}

/* Marks a deadlist block; false when the chain is not to be followed further. */
static bool
claim(struct group *g, const gefs_deadlist *d, uint64_t addr)
{
	struct gefs_check *c = g->c;
	struct place p = at_block(addr, owner);

	if (!image_addr_ok(c->img, addr))
		return true; /* reading it will say so */
	uint32_t *m = ledger_at(c->map, addr);
	uint64_t print = list_print(d);
	if (!m) {
		c->nomem = true;
		return false;
	}
	if (entry_kind(*m) == KIND_DEADLIST) {
		if (entry_same(*m, print))
			finding(c, F_DEADLIST_CYCLE, &p,
				"deadlist (%" PRIu64 ",%" PRIu64 ") comes back to its block 0x%" PRIx64, d->gen, d->birth, addr);
		else
			finding(c, F_DEADLIST_SHARED, &p,
				"deadlist (%" PRIu64 ",%" PRIu64 ") runs into block 0x%" PRIx64 " of another deadlist", d->gen,
				d->birth, addr);
		return false;
	}
	if (entry_kind(*m) != KIND_NONE) {
		finding(c, F_DEADLIST_SHARED, &p,
			"block 0x%" PRIx64 " of deadlist (%" PRIu64 ",%" PRIu64 ") has another use too", addr, d->gen, d->birth);
		return false;
	}
	*m = entry_make(KIND_DEADLIST, print, *m);
	if (gefs_is_free(c->img, addr))
		finding(c, F_DEADLIST_FREE, &p, "block 0x%" PRIx64 " of deadlist (%" PRIu64 ",%" PRIu64 ") counts as free",
			addr, d->gen, d->birth);
	return true;
}

static void
walk_list(struct group *g, const gefs_deadlist *d, const struct head *ahead)
{
	struct gefs_check *c = g->c;
	uint8_t buf[65536];
	struct log_header h;
	uint64_t last = GEFS_NIL;
	gefs_error why;

	for (uint64_t addr = d->head.addr; addr != GEFS_NIL; addr = h.next.addr) {
		struct place p = at_block(addr, owner);
		const uint8_t *block = buf;
		if (last == d->tail.addr && last != GEFS_NIL && !is_own(g, d, addr) &&
		    is_head(snaps_get(c->img), addr)) {
			p.addr = last;
			finding(c, F_DEADLIST_MERGED, &p,
				"deadlist (%" PRIu64 ",%" PRIu64 "): another list hangs on its last block 0x%" PRIx64, d->gen,
				d->birth, last);
			return;
		}
		if (!claim(g, d, addr)) {
			g->damaged = true;
			return;
		}
		gefs_ptr ptr = {addr, GEFS_NIL, GEFS_NIL};
		if (ahead && addr == ahead->addr) {
			h = ahead->h;
			block = ahead->block;
		} else if (deadlist_block_read(c->img, &ptr, buf, &h, &why) < 0) {
			finding(c, F_DEADLIST_BLOCK, &p, "deadlist (%" PRIu64 ",%" PRIu64 "): %s", d->gen, d->birth, why.text);
			g->damaged = c->incomplete = true;
			return;
		}
		c->stats.deadlist_blocks++;
		c->stats.blocks++;
		for (uint32_t i = 0; i < h.size; i += 8)
			add_entry(g, d, addr, get64(c->img->f, block + c->img->f->dead_header + i));
		last = addr;
	}
	if (last != d->tail.addr) {
		struct place p = at_block(last != GEFS_NIL ? last : d->tail.addr, owner);
		finding(c, F_DEADLIST_TAIL, &p,
			"deadlist (%" PRIu64 ",%" PRIu64 ") ends at 0x%" PRIx64 ", its record says 0x%" PRIx64, d->gen, d->birth,
			last, d->tail.addr);
	}
}

static void
check_range(struct gefs_check *c, const gefs_snap *s, const gefs_deadlist *d)
{
	struct place p = at_block(d->head.addr, owner);

	if (!s) {
		finding(c, F_DEADLIST_ORPHAN, &p, "deadlist (%" PRIu64 ",%" PRIu64 "): there is no snapshot %" PRIu64, d->gen,
			d->birth, d->gen);
		return;
	}
	p.snap = s->id;
	if (d->birth > s->pred)
		finding(c, F_DEADLIST_TIP, &p,
			"deadlist (%" PRIu64 ",%" PRIu64 "): births after the predecessor %" PRIu64
			" are left over from a deleted newest snapshot",
			d->gen, d->birth, s->pred);
	else if (d->birth <= s->base && s->base != 0)
		finding(c, F_DEADLIST_RANGE, &p,
			"deadlist (%" PRIu64 ",%" PRIu64 "): births up to the base %" PRIu64 " belong to the line it was forked from",
			d->gen, d->birth, s->base);
}

/* An entry that the comparison of trees does not explain. */
static void
check_stray(struct group *g, const struct entry *e, const gefs_tree *pred, const gefs_tree *own)
{
	struct gefs_check *c = g->c;
	struct place p = at_block(e->addr, "listed dead");

	p.snap = g->snap->id;
	if (tree_refers(c->img, own, e->addr))
		finding(c, e->birth > g->snap->pred ? F_DEAD_USED_TIP : F_DEAD_USED, &p,
			"block 0x%" PRIx64 " is on deadlist (%" PRIu64 ",%" PRIu64 "), but snapshot %" PRIu64 " uses it", e->addr,
			g->snap->id, e->birth, g->snap->id);
	else if (!pred || !tree_refers(c->img, pred, e->addr))
		finding(c, F_DEAD_UNREFERENCED, &p,
			"block 0x%" PRIx64 " is on deadlist (%" PRIu64 ",%" PRIu64 "), but its predecessor does not use it",
			e->addr, g->snap->id, e->birth);
}

static void
match(struct group *g, const struct block_set *dropped)
{
	struct gefs_check *c = g->c;
	size_t i = 0;

	for (size_t k = 0; k < dropped->n; k++) {
		const struct block_birth *b = &dropped->v[k];
		struct place p = at_block(b->addr, "dropped block");
		p.snap = g->snap->id;
		while (i < g->n && g->v[i].addr < b->addr)
			i++;
		if (i < g->n && g->v[i].addr == b->addr) {
			if (g->v[i].birth != b->birth)
				finding(c, F_DEAD_BIRTH, &p,
					"block 0x%" PRIx64 " is on deadlist (%" PRIu64 ",%" PRIu64 "), but was born in %" PRIu64,
					b->addr, g->snap->id, g->v[i].birth, b->birth);
			g->v[i].matched = true;
		} else if (b->birth > g->snap->base || (g->snap->base == 0 && b->birth > 0)) {
			finding(c, F_DEAD_MISSING, &p,
				"block 0x%" PRIx64 " (born in %" PRIu64 ") was dropped by snapshot %" PRIu64 " but is on no deadlist",
				b->addr, b->birth, g->snap->id);
		}
	}
}

static void
check_group(struct group *g)
{
	struct gefs_check *c = g->c;
	const gefs_snap *pred = gefs_snap_by_id(c->img, g->snap->pred);
	gefs_tree own, before;
	struct block_set dropped;
	enum { STRAYS_MAX = 64 };

	if (g->n)
		qsort(g->v, g->n, sizeof *g->v, entry_order);
	gefs_tree_of(g->snap, &own);
	if (!pred || pred == g->snap) {
		for (size_t i = 0; i < g->n && i < STRAYS_MAX; i++)
			check_stray(g, &g->v[i], NULL, &own);
		return;
	}
	gefs_tree_of(pred, &before);
	if (!blocks_dropped(c->img, &before, &own, &dropped))
		return; /* damage that has its own findings */
	if (!g->damaged)
		match(g, &dropped);
	/* Each stray costs a walk of two trees; a list of nonsense is described by its first entries. */
	for (size_t i = 0, strays = 0; i < g->n && strays < STRAYS_MAX; i++)
		if (!g->v[i].matched) {
			check_stray(g, &g->v[i], &before, &own);
			strays++;
		}
	free(dropped.v);
}

/* The lists [from, to) of one generation. */
static void
check_lists(struct gefs_check *c, uint64_t gen, size_t from, size_t to)
{
	struct snaps *s = snaps_get(c->img);
	struct group g = {.c = c, .snap = gefs_snap_by_id(c->img, gen)};

	for (size_t i = from; i < to; i++) {
		check_range(c, g.snap, &s->dead[i]);
		walk_list(&g, &s->dead[i], c->heads ? heads_get(c->heads, i) : NULL);
	}
	if (g.snap)
		check_group(&g);
	free(g.v);
}

/* Index of the first list of a generation that is not below gen: they are sorted. */
static size_t
first_list(const struct snaps *s, uint64_t gen)
{
	size_t lo = 0, hi = s->ndead;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (s->dead[mid].gen < gen)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void
check_deadlists_of(struct gefs_check *c, const gefs_snap *snap)
{
	struct snaps *s = snaps_get(c->img);
	size_t from = first_list(s, snap->id), to = from;

	while (to < s->ndead && s->dead[to].gen == snap->id)
		to++;
	check_lists(c, snap->id, from, to);
}

/* After all others, so that what a proper list says counts. */
void
check_deadlist_orphans(struct gefs_check *c)
{
	struct snaps *s = snaps_get(c->img);

	for (size_t i = 0; i < s->ndead; i++)
		if (!gefs_snap_by_id(c->img, s->dead[i].gen))
			check_lists(c, s->dead[i].gen, i, i + 1);
}
