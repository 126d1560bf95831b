/* File contents: docs/format.md section 17. What has no record is a hole. */
#include "tree/tree.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"

enum { BATCH = 64 }; /* blocks in memory at a time at most: 1 MiB */

struct reader {
	gefs_image *img;
	uint64_t off, end; /* what is wanted */
	gefs_extent_fn fn;
	void *arg;
	struct extent_slot {
		gefs_extent x;
		gefs_error error;
		bool good;
	} slot[BATCH];
	struct bulk_item item[BATCH];
	bool zeros[BATCH]; /* by tag: what was read, where its hash is wrong */
	size_t n, batch; /* batch: how many there is memory for */
	uint8_t *data;
	/* Where keys do not come in the order of offsets, all pointers of the file are collected and sorted first. */
	bool sort;
	bool places; /* data is not read */
	struct block_at {
		uint64_t offset;
		gefs_ptr ptr;
	} *all;
	size_t nall, cap_all;
	gefs_error *e;
};

static void
take(void *arg, struct bulk_item *it, const uint8_t *block)
{
	struct reader *r = arg;
	memcpy(r->data + it->tag * r->img->f->blksz, block, r->img->f->blksz);
	r->slot[it->tag].good = it->hash == it->ptr.hash;
	r->zeros[it->tag] = block[0] == 0 && memcmp(block, block + 1, r->img->f->blksz - 1) == 0;
}

/* Why the contents of a slot are not given out. */
static void
explain(struct reader *r, size_t i, bool readable, uint64_t found)
{
	struct extent_slot *s = &r->slot[i];
	uint64_t addr = s->x.ptr.addr;

	if (readable && r->img->disk->metadata_only && r->zeros[i])
		gefs_fail(&s->error, GEFS_ELEFTOUT, addr, "contents of files were left out when the image was packed");
	else if (readable)
		gefs_fail(&s->error, GEFS_EDAMAGE, addr,
			  "data block 0x%" PRIx64 ": hash is %016" PRIx64 ", expected %016" PRIx64, addr, found,
			  s->x.ptr.hash);
	else
		gefs_fail(&s->error, GEFS_EDAMAGE, addr, "data block 0x%" PRIx64 " cannot be read", addr);
	s->x.error = &s->error;
}

/* What of a block is wanted. */
static void
clip(const struct reader *r, gefs_extent *x)
{
	uint64_t block = x->offset, end = block + r->img->f->blksz;

	x->offset = block > r->off ? block : r->off;
	x->len = (end < r->end ? end : r->end) - x->offset;
}

/* Reads the collected blocks and gives them out in file order. */
static int
flush(struct reader *r)
{
	uint32_t blksz = r->img->f->blksz;
	bool readable[BATCH] = {false};
	uint64_t found[BATCH] = {0};
	size_t wanted = 0;
	int rc = 0;

	for (size_t i = 0; i < r->n; i++)
		if (image_addr_ok(r->img, r->slot[i].x.ptr.addr))
			r->item[wanted++] = (struct bulk_item){.ptr = r->slot[i].x.ptr, .tag = i};
	if (bulk_read(r->img, r->item, wanted, take, r, r->e) < 0)
		return -1;
	for (size_t i = 0; i < wanted; i++) {
		readable[r->item[i].tag] = r->item[i].read_ok;
		found[r->item[i].tag] = r->item[i].hash;
	}
	for (size_t i = 0; rc == 0 && i < r->n; i++) {
		struct extent_slot *s = &r->slot[i];
		uint64_t block = s->x.offset;
		clip(r, &s->x);
		if (s->good) {
			s->x.data = r->data + i * blksz + (s->x.offset - block);
		} else {
			explain(r, i, readable[i], found[i]);
		}
		rc = r->fn(r->arg, &s->x);
	}
	r->n = 0;
	return rc;
}

static int
add(struct reader *r, const struct block_at *b)
{
	if (r->places) {
		gefs_extent x = {.offset = b->offset, .ptr = b->ptr};
		clip(r, &x);
		return r->fn(r->arg, &x);
	}
	r->slot[r->n++] = (struct extent_slot){.x = {.offset = b->offset, .ptr = b->ptr}};
	return r->n == r->batch ? flush(r) : 0;
}

/* A record of this file that says nothing about where the block is. */
static int
tell_record(struct reader *r, uint64_t offset, const char *what)
{
	gefs_error why;
	gefs_extent x = {.offset = offset, .ptr = {GEFS_NIL, 0, 0}, .error = &why};
	int rc = flush(r);

	gefs_fail(&why, GEFS_EDAMAGE, GEFS_NIL, "the record of a data block cannot be used: %s", what);
	clip(r, &x);
	return rc ? rc : r->fn(r->arg, &x);
}

static int
data_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct reader *r = arg;
	const struct format *f = r->img->f;
	struct key k;

	if (key_decode(f, key, &k) || k.type != KEY_DATA || k.offset >= r->end || k.offset + f->blksz <= r->off)
		return 0;
	const char *problem = value_check(f, &k, value);
	if (!problem && k.offset % f->blksz)
		problem = "its offset is no multiple of the block size";
	if (problem)
		return tell_record(r, k.offset, problem);
	struct block_at b = {k.offset, ptr_decode(f, value.p)};
	if (!r->sort)
		return add(r, &b);
	return vec_push(r->all, r->nall, r->cap_all, b) ? 0 : gefs_fail_memory(r->e);
}

static int
by_offset(const void *a, const void *b)
{
	const struct block_at *x = a, *y = b;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static int
add_sorted(struct reader *r)
{
	int rc = 0;

	if (r->nall)
		qsort(r->all, r->nall, sizeof *r->all, by_offset);
	for (size_t i = 0; rc == 0 && i < r->nall; i++)
		rc = add(r, &r->all[i]);
	return rc;
}

/* A node is gone: some blocks of the file are unknown. Said as an extent without data. */
static int
node_damage(void *arg, const gefs_error *e)
{
	struct reader *r = arg;
	int rc = flush(r);
	gefs_extent x = {.offset = r->off, .len = r->end - r->off, .ptr = {e->addr, 0, 0}, .error = e};
	return rc ? rc : r->fn(r->arg, &x);
}

/* The keys of the blocks in the range that the reader wants; of all blocks of the file where keys do not sort by
 * offset. lo and hi are storage. */
static struct bounds
wanted_keys(const struct reader *r, uint64_t qpath, uint8_t lo[KEY_MAX], uint8_t hi[KEY_MAX])
{
	const struct format *f = r->img->f;
	struct key first = {.type = KEY_DATA, .qid = qpath, .offset = r->off - r->off % f->blksz};
	struct key last = {.type = KEY_DATA, .qid = qpath, .offset = r->end};

	if (r->sort)
		return prefix_bounds((gefs_bytes){lo, key_prefix(f, KEY_DATA, qpath, lo)}, hi);
	return (struct bounds){.lo = {lo, key_encode(f, &first, lo)}, .hi = {hi, key_encode(f, &last, hi)}};
}

static int
read_file(gefs_image *img, const gefs_tree *t, const gefs_dirent *d, uint64_t off, uint64_t len, bool places,
	  gefs_extent_fn fn, void *arg, gefs_error *e)
{
	uint8_t lo[KEY_MAX], hi[KEY_MAX];

	/* A length beyond 2^63 is junk; no block can lie there either. */
	uint64_t size = d->length > INT64_MAX ? INT64_MAX : d->length;
	if (d->is_dir || off >= size || len == 0)
		return 0;
	struct reader *r = calloc(1, sizeof *r);
	uint64_t end = len < size - off ? off + len : size, blocks = (end - off) / img->f->blksz + 2;
	size_t batch = blocks < BATCH ? (size_t)blocks : BATCH;
	if (!r || (!places && !(r->data = malloc(batch * img->f->blksz)))) {
		free(r);
		return gefs_fail_memory(e);
	}
	r->batch = batch;
	r->img = img;
	r->off = off;
	r->end = end;
	r->fn = fn;
	r->arg = arg;
	r->e = e;
	r->places = places;
	r->sort = !format_has(img->f, GEFS_HAS_NUMERIC_KEYS);
	struct bounds in = wanted_keys(r, d->qpath, lo, hi);
	struct scan_ops ops = {.kv = data_kv, .damage = node_damage, .arg = r};
	int rc = tree_scan(img, t, &in, &ops, e);
	if (rc == 0)
		rc = add_sorted(r);
	if (rc == 0)
		rc = flush(r);
	free(r->all);
	free(r->data);
	free(r);
	return rc;
}

int
gefs_file_read(gefs_image *img, const gefs_tree *t, const gefs_dirent *d, uint64_t off, uint64_t len, gefs_extent_fn fn,
	       void *arg, gefs_error *e)
{
	return read_file(img, t, d, off, len, false, fn, arg, e);
}

int
gefs_file_extents(gefs_image *img, const gefs_tree *t, const gefs_dirent *d, uint64_t off, uint64_t len,
		  gefs_extent_fn fn, void *arg, gefs_error *e)
{
	return read_file(img, t, d, off, len, true, fn, arg, e);
}
