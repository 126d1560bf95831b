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

struct copying {
	struct rewrite *r;
	uint32_t next;  /* number of the data block to come */
	size_t n, max;  /* blocks in the batch */
	struct bulk_item *item;
	struct source *source;
	uint8_t *data;  /* by tag */
	uint8_t *full;  /* the batch before, verified */
	size_t nfull;   /* its blocks */
	int rc;         /* of giving it out */
	int (*out)(void *arg, const uint8_t *, size_t n);
	void *arg;
};

static void
take(void *arg, struct bulk_item *it, const uint8_t *block)
{
	struct copying *c = arg;
	memcpy(c->data + it->tag * c->r->f->blksz, block, c->r->f->blksz);
}

static int
refuse(struct copying *c, const struct bulk_item *it)
{
	const struct source *s = &c->source[it->tag];
	char why[80] = "cannot be read";

	if (it->read_ok)
		snprintf(why, sizeof why, "hash is %016" PRIx64 ", expected %016" PRIx64, it->hash, it->ptr.hash);
	return rewrite_fail_data(c->r, s->snap, s->qid, s->offset, it->ptr.addr, why);
}

static void
give_full(void *arg)
{
	struct copying *c = arg;

	if (c->nfull && c->rc == 0)
		c->rc = c->out(c->arg, c->full, c->nfull);
	c->nfull = 0;
}

/* Reads the batch and gives out the one before. */
static int
flush(struct copying *c)
{
	const struct bulk_item *bad = NULL;

	bulk_read_beside(c->r->img, c->item, c->n, take, give_full, c);
	for (size_t i = 0; i < c->n; i++) {
		const struct bulk_item *it = &c->item[i];
		if ((!it->read_ok || it->hash != it->ptr.hash) && (!bad || it->tag < bad->tag))
			bad = it;
	}
	if (bad && c->rc == 0)
		return refuse(c, bad);
	uint8_t *other = c->full;
	c->full = c->data;
	c->nfull = c->n;
	c->data = other;
	c->n = 0;
	return c->rc;
}

static int
add(void *arg, const struct key *k, const gefs_ptr *ptr)
{
	struct copying *c = arg;

	if (!rewrite_live(c->r, ptr) || ledger_peek(c->r->number, ptr->addr) != DATA_TOP - c->next)
		return 0;
	c->item[c->n] = (struct bulk_item){.ptr = *ptr, .tag = c->n};
	c->source[c->n] = (struct source){k->qid, k->offset, c->r->at};
	c->n++;
	c->next++;
	return c->n == c->max ? flush(c) : 0;
}

int
copy_data(struct rewrite *r, int (*blocks)(void *arg, const uint8_t *, size_t n), void *arg)
{
	struct copying c = {.r = r, .max = BATCH_BYTES / r->f->blksz, .out = blocks, .arg = arg};
	struct walk_ops ops = {NULL, add, &c};

	c.item = calloc(c.max, sizeof *c.item);
	c.source = calloc(c.max, sizeof *c.source);
	c.data = aligned_alloc(BLOCK_ALIGN, BATCH_BYTES);
	c.full = aligned_alloc(BLOCK_ALIGN, BATCH_BYTES);
	int rc = c.item && c.source && c.data && c.full ? rewrite_walk(r, &ops) : gefs_fail_memory(r->e);
	if (rc == 0)
		rc = flush(&c);
	if (rc == 0) {
		give_full(&c);
		rc = c.rc;
	}
	if (rc == 0 && c.next != r->data)
		rc = gefs_fail(r->e, GEFS_EDAMAGE, GEFS_NIL, "the image changed while it was being read");
	free(c.item);
	free(c.source);
	free(c.data);
	free(c.full);
	return rc;
}
