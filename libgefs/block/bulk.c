/* Bulk reading: sorted, merged into pieces of at most 128 KiB (which stay in a processor's cache), threaded. */
#include "block/cache.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/pool.h"

enum { PIECE = 128 << 10 };

struct piece {
	size_t first, count; /* items; they cover consecutive (or equal) addresses */
};

struct bulk {
	gefs_image *img;
	struct bulk_item *items;
	struct piece *pieces;
	void (*data)(void *, struct bulk_item *, const uint8_t *);
	void *arg;
	void (*beside)(void *); /* runs as the first piece of work; may be NULL */
};

static int
by_address(const void *a, const void *b)
{
	const struct bulk_item *x = a, *y = b;
	return (x->ptr.addr > y->ptr.addr) - (x->ptr.addr < y->ptr.addr);
}

static void
item_done(struct bulk *b, struct bulk_item *it, const uint8_t *block)
{
	it->read_ok = true;
	it->hash = b->img->f->hash(block, b->img->f->blksz);
	if (b->data)
		b->data(b->arg, it, block);
}

static void
read_piece(void *arg, size_t i, unsigned worker)
{
	struct bulk *b = arg;

	if (b->beside && i-- == 0) {
		b->beside(b->arg);
		return;
	}
	struct piece *p = &b->pieces[i];
	struct bulk_item *it = &b->items[p->first];
	uint8_t *buf = b->img->bulk_buffers + (size_t)worker * PIECE;
	uint64_t start = it->ptr.addr;
	uint32_t blksz = b->img->f->blksz;
	size_t len = (size_t)(it[p->count - 1].ptr.addr - start) + blksz;

	if (disk_read(b->img->disk, buf, len, start, NULL) == 0) {
		for (size_t k = 0; k < p->count; k++)
			item_done(b, &it[k], buf + (it[k].ptr.addr - start));
		return;
	}
	/* One bad sector must not take its neighbours with it. */
	for (size_t k = 0; k < p->count; k++)
		if (disk_read(b->img->disk, buf, blksz, it[k].ptr.addr, NULL) == 0)
			item_done(b, &it[k], buf);
}

static size_t
cut_pieces(struct bulk *b, size_t n)
{
	uint32_t blksz = b->img->f->blksz;
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		struct piece *p = k ? &b->pieces[k - 1] : NULL;
		uint64_t addr = b->items[i].ptr.addr;
		if (p) {
			uint64_t last = b->items[i - 1].ptr.addr, start = b->items[p->first].ptr.addr;
			if (addr - last <= blksz && addr - start + blksz <= PIECE) {
				p->count++;
				continue;
			}
		}
		b->pieces[k++] = (struct piece){i, 1};
	}
	return k;
}

void
bulk_read(gefs_image *img, struct bulk_item *items, size_t n,
	  void (*data)(void *, struct bulk_item *, const uint8_t *), void *arg)
{
	if (n)
		bulk_read_beside(img, items, n, data, NULL, arg);
}

void
bulk_read_beside(gefs_image *img, struct bulk_item *items, size_t n,
		 void (*data)(void *, struct bulk_item *, const uint8_t *), void (*beside)(void *), void *arg)
{
	struct bulk b = {img, items, NULL, data, arg, beside};

	qsort(items, n, sizeof *items, by_address);
	b.pieces = calloc(n + 1, sizeof *b.pieces);
	if (!img->bulk_buffers)
		img->bulk_buffers = aligned_alloc(BLOCK_ALIGN, (size_t)pool_jobs(img->pool) * PIECE);
	if (b.pieces && img->bulk_buffers)
		pool_run(img->pool, cut_pieces(&b, n) + (beside != NULL), read_piece, &b);
	else if (beside)
		beside(arg);
	for (size_t i = 0; i < n; i++)
		if (items[i].read_ok)
			img->bytes_read += img->f->blksz;
	free(b.pieces);
}
