/* File data: read in the order of old addresses, a batch at a time with all threads, and given out in the order of new
 * ones while the next batch is read. A block whose hash is wrong ends it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "rewrite/walk.h"

enum { BATCH_BYTES = 8 << 20 };

struct source {
	uint64_t qid, offset;
	const gefs_snap *snap; /* one that has it */
};

/* Blocks that are read together. */
struct batch {
	size_t n;
	struct bulk_item *item;
	struct source *source; /* by tag */
	uint8_t *data;         /* likewise */
};

struct copying {
	struct rewrite *r;
	uint32_t next;            /* number of the data block to come */
	size_t max;               /* blocks in a batch */
	struct batch fill, full;  /* the one that grows, and the one before: read and verified */
	int (*out)(void *arg, const uint8_t *, size_t n);
	void *arg;
};

static void
take(void *arg, struct bulk_item *it, const uint8_t *block)
{
	struct copying *c = arg;
	memcpy(c->fill.data + it->tag * c->r->f->blksz, block, c->r->f->blksz);
}

/* Fails because of the first block that is not what its pointer says. */
static int
verify(struct copying *c, const struct batch *b)
{
	const struct bulk_item *bad = NULL;
	char why[80] = "cannot be read";

	for (size_t i = 0; i < b->n; i++) {
		const struct bulk_item *it = &b->item[i];
		if ((!it->read_ok || it->hash != it->ptr.hash) && (!bad || it->tag < bad->tag))
			bad = it;
	}
	if (!bad)
		return 0;
	const struct source *s = &b->source[bad->tag];
	if (bad->read_ok)
		snprintf(why, sizeof why, "hash is %016" PRIx64 ", expected %016" PRIx64, bad->hash, bad->ptr.hash);
	return rewrite_fail_data(c->r, s->snap, s->qid, s->offset, bad->ptr.addr, why);
}

static int
give_full(struct copying *c)
{
	size_t n = c->full.n;

	c->full.n = 0;
	return n ? c->out(c->arg, c->full.data, n) : 0;
}

/* Reads the batch while the one before is given out. */
static int
flush(struct copying *c)
{
	struct batch b = c->fill;
	struct bulk bulk = {.img = c->r->img, .items = b.item, .n = b.n, .data = take, .arg = c};

	if (b.n == 0)
		return give_full(c);
	bulk_start(&bulk);
	int rc = give_full(c);
	bulk_finish(&bulk);
	if (rc == 0)
		rc = verify(c, &b);
	c->fill = c->full;
	c->fill.n = 0;
	c->full = b;
	return rc;
}

static int
add(void *arg, const struct key *k, const gefs_ptr *ptr)
{
	struct copying *c = arg;

	if (!rewrite_live(c->r, ptr) || ledger_peek(c->r->number, ptr->addr) != DATA_TOP - c->next)
		return 0;
	struct batch *b = &c->fill;
	b->item[b->n] = (struct bulk_item){.ptr = *ptr, .tag = b->n};
	b->source[b->n] = (struct source){k->qid, k->offset, c->r->at};
	b->n++;
	c->next++;
	return b->n == c->max ? flush(c) : 0;
}

static bool
batch_new(struct batch *b, size_t max)
{
	b->item = calloc(max, sizeof *b->item);
	b->source = calloc(max, sizeof *b->source);
	b->data = aligned_alloc(BLOCK_ALIGN, BATCH_BYTES);
	return b->item && b->source && b->data;
}

static void
batch_free(struct batch *b)
{
	free(b->item);
	free(b->source);
	free(b->data);
}

int
copy_data(struct rewrite *r, int (*blocks)(void *arg, const uint8_t *, size_t n), void *arg)
{
	struct copying c = {.r = r, .max = BATCH_BYTES / r->f->blksz, .out = blocks, .arg = arg};
	struct walk_ops ops = {NULL, add, &c};
	bool fill = batch_new(&c.fill, c.max), full = batch_new(&c.full, c.max);
	int rc = fill && full ? rewrite_walk(r, &ops) : gefs_fail_memory(r->e);

	if (rc == 0)
		rc = flush(&c);
	if (rc == 0)
		rc = flush(&c); /* what is left is the last batch */
	if (rc == 0 && c.next != r->data)
		rc = gefs_fail(r->e, GEFS_EDAMAGE, GEFS_NIL, "the image changed while it was being read");
	batch_free(&c.fill);
	batch_free(&c.full);
	return rc;
}
