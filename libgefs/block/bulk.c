/* Bulk reading: sorted, merged into pieces of at most 128 KiB (which stay in a processor's cache), threaded. */
#include "block/cache.h"

#include <stdlib.h>

#include "base/error.h"

enum { PIECE = 128 << 10 };

struct piece {
	size_t first, count; /* items; they cover consecutive (or equal) addresses */
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
	struct piece *p = &b->pieces[i];
	struct bulk_item *it = &b->items[p->first];
	uint8_t *buf = b->img->bulk_buffers + (size_t)worker * PIECE;
	uint64_t start = it->ptr.addr;
	uint32_t blksz = b->img->f->blksz;
	size_t len = (size_t)(it[p->count - 1].ptr.addr - start) + blksz;

	if (!it->into && disk_read(b->img->disk, buf, len, start, NULL) == 0) {
		for (size_t k = 0; k < p->count; k++)
			item_done(b, &it[k], buf + (it[k].ptr.addr - start));
		return;
	}
	/* Each to its own place; and one bad sector must not take its neighbours with it. */
	for (size_t k = 0; k < p->count; k++) {
		uint8_t *block = it[k].into ? it[k].into : buf;
		if (disk_read(b->img->disk, block, blksz, it[k].ptr.addr, NULL) == 0)
			item_done(b, &it[k], block);
	}
}

static size_t
cut_pieces(struct bulk *b)
{
	uint32_t blksz = b->img->f->blksz;
	size_t k = 0;

	for (size_t i = 0; i < b->n; i++) {
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
bulk_start(struct bulk *b)
{
	gefs_image *img = b->img;

	qsort(b->items, b->n, sizeof *b->items, by_address);
	b->pieces = calloc(b->n, sizeof *b->pieces);
	if (!img->bulk_buffers)
		img->bulk_buffers = aligned_alloc(BLOCK_ALIGN, (size_t)pool_jobs(img->pool) * PIECE);
	size_t n = b->pieces && img->bulk_buffers ? cut_pieces(b) : 0;
	b->batch = (struct pool_batch){.n = n, .work = read_piece, .arg = b};
	pool_start(img->pool, &b->batch);
}

void
bulk_finish(struct bulk *b)
{
	pool_wait(b->img->pool, &b->batch);
	for (size_t i = 0; i < b->n; i++)
		if (b->items[i].read_ok)
			b->img->bytes_read += b->img->f->blksz;
	free(b->pieces);
	b->pieces = NULL;
}

void
bulk_read(gefs_image *img, struct bulk_item *items, size_t n,
	  void (*data)(void *, struct bulk_item *, const uint8_t *), void *arg)
{
	struct bulk b = {.img = img, .items = items, .n = n, .data = data, .arg = arg};

	if (n == 0)
		return;
	bulk_start(&b);
	bulk_finish(&b);
}
