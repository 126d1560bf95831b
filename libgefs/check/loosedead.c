/* Deadlists of versions in which they are a hint at most: followed with care, so that their blocks are known, and
 * whatever is wrong with them is a warning. docs/format.md section 30. */
#include <inttypes.h>

#include "check/check.h"
#include "snap/snaps.h"

struct loose {
	struct gefs_check *c;
	const gefs_deadlist *list;
};

static struct place
list_place(uint64_t addr, const gefs_deadlist *d)
{
	struct place p = at_block(addr, "deadlist");
	p.snap = d->gen;
	return p;
}

static int
entry(void *arg, uint64_t block, uint64_t addr)
{
	struct loose *l = arg;
	struct gefs_check *c = l->c;
	bool own = addr == GEFS_NIL; /* the list's own block is told */
	struct place p = list_place(block, l->list);
	uint64_t at = own ? block : addr;

	if (!image_addr_ok(c->img, at)) {
		finding(c, F_DEADLIST_LOOSE, &p, "a deadlist of snapshot %" PRIu64 ", block 0x%" PRIx64 ", lists 0x%" PRIx64
			", which is not a block of any arena", l->list->gen, block, addr);
		return 0;
	}
	uint32_t *m = ledger_at(c->map, at);
	if (!m) {
		c->nomem = true;
		return 1;
	}
	if (gefs_is_free(c->img, at))
		finding(c, F_DEADLIST_LOOSE, &p, "a deadlist of snapshot %" PRIu64 ", block 0x%" PRIx64 ": block 0x%" PRIx64
			" counts as free already", l->list->gen, block, at);
	if (!own) {
		*m |= 8;
		return 0;
	}
	if (entry_kind(*m) == KIND_NONE) {
		*m = entry_make(KIND_DEADLIST, fingerprint(4, l->list->gen), *m);
		c->stats.deadlist_blocks++;
		c->stats.blocks++;
	}
	return 0;
}

void
check_loose_deadlists(struct gefs_check *c)
{
	for (size_t i = 0; i < gefs_deadlist_count(c->img) && !c->nomem; i++) {
		struct loose l = {c, gefs_deadlist_get(c->img, i)};
		struct place p = list_place(l.list->head.addr, l.list);
		gefs_error e;
		if (gefs_deadlist_walk(c->img, l.list, entry, &l, &e) < 0)
			finding(c, F_DEADLIST_LOOSE, &p, "a deadlist of snapshot %" PRIu64 ": %s", l.list->gen, e.text);
	}
}
