/* File contents: pointers are collected, then verified in address order by all threads. Memory stays bounded: a
 * full batch is verified before the next one begins. */
#include <inttypes.h>
#include <stdlib.h>

#include "check/check.h"

enum { BATCH = 1 << 16 };

static const char owner[] = "file data";

static struct place
data_place(const gefs_ptr *ptr, const struct data_item *it)
{
	struct place p = at_block(ptr->addr, owner);
	p.qid = it->qid;
	return p;
}

void
data_flush(struct gefs_check *c)
{
	if (c->opts.no_data || c->nbatch == 0)
		return;
	bulk_read(c->img, c->batch, c->nbatch, NULL, NULL, NULL);
	for (size_t i = 0; i < c->nbatch; i++) {
		const struct bulk_item *b = &c->batch[i];
		const struct data_item *it = &c->item[b->tag];
		struct place p = data_place(&b->ptr, it);
		c->stats.data_blocks++;
		c->stats.blocks++;
		if (!b->read_ok)
			finding(c, F_DATA_READ, &p, "data block 0x%" PRIx64 " (qid %" PRIu64 " offset 0x%" PRIx64 ") cannot be read",
				b->ptr.addr, it->qid, it->offset);
		else if (b->hash != b->ptr.hash)
			finding(c, unless_overwritten(c, F_DATA_HASH, b->ptr.addr), &p,
				"data block 0x%" PRIx64 " (qid %" PRIu64 " offset 0x%" PRIx64 "): hash is %016" PRIx64
				", expected %016" PRIx64,
				b->ptr.addr, it->qid, it->offset, b->hash, b->ptr.hash);
	}
	c->nbatch = 0;
	check_progress(c, "trees and data");
}

static bool
make_room(struct gefs_check *c)
{
	if (!c->batch) {
		c->batch = malloc(BATCH * sizeof *c->batch);
		c->item = malloc(BATCH * sizeof *c->item);
	}
	if (!c->batch || !c->item) {
		c->nomem = true;
		return false;
	}
	if (c->nbatch == BATCH)
		data_flush(c);
	return true;
}

struct same_place {
	const struct data_item *it;
	bool same;
};

static int
compare_place(void *arg, const gefs_owner *o)
{
	struct same_place *s = arg;
	if (o->use == GEFS_USE_DATA && (o->qpath != s->it->qid || o->offset != s->it->offset))
		s->same = false;
	return 0;
}

/* A second pointer that differs from the first: is it another place, or only another birth or hash? */
static void
conflict(struct gefs_check *c, const gefs_ptr *ptr, const struct data_item *it, bool data)
{
	enum { LOOK_INTO_MAX = 16 }; /* each look reads all metadata */
	struct place p = data_place(ptr, it);
	struct same_place s = {it, data && c->conflicts < LOOK_INTO_MAX};

	p.offset = it->offset;
	p.hash = ptr->hash;
	if (s.same) {
		c->conflicts++;
		gefs_owners(c->img, ptr->addr, compare_place, NULL, &s, NULL);
	}
	if (s.same)
		finding(c, F_DATA_BIRTH, &p,
			"data block 0x%" PRIx64 " (qid %" PRIu64 " offset 0x%" PRIx64 ", in 0x%" PRIx64
			"): birth %" PRIu64 " or hash %016" PRIx64 " differ from what another pointer says",
			ptr->addr, it->qid, it->offset, it->leaf, ptr->gen, ptr->hash);
	else
		finding(c, unless_released(c, F_DATA_SHARED), &p,
			"block 0x%" PRIx64 " is data of qid %" PRIu64 " offset 0x%" PRIx64 " (in 0x%" PRIx64
			"), and %s elsewhere",
			ptr->addr, it->qid, it->offset, it->leaf, data ? "is referred to differently" : "has another use");
}

void
data_add(struct gefs_check *c, const gefs_ptr *ptr, const struct data_item *it)
{
	struct place p = data_place(ptr, it);
	uint64_t print = fingerprint(fingerprint(fingerprint(3, it->qid), it->offset), fingerprint(ptr->hash, ptr->gen));

	if (!image_addr_ok(c->img, ptr->addr)) {
		p.addr = it->leaf;
		finding(c, F_DATA_ADDRESS, &p,
			"data address 0x%" PRIx64 " (qid %" PRIu64 " offset 0x%" PRIx64 ", in 0x%" PRIx64
			") is not a block of any arena",
			ptr->addr, it->qid, it->offset, it->leaf);
		return;
	}
	uint32_t *m = ledger_at(c->map, ptr->addr);
	if (!m) {
		c->nomem = true;
		return;
	}
	if (entry_kind(*m) == KIND_DATA && entry_same(*m, print))
		return;
	if (entry_kind(*m) != KIND_NONE) {
		conflict(c, ptr, it, entry_kind(*m) == KIND_DATA);
		return;
	}
	*m = entry_make(KIND_DATA, print, *m);
	if (gefs_is_free(c->img, ptr->addr))
		finding(c, unless_released(c, F_DATA_FREE), &p, "data block 0x%" PRIx64 " (qid %" PRIu64 " offset 0x%" PRIx64 ") counts as free",
			ptr->addr, it->qid, it->offset);
	if (c->opts.no_data || !make_room(c))
		return;
	c->item[c->nbatch] = *it;
	c->batch[c->nbatch] = (struct bulk_item){.ptr = *ptr, .tag = c->nbatch};
	c->nbatch++;
}
