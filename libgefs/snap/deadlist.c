/* Reading deadlists: docs/format.md sections 9 and 15. */
#include "snap/snaps.h"

#include <inttypes.h>

#include "base/cycle.h"
#include "base/error.h"

/* Most lists have a few entries, and no hash covers the rest of the block: it need not be read. */
enum { SHORT_LIST = 1024 };

int
deadlist_block_read(gefs_image *img, uint64_t addr, uint8_t *block, struct log_header *h, gefs_error *e)
{
	const struct format *f = img->f;

	if (!image_addr_ok(img, addr))
		return gefs_fail(e, GEFS_EDAMAGE, addr, "deadlist block address 0x%" PRIx64 " is not a block of any arena",
				 addr);
	if (disk_read(img->disk, block, SHORT_LIST, addr, e) < 0)
		return -1;
	bool sane = f->log_decode(block, h);
	if (h->type != GEFS_BLOCK_DEADLIST)
		return gefs_fail(e, GEFS_EDAMAGE, addr, "block 0x%" PRIx64 " has type %s, expected deadlist", addr,
				 gefs_block_type_name(h->type));
	if (!sane)
		return gefs_fail(e, GEFS_EDAMAGE, addr,
				 "deadlist block 0x%" PRIx64 " says it has %u bytes, expected a multiple of 8 up to %u", addr,
				 h->size, f->log_space);
	if (f->log_header + h->size > SHORT_LIST &&
	    disk_read(img->disk, block + SHORT_LIST, f->blksz - SHORT_LIST, addr + SHORT_LIST, e) < 0)
		return -1;
	uint64_t hash = f->hash(block + f->log_header, h->size);
	if (hash != h->hash)
		return gefs_fail(e, GEFS_EDAMAGE, addr,
				 "deadlist block 0x%" PRIx64 ": hash is %016" PRIx64 ", expected %016" PRIx64, addr, hash,
				 h->hash);
	return 0;
}

int
gefs_deadlist_walk(gefs_image *img, const gefs_deadlist *d, gefs_dead_fn fn, void *arg, gefs_error *e)
{
	uint8_t block[65536];
	struct log_header h;
	struct cycle cycle = CYCLE_START;
	int rc = 0;

	for (uint64_t addr = d->head.addr; rc == 0 && addr != GEFS_NIL; addr = h.next.addr) {
		if (cycle_met(&cycle, addr))
			return gefs_fail(e, GEFS_EDAMAGE, addr, "deadlist is a cycle: it comes back to block 0x%" PRIx64,
					 addr);
		if (deadlist_block_read(img, addr, block, &h, e) < 0)
			return -1;
		rc = fn(arg, addr, GEFS_NIL);
		for (uint32_t i = 0; rc == 0 && i < h.size; i += 8)
			rc = fn(arg, addr, be64(block + img->f->log_header + i));
	}
	return rc;
}
