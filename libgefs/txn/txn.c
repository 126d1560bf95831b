#include "txn/txn.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"
#include "txn/undofile.h"

struct txn {
	uint32_t blksz;
	bool in_place;
	struct txn_write *w;
	size_t n, cap;
	uint8_t **blocks; /* all that the writes point to */
	size_t nblocks, cap_blocks;
};

struct txn *
txn_new(uint32_t blksz)
{
	struct txn *t = calloc(1, sizeof *t);
	if (t)
		t->blksz = blksz;
	return t;
}

void
txn_in_place(struct txn *t)
{
	t->in_place = true;
}

void
txn_free(struct txn *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nblocks; i++)
		free(t->blocks[i]);
	free(t->blocks);
	free(t->w);
	free(t);
}

static uint8_t *
new_block(struct txn *t)
{
	uint8_t *b = malloc(t->blksz);

	if (b && vec_push(t->blocks, t->nblocks, t->cap_blocks, b))
		return b;
	free(b);
	return NULL;
}

int
txn_put(struct txn *t, unsigned phase, uint64_t addr, const void *block, gefs_error *e)
{
	uint8_t *b = new_block(t);

	if (!b || !vec_push(t->w, t->n, t->cap, ((struct txn_write){phase, addr, NULL, b})))
		return gefs_fail_memory(e);
	memcpy(b, block, t->blksz);
	return 0;
}

size_t
txn_count(const struct txn *t)
{
	return t->n;
}

static int
by_phase(const void *a, const void *b)
{
	const struct txn_write *x = a, *y = b;
	if (x->phase != y->phase)
		return x->phase < y->phase ? -1 : 1;
	return (x->addr > y->addr) - (x->addr < y->addr);
}

static int
by_address(const void *a, const void *b)
{
	const struct txn_write *x = a, *y = b;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return (x->phase > y->phase) - (x->phase < y->phase);
}

/* What a block that is written again holds by then is known without reading. */
static int
learn_before(struct txn *t, struct disk *d, gefs_error *e)
{
	qsort(t->w, t->n, sizeof *t->w, by_address);
	for (size_t i = 0; i < t->n; i++) {
		if (i > 0 && t->w[i - 1].addr == t->w[i].addr) {
			t->w[i].before = t->w[i - 1].after;
			continue;
		}
		uint8_t *b = new_block(t);
		if (!b)
			return gefs_fail_memory(e);
		if (disk_read(d, b, t->blksz, t->w[i].addr, e) < 0)
			return -1;
		t->w[i].before = b;
	}
	return 0;
}

static int
write_phases(const struct txn *t, struct disk *d, gefs_error *e)
{
	for (size_t i = 0; i < t->n; i++) {
		if (disk_write(d, t->w[i].after, t->blksz, t->w[i].addr, e) < 0)
			return -1;
		bool last = i + 1 == t->n || t->w[i + 1].phase != t->w[i].phase;
		if (last && disk_barrier(d, e) < 0)
			return -1;
	}
	return 0;
}

int
txn_commit(struct txn *t, gefs_image *img, const char *undo, gefs_error *e)
{
	gefs_error why = {0};

	if (t->n == 0)
		return 0;
	if (learn_before(t, img->disk, e) < 0)
		return -1;
	qsort(t->w, t->n, sizeof *t->w, by_phase);
	if (undo && undofile_save(undo, img, t->in_place, t->w, t->n, e) < 0)
		return -1;
	if (write_phases(t, img->disk, &why) == 0)
		return 0;
	const char *state = t->in_place ? "" : ", and the image loads as before or after it";
	if (undo)
		return gefs_fail_as(e, &why, "%s; the change is incomplete%s: gefs-undo \"%s\" IMAGE puts it back",
				    why.text, state, undo);
	return gefs_fail_as(e, &why, "%s; the change is incomplete%s: repeat it", why.text, state);
}
