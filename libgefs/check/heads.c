#include "check/heads.h"

#include <stdlib.h>

#include "block/cache.h"
#include "snap/snaps.h"

enum { SPAN = 64 };

struct span {
	gefs_image *img;
	size_t from, n; /* lists */
	struct head head[SPAN];
	struct pool_batch batch;
	bool started;
};

struct heads {
	struct gefs_check *c;
	struct span span[2];
	int current; /* the other one is being read */
	uint8_t *blocks;
};

static void
read_head(void *arg, size_t i, unsigned worker)
{
	struct span *s = arg;
	struct head *h = &s->head[i];

	(void)worker;
	gefs_ptr ptr = {h->addr, GEFS_NIL, GEFS_NIL};
	if (h->addr != GEFS_NIL && deadlist_block_read(s->img, &ptr, h->block, &h->h, NULL) < 0)
		h->addr = GEFS_NIL;
}

/* A block that is met already is not read a second time. */
static bool
is_new(const struct heads *w, const struct span *s, uint64_t addr)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->head[i].addr == addr)
			return false;
	return image_addr_ok(s->img, addr) && entry_kind(ledger_peek(w->c->map, addr)) == KIND_NONE;
}

static void
start(struct heads *w, struct span *s, size_t from)
{
	const struct snaps *snaps = snaps_get(s->img);

	s->from = from;
	for (s->n = 0; snaps && s->n < SPAN && from + s->n < snaps->ndead; s->n++) {
		uint64_t addr = snaps->dead[from + s->n].head.addr;
		s->head[s->n].addr = is_new(w, s, addr) ? addr : GEFS_NIL;
	}
	s->batch = (struct pool_batch){.n = s->n, .work = read_head, .arg = s};
	pool_start(s->img->pool, &s->batch);
	s->started = true;
}

static void
finish(struct span *s)
{
	if (s->started)
		pool_wait(s->img->pool, &s->batch);
	s->started = false;
}

struct heads *
heads_new(struct gefs_check *c)
{
	size_t blksz = c->img->f->blksz;
	struct heads *w = calloc(1, sizeof *w);

	if (!w || !(w->blocks = aligned_alloc(BLOCK_ALIGN, 2 * SPAN * blksz))) {
		free(w);
		return NULL;
	}
	w->c = c;
	for (size_t i = 0; i < 2 * SPAN; i++)
		w->span[i / SPAN].head[i % SPAN].block = w->blocks + i * blksz;
	for (int i = 0; i < 2; i++)
		w->span[i].img = c->img;
	w->current = 1;
	start(w, &w->span[0], 0);
	return w;
}

void
heads_free(struct heads *w)
{
	if (!w)
		return;
	for (int i = 0; i < 2; i++)
		finish(&w->span[i]);
	free(w->blocks);
	free(w);
}

const struct head *
heads_get(struct heads *w, size_t i)
{
	struct span *s = &w->span[w->current];

	if (i - s->from >= s->n) {
		w->current = !w->current;
		s = &w->span[w->current];
		finish(s);
		if (i - s->from >= s->n) {
			start(w, s, i);
			finish(s);
		}
		start(w, &w->span[!w->current], s->from + s->n);
	}
	const struct head *h = &s->head[i - s->from];
	return h->addr != GEFS_NIL ? h : NULL;
}
