/* Reading deadlists: docs/format.md sections 9, 15 and 30. */
#include "snap/snaps.h"

#include <inttypes.h>
#include <stdalign.h>

#include "base/blockmap.h"
#include "base/error.h"

/* Most lists have a few entries; where no hash covers the rest of the block, it need not be read. */
enum { SHORT_LIST = 1024, GRAFTS_MAX = 64 };

/* Does the block say what belongs to its header? */
static int
header_check(const struct format *f, uint64_t addr, const uint8_t *block, struct log_header *h, gefs_error *e)
{
	const char *why = f->dead_decode(f, block, h);

	if (h->type != GEFS_BLOCK_DEADLIST)
		return gefs_fail(e, GEFS_EDAMAGE, addr, "block 0x%" PRIx64 " has type %s, expected deadlist", addr,
				 gefs_block_type_name(h->type));
	if (why)
		return gefs_fail(e, GEFS_EDAMAGE, addr, "deadlist block 0x%" PRIx64 " has %s (%u bytes)", addr, why, h->size);
	return 0;
}

int
deadlist_block_read(gefs_image *img, const gefs_ptr *ptr, uint8_t *block, struct log_header *h, gefs_error *e)
{
	const struct format *f = img->f;
	uint64_t addr = ptr->addr;
	uint32_t first = f->dead_hash_in_pointer ? f->blksz : SHORT_LIST;

	if (!image_addr_ok(img, addr))
		return gefs_fail(e, GEFS_EDAMAGE, addr, "deadlist block address 0x%" PRIx64 " is not a block of any arena",
				 addr);
	if (image_read(img, block, first, addr, e) < 0 || header_check(f, addr, block, h, e) < 0)
		return -1;
	if (f->dead_header + h->size > first &&
	    image_read(img, block + first, f->blksz - first, addr + first, e) < 0)
		return -1;
	uint64_t want = f->dead_hash_in_pointer ? ptr->hash : h->hash;
	uint64_t hash = f->dead_hash_in_pointer ? f->hash(block, f->blksz) : f->hash(block + f->dead_header, h->covered);
	if (hash != want)
		return gefs_fail(e, GEFS_EDAMAGE, addr,
				 "deadlist block 0x%" PRIx64 ": hash is %016" PRIx64 ", expected %016" PRIx64, addr, hash, want);
	return 0;
}

struct walk {
	gefs_image *img;
	gefs_dead_fn fn;
	void *arg;
	gefs_error *e;
	struct blockmap seen; /* blocks of the list: a list is a chain, or with grafts a tree of chains */
};

/* Marks a block; an error when it was marked before. */
static int
see(struct walk *w, uint64_t addr)
{
	uint8_t *b = blockmap_at(&w->seen, addr / w->img->f->blksz);
	if (!b)
		return gefs_fail_memory(w->e);
	if (*b)
		return gefs_fail(w->e, GEFS_EDAMAGE, addr, "deadlist is a cycle: it comes back to block 0x%" PRIx64, addr);
	*b = 1;
	return 0;
}

static int walk_chain(struct walk *, gefs_ptr, int depth);

/* The entries of one block; *next becomes the block that continues the chain. */
static int
walk_block(struct walk *w, uint64_t addr, const uint8_t *block, const struct log_header *h, int depth, gefs_ptr *next)
{
	const struct format *f = w->img->f;
	const char *why = NULL;
	gefs_dead_entry d;
	int rc = w->fn(w->arg, addr, GEFS_NIL);

	for (uint32_t at = 0; rc == 0 && at < h->size;) {
		uint32_t n = f->dead_entry(f, block + f->dead_header, h->size, at, &d, &why);
		if (n == 0)
			return gefs_fail(w->e, GEFS_EDAMAGE, addr, "deadlist block 0x%" PRIx64 " offset %u: %s", addr, at, why);
		gefs_ptr there = {d.addr, d.birth, GEFS_NIL};
		if (d.kind == GEFS_DEAD_KILL)
			rc = w->fn(w->arg, addr, d.addr);
		else if (d.kind == GEFS_DEAD_GRAFT)
			rc = walk_chain(w, there, depth + 1);
		else if (d.kind == GEFS_DEAD_CHAIN)
			*next = there;
		if (d.kind == GEFS_DEAD_CHAIN || d.kind == GEFS_DEAD_END)
			break;
		at += n;
	}
	return rc;
}

static int
walk_chain(struct walk *w, gefs_ptr ptr, int depth)
{
	alignas(64) uint8_t block[65536];
	struct log_header h;
	int rc = 0;

	if (depth > GRAFTS_MAX)
		return gefs_fail(w->e, GEFS_EDAMAGE, ptr.addr, "deadlists are grafted onto each other more than %d times",
				 GRAFTS_MAX);
	for (gefs_ptr next; rc == 0 && ptr.addr != GEFS_NIL; ptr = next) {
		if (see(w, ptr.addr) < 0 || deadlist_block_read(w->img, &ptr, block, &h, w->e) < 0)
			return -1;
		next = h.next;
		rc = walk_block(w, ptr.addr, block, &h, depth, &next);
	}
	return rc;
}

int
gefs_deadlist_walk(gefs_image *img, const gefs_deadlist *d, gefs_dead_fn fn, void *arg, gefs_error *e)
{
	struct walk w = {.img = img, .fn = fn, .arg = arg, .e = e};
	int rc = walk_chain(&w, d->head, 0);
	blockmap_free(&w.seen);
	return rc;
}
