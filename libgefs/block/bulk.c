/* Bulk reading: sorted, merged into pieces of at most 128 KiB (which stay in a processor's cache), threaded. Where the
 * disk has units that are costly to get (frames of a compressed file), one thread does all pieces of a unit, so that
 * the others need not wait for it. */
#include "block/cache.h"

#include <stdlib.h>

#include "base/error.h"

enum { PIECE = 128 << 10 };
enum { FEW = 4 }; /* pieces that are read at once by one thread; measured */

struct piece {
	size_t first, count; /* items; they cover consecutive (or equal) addresses */
	size_t group;        /* of the pieces that one thread does, from this one on: how many; 0 inside a group */
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
read_piece(struct bulk *b, const struct piece *p, unsigned worker)
{
	struct bulk_item *it = &b->items[p->first];
	uint8_t *buf = b->img->bulk_buffers + (size_t)worker * PIECE;
	uint64_t start = it->ptr.addr;
	uint32_t blksz = b->img->f->blksz;
	size_t len = (size_t)(it[p->count - 1].ptr.addr - start) + blksz;

	if (!it->into && image_read(b->img, buf, len, start, NULL) == 0) {
		for (size_t k = 0; k < p->count; k++)
			item_done(b, &it[k], buf + (it[k].ptr.addr - start));
		return;
	}
	/* Each to its own place; and one bad sector must not take its neighbours with it. */
	for (size_t k = 0; k < p->count; k++) {
		uint8_t *block = it[k].into ? it[k].into : buf;
		if (image_read(b->img, block, blksz, it[k].ptr.addr, NULL) == 0)
			item_done(b, &it[k], block);
	}
}

static void
read_group(void *arg, size_t i, unsigned worker)
{
	struct bulk *b = arg;
	for (size_t k = 0; k < b->pieces[i].group; k++)
		read_piece(b, &b->pieces[i + k], worker);
}

static bool
same_unit(const struct bulk *b, uint64_t one, uint64_t other)
{
	uint32_t unit = b->img->disk->unit;
	return unit == 0 || one / unit == other / unit;
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
			if (addr - last <= blksz && addr - start + blksz <= PIECE && same_unit(b, start, addr)) {
				p->count++;
				continue;
			}
		}
		b->pieces[k++] = (struct piece){i, 1, 0};
	}
	return k;
}

static void
group_pieces(struct bulk *b, size_t n)
{
	size_t first = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t at = b->items[b->pieces[i].first].ptr.addr, from = b->items[b->pieces[first].first].ptr.addr;
		if (b->img->disk->unit == 0 || !same_unit(b, from, at))
			first = i;
		b->pieces[first].group++;
	}
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
	group_pieces(b, n);
	b->batch = (struct pool_batch){.n = n, .work = read_group, .arg = b};
	if (img->disk->unit == 0) /* else reading means decompressing */
		b->batch.few = FEW;
	pool_start(img->pool, &b->batch);
}

void
bulk_finish(struct bulk *b)
{
	pool_wait(b->img->pool, &b->batch);
	free(b->pieces);
	b->pieces = NULL;
}

int
bulk_read(gefs_image *img, struct bulk_item *items, size_t n,
	  void (*data)(void *, struct bulk_item *, const uint8_t *), void *arg, gefs_error *e)
{
	struct bulk b = {.img = img, .items = items, .n = n, .data = data, .arg = arg};
	uint64_t refused = img->refused;

	if (n == 0)
		return 0;
	bulk_start(&b);
	bulk_finish(&b);
	return image_uninterrupted(img, refused, e);
}
