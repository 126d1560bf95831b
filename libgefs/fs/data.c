/* File contents: docs/format.md section 17. What has no record is a hole. */
#include "tree/tree.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"

enum { BATCH = 64 }; /* blocks in memory at a time: 1 MiB */

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
	size_t n;
	uint8_t *data; /* BATCH blocks */
};

static void
take(void *arg, struct bulk_item *it, const uint8_t *block)
{
	struct reader *r = arg;
	memcpy(r->data + it->tag * r->img->f->blksz, block, r->img->f->blksz);
	r->slot[it->tag].good = it->hash == it->ptr.hash;
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
	bulk_read(r->img, r->item, wanted, take, r);
	for (size_t i = 0; i < wanted; i++) {
		readable[r->item[i].tag] = r->item[i].read_ok;
		found[r->item[i].tag] = r->item[i].hash;
	}
	for (size_t i = 0; rc == 0 && i < r->n; i++) {
		struct extent_slot *s = &r->slot[i];
		uint64_t addr = s->x.ptr.addr, block = s->x.offset;
		uint64_t from = block > r->off ? block : r->off;
		uint64_t to = block + blksz < r->end ? block + blksz : r->end;
		s->x.offset = from;
		s->x.len = to - from;
		if (s->good) {
			s->x.data = r->data + i * blksz + (from - block);
		} else {
			if (readable[i])
				gefs_fail(&s->error, GEFS_EDAMAGE, addr,
					  "data block 0x%" PRIx64 ": hash is %016" PRIx64 ", expected %016" PRIx64, addr,
					  found[i], s->x.ptr.hash);
			else
				gefs_fail(&s->error, GEFS_EDAMAGE, addr, "data block 0x%" PRIx64 " cannot be read", addr);
			s->x.error = &s->error;
		}
		rc = r->fn(r->arg, &s->x);
	}
	r->n = 0;
	return rc;
}

static int
data_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct reader *r = arg;
	const struct format *f = r->img->f;
	struct key k;

	if (f->key_decode(key, &k) || k.type != KEY_DATA || f->value_check(&k, value))
		return 0;
	if (k.offset % f->blksz || k.offset >= r->end || k.offset + f->blksz <= r->off)
		return 0;
	r->slot[r->n++] = (struct extent_slot){.x = {.offset = k.offset, .ptr = f->ptr_decode(value.p)}};
	return r->n == BATCH ? flush(r) : 0;
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

int
gefs_file_read(gefs_image *img, const gefs_tree *t, const gefs_dirent *d, uint64_t off, uint64_t len, gefs_extent_fn fn,
	       void *arg, gefs_error *e)
{
	uint32_t blksz = img->f->blksz;
	uint8_t lo[KEY_MAX], hi[KEY_MAX];

	/* A length beyond 2^63 is junk; no block can lie there either. */
	uint64_t size = d->length > INT64_MAX ? INT64_MAX : d->length;
	if (d->is_dir || off >= size || len == 0)
		return 0;
	struct reader *r = calloc(1, sizeof *r);
	if (!r || !(r->data = malloc((size_t)BATCH * blksz))) {
		free(r);
		return gefs_fail_memory(e);
	}
	r->img = img;
	r->off = off;
	r->end = len < size - off ? off + len : size;
	r->fn = fn;
	r->arg = arg;
	struct key first = {.type = KEY_DATA, .qid = d->qpath, .offset = off - off % blksz};
	struct key last = {.type = KEY_DATA, .qid = d->qpath, .offset = r->end};
	struct bounds in = {.lo = {lo, img->f->key_encode(&first, lo)}, .hi = {hi, img->f->key_encode(&last, hi)}};
	struct scan_ops ops = {data_kv, node_damage, NULL, r};
	int rc = tree_scan(img, t, &in, &ops, e);
	if (rc == 0)
		rc = flush(r);
	free(r->data);
	free(r);
	return rc;
}
