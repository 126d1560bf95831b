/* Which blocks live, and the number of each. */
#include <inttypes.h>

#include "base/error.h"
#include "rewrite/walk.h"
#include "tree/diff.h"

static int
no_room(struct rewrite *r)
{
	return gefs_fail(r->e, GEFS_EINVAL, GEFS_NIL, "the image has too many blocks to be rewritten");
}

static int
two_uses(struct rewrite *r, uint64_t addr)
{
	return gefs_fail(r->e, GEFS_EDAMAGE, addr, "block 0x%" PRIx64 " is a tree node and file data at the same time", addr);
}

static int
number_node(void *arg, const struct gefs_node *g, uint32_t i)
{
	struct rewrite *r = arg;
	uint32_t *entry = ledger_at(r->number, g->addr);

	if (!entry)
		return gefs_fail_memory(r->e);
	if (*entry)
		return two_uses(r, g->addr);
	if (i >= DATA_TOP - r->data)
		return no_room(r);
	*entry = i + 1;
	r->nodes = i + 1;
	return i % 1024 ? 0 : rewrite_progress(r, "reading the trees", (uint64_t)i * r->f->blksz, 0);
}

static int
number_data(void *arg, const struct key *k, const gefs_ptr *ptr)
{
	struct rewrite *r = arg;
	uint32_t *entry;

	if (!rewrite_live(r, ptr))
		return 0;
	if (!image_addr_ok(r->img, ptr->addr))
		return rewrite_fail_data(r, r->at, k->qid, k->offset, ptr->addr, "not a block of any arena");
	if (!(entry = ledger_at(r->number, ptr->addr)))
		return gefs_fail_memory(r->e);
	if (entry_is_data(r, *entry))
		return 0;
	if (*entry && *entry != DATA_LIVE)
		return two_uses(r, ptr->addr);
	if (r->nodes >= DATA_TOP - r->data - 1)
		return no_room(r);
	*entry = DATA_TOP - r->data++;
	return 0;
}

/* ---- where servers release blocks too early, only what readers see is in use ---- */

/* 0 is none. */
static uint32_t
print_of(const gefs_ptr *ptr)
{
	uint32_t p = (uint32_t)(ptr->hash >> 32) ^ (uint32_t)ptr->hash;
	return p ? p : 1;
}

bool
rewrite_live(const struct rewrite *r, const gefs_ptr *ptr)
{
	return !r->print || (image_addr_ok(r->img, ptr->addr) && ledger_peek(r->print, ptr->addr) == print_of(ptr));
}

static int
mark_data(struct rewrite *r, const struct key *k, const gefs_ptr *ptr)
{
	if (!image_addr_ok(r->img, ptr->addr))
		return rewrite_fail_data(r, r->at, k->qid, k->offset, ptr->addr, "not a block of any arena");
	uint32_t *entry = ledger_at(r->number, ptr->addr), *print = ledger_at(r->print, ptr->addr);
	if (!entry || !print)
		return gefs_fail_memory(r->e);
	if (*print && *print != print_of(ptr))
		return rewrite_fail_data(r, r->at, k->qid, k->offset, ptr->addr,
					 "used again for something else: the server released it too early");
	*entry = DATA_LIVE;
	*print = print_of(ptr);
	return 0;
}

static int
mark_change(void *arg, gefs_bytes key, const struct diff_value *old, const struct diff_value *new)
{
	struct rewrite *r = arg;
	struct key k;

	(void)old;
	if (!new->present || key_decode(r->f, key, &k) || k.type != KEY_DATA || value_check(r->f, &k, new->value))
		return 0;
	gefs_ptr ptr = ptr_decode(r->f, new->value.p);
	return mark_data(r, &k, &ptr);
}

/* What a pending clear removes is released when it reaches the leaf, and must be there until then. A block that was used
 * again meanwhile is none of these. */
static void
mark_cleared(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct rewrite *r = arg;
	uint8_t block[65536];
	struct key k;

	if (key_decode(r->f, key, &k) || k.type != KEY_DATA || value_check(r->f, &k, value))
		return;
	gefs_ptr ptr = ptr_decode(r->f, value.p);
	if (image_addr_ok(r->img, ptr.addr) && !gefs_is_free(r->img, ptr.addr) && !ledger_peek(r->print, ptr.addr) &&
	    image_read(r->img, block, r->f->blksz, ptr.addr, NULL) == 0 &&
	    r->f->hash(block, r->f->blksz) == ptr.hash)
		r->failed |= mark_data(r, &k, &ptr) < 0;
}

static int
mark_damage(void *arg, int which, const gefs_error *why)
{
	struct rewrite *r = arg;
	(void)which;
	return gefs_fail(r->e, why->code, why->addr, "%s", why->text);
}

static int
mark_live(struct rewrite *r)
{
	struct diff_ops ops = {mark_change, mark_damage, NULL, mark_cleared, r, NULL};
	gefs_tree old, new;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->keep.nsnaps; i++, old = new) {
		r->at = &r->keep.snap[i];
		gefs_tree_of(r->at, &new);
		rc = tree_diff(r->img, i ? &old : NULL, &new, &ops, r->e);
	}
	return r->failed ? -1 : rc;
}

int
plan_numbers(struct rewrite *r)
{
	struct walk_ops ops = {number_node, number_data, r};
	bool released = (r->f->leaves & LEAVES_RELEASED) != 0;

	r->number = ledger_new(image_blocks(r->img), r->f->blksz);
	if (released)
		r->print = ledger_new(image_blocks(r->img), r->f->blksz);
	if (!r->number || (released && !r->print))
		return gefs_fail_memory(r->e);
	int rc = released ? mark_live(r) : 0;
	return rc == 0 ? rewrite_walk(r, &ops) : rc;
}
