#include "txn/roots.h"

#include "base/error.h"

/* One header copy has to be good: the old state is read from it until the new one counts. */
static int
put_copies(struct txn *t, gefs_image *img, struct roots *r, uint32_t i, gefs_super *root, gefs_error *e)
{
	const gefs_arena *a = gefs_arena_get(img, i);
	uint32_t blksz = img->f->blksz;
	int good = a->copy[0] == GEFS_COPY_GOOD ? 0 : 1;
	uint8_t block[65536];

	if (a->copy[good] != GEFS_COPY_GOOD)
		return gefs_fail(e, GEFS_EDAMAGE, a->header, "arena %u: neither header copy is good", i);
	r->arena[i].mended[!good] = a->copy[!good] != GEFS_COPY_GOOD;
	if (r->arena[i].mended[!good] &&
	    (image_read(img, block, blksz, a->header + (uint64_t)good * blksz, e) < 0 ||
	     txn_put(t, TXN_NEW, a->header + (uint64_t)!good * blksz, block, e) < 0))
		return -1;
	if (!r->arena[i].change)
		return 0;
	img->f->arena_encode(img->f, &r->arena[i].header, root, block);
	root->arena[i].hash = img->f->hash(block, blksz);
	if (txn_put(t, TXN_FIRST, a->header, block, e) < 0)
		return -1;
	return txn_put(t, TXN_SECOND, a->header + blksz, block, e);
}

static int
put_supers(struct txn *t, gefs_image *img, struct roots *r, const gefs_super *root, bool changed, gefs_error *e)
{
	const struct super_copy *used = &img->copy[img->used], *spare = &img->copy[!img->used];
	uint8_t block[65536];

	r->super_mended[!img->used] = spare->state != GEFS_COPY_GOOD || spare->super.hash != used->super.hash;
	if (changed)
		img->f->super_encode(img->f, root, block);
	else if (!r->super_mended[!img->used])
		return 0;
	else if (image_read(img, block, img->f->blksz, used->addr, e) < 0)
		return -1;
	if (txn_put(t, TXN_SUPER_SPARE, spare->addr, block, e) < 0)
		return -1;
	return changed ? txn_put(t, TXN_SUPER_USED, used->addr, block, e) : 0;
}

static int
roots_in_superblocks(struct txn *t, gefs_image *img, struct roots *r, gefs_error *e)
{
	gefs_super root = *image_super(img);
	bool changed = false;

	for (uint32_t i = 0; i < img->narenas; i++) {
		if (put_copies(t, img, r, i, &root, e) < 0)
			return -1;
		changed |= r->arena[i].change;
	}
	return put_supers(t, img, r, &root, changed, e);
}

/* Root data of a header is that of the one in use? What a server does not look at may differ. */
static bool
same_root(const struct format *f, const gefs_super *a, const gefs_super *b)
{
	uint8_t x[65536], y[65536];

	f->super_encode(f, a, x);
	f->super_encode(f, b, y);
	return memcmp(x, y, f->blksz) == 0;
}

static int
roots_in_headers(struct txn *t, gefs_image *img, struct roots *r, gefs_error *e)
{
	const struct format *f = img->f;
	uint8_t block[65536], encoded[65536];

	for (uint32_t i = 0; i < img->narenas; i++) {
		const gefs_arena *a = gefs_arena_get(img, i);
		struct arena_header h = {a->log_head, a->size, a->used_stored};
		bool same = same_root(f, &img->copy[i].super, image_super(img));
		if (same && !r->arena[i].change)
			continue;
		if (r->arena[i].change)
			h = r->arena[i].header;
		r->arena[i].mended[0] = !same;
		r->super_mended[0] |= !same;
		if (image_read(img, block, f->blksz, a->header, e) < 0)
			return -1;
		f->arena_encode(f, &h, image_super(img), encoded);
		memcpy(block, encoded, f->header_bytes);
		if (txn_put(t, TXN_FIRST, a->header, block, e) < 0)
			return -1;
	}
	return 0;
}

int
txn_roots(struct txn *t, gefs_image *img, struct roots *r, gefs_error *e)
{
	return format_has(img->f, GEFS_HAS_SUPERBLOCKS) ? roots_in_superblocks(t, img, r, e) : roots_in_headers(t, img, r, e);
}
