#include "compact/testing/split.h"

#include <stdlib.h>

#include "image.h"

struct cut {
	uint8_t *image;
	const struct format *f;
	gefs_super super; /* the new one */
};

/* The new arena [header, end): its log, in a block of its own, lists what the old one has free there. */
static void
make_arena(struct cut *c, const gefs_arena *old, uint64_t header, uint64_t end, uint64_t log)
{
	const struct format *f = c->f;
	uint64_t start = header + 2 * (uint64_t)f->blksz, limit = end - 2 * (uint64_t)f->blksz;
	struct arena_header h = {log, end - start, end - start};
	uint8_t *b = c->image + log;
	uint32_t at = 0;

	for (size_t i = 0; i < old->nfree; i++) {
		uint64_t from = old->free[i].off, to = from + old->free[i].len;
		if (from < start)
			from = start;
		if (from == log)
			from += f->blksz;
		if (to > limit)
			to = limit;
		if (from >= to)
			continue;
		/* In two entries, so that the log can be made shorter. */
		at += f->log_put(f, b, at, GEFS_LOG_FREE, from, f->blksz);
		if (to - from > f->blksz)
			at += f->log_put(f, b, at, GEFS_LOG_FREE, from + f->blksz, to - from - f->blksz);
		h.used -= to - from;
	}
	if (c->super.qgen)
		at += f->log_put(f, b, at, GEFS_LOG_SYNC, c->super.qgen, 0);
	f->log_seal(f, b, at, GEFS_NIL);
	f->arena_encode(f, &h, NULL, c->image + header);
	memcpy(c->image + header + f->blksz, c->image + header, f->blksz);
	c->super.arena[c->super.narena].addr = header;
	c->super.arena[c->super.narena++].hash = f->hash(c->image + header, f->blksz);
}

static void
split(struct cut *c, const gefs_arena *old, uint32_t parts)
{
	uint64_t step = old->size / parts / c->f->blksz * c->f->blksz, header = old->header, log = old->log_head;

	for (uint32_t k = 1; k <= parts; k++) {
		uint64_t end = k == parts ? old->end : old->start + k * step;
		make_arena(c, old, header, end, log);
		header = end;
		log = end + 2 * (uint64_t)c->f->blksz;
	}
}

void
split_arenas(uint8_t *image, uint64_t size, uint32_t parts)
{
	/* What is needed of the old state is in memory once the image is open. */
	gefs_image *img = gefs_open_memory(image, size, NULL, NULL);
	if (!img)
		abort();
	struct cut c = {image, img->f, *image_super(img)};
	c.super.narena = 0;
	for (uint32_t i = 0; i < img->narenas; i++)
		split(&c, &img->arenas[i].pub, parts);
	for (uint32_t i = 0; i < img->ncopies; i++)
		c.f->super_encode(c.f, &c.super, image + img->copy[i].addr);
	gefs_close(img);
}
