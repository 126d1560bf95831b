#include "rewrite/output.h"

#include <stdlib.h>

#include "base/error.h"

enum { BUFFER = 1 << 20 };

static int
give(struct output *o, uint64_t at, const uint8_t *p, size_t n)
{
	if (o->fn(o->arg, at, p, n) == 0)
		return 0;
	return gefs_fail(o->r->e, GEFS_ECANCEL, GEFS_NIL, "what was to be written was not taken");
}

static int
flush(struct output *o)
{
	size_t n = o->fill;

	o->fill = 0;
	if (n == 0)
		return 0;
	if (rewrite_progress(o->r, "writing", o->next * o->r->f->blksz, o->blocks * o->r->f->blksz) < 0)
		return -1;
	return give(o, o->at, o->buf, n);
}

/* Writes one block at addr. */
static int
put(struct output *o, uint64_t addr, const uint8_t *block)
{
	size_t blksz = o->r->f->blksz;

	if ((addr != o->at + o->fill || o->fill + blksz > BUFFER) && flush(o) != 0)
		return -1;
	if (o->fill == 0)
		o->at = addr;
	memcpy(o->buf + o->fill, block, blksz);
	o->fill += blksz;
	return 0;
}

static uint64_t
header_addr(const struct output *o, uint32_t arena)
{
	const struct arena_layout *a = &o->r->device.arenas;
	return a->first + arena * a->stride;
}

static void
make_header(const struct output *o, uint32_t arena, uint8_t *block)
{
	const struct device *d = &o->r->device;
	struct arena_header h = {device_log(d, arena), d->arenas.size, 0};

	h.used = h.size - device_free(d, arena, o->blocks).len;
	d->f->arena_encode(d->f, &h, &o->super, block);
}

/* One free range, and the barrier of the last sync. */
static void
make_log(const struct output *o, uint32_t arena, uint8_t *block)
{
	const struct format *f = o->r->f;
	gefs_range free = device_free(&o->r->device, arena, o->blocks);
	uint32_t at = f->log_put(f, block, 0, GEFS_LOG_FREE, free.off, free.len);

	if (format_has(f, GEFS_HAS_BARRIERS) && o->super.qgen > 0)
		at += f->log_put(f, block, at, GEFS_LOG_SYNC, o->super.qgen, 0);
	f->log_seal(f, block, at, GEFS_NIL);
}

static int
begin_arena(struct output *o)
{
	const struct format *f = o->r->f;
	uint32_t arena = o->arenas++;
	int rc = 0;

	make_header(o, arena, o->block);
	for (uint32_t i = 0; rc == 0 && i < f->header_copies; i++)
		rc = put(o, header_addr(o, arena) + (uint64_t)i * f->blksz, o->block);
	make_log(o, arena, o->block);
	return rc ? rc : put(o, device_log(&o->r->device, arena), o->block);
}

/* The root data, old but for what moved. */
static void
make_super(struct output *o)
{
	const struct rewrite *r = o->r;
	const struct arena_layout *a = &r->device.arenas;
	gefs_super *s = &o->super;

	*s = *image_super(r->img);
	s->blksz = r->f->blksz;
	s->bufspc = r->f->bufspc;
	s->narena = a->narena;
	s->snap_height = r->snaptree.height;
	s->snap_root = r->snaptree.root;
	s->snapdl_head = s->snapdl_tail = (gefs_ptr){GEFS_NIL, GEFS_NIL, GEFS_NIL};
	if (s->arena_size)
		s->arena_size = a->size;
	for (uint32_t i = 0; i < a->narena; i++) {
		s->arena[i].addr = header_addr(o, i);
		make_header(o, i, o->block);
		s->arena[i].hash = r->f->hash(o->block, r->f->blksz);
	}
}

static int
put_super(struct output *o, uint64_t addr)
{
	const struct format *f = o->r->f;

	if (!format_has(f, GEFS_HAS_SUPERBLOCKS))
		return 0;
	f->super_encode(f, &o->super, o->block);
	return put(o, addr, o->block);
}

int
output_begin(struct output *o, struct rewrite *r, gefs_output_fn fn, void *arg)
{
	*o = (struct output){.r = r, .fn = fn, .arg = arg};
	o->blocks = rewrite_metadata(r) + r->data;
	o->block = aligned_alloc(BLOCK_ALIGN, r->f->blksz);
	o->buf = aligned_alloc(BLOCK_ALIGN, BUFFER);
	if (!o->block || !o->buf)
		return gefs_fail_memory(r->e);
	make_super(o);
	for (uint32_t i = 0; i < r->device.arenas.narena; i++)
		o->used += r->device.arenas.size - device_free(&r->device, i, o->blocks).len;
	return put_super(o, 0);
}

/* Begins the arenas up to the one of the next block; live blocks that follow it there. */
static int
enter_arena(struct output *o, uint64_t *room)
{
	uint64_t arena = o->next / o->r->device.capacity;

	*room = (arena + 1) * o->r->device.capacity - o->next;
	while (o->arenas <= arena)
		if (begin_arena(o) != 0)
			return -1;
	return 0;
}

int
output_block(void *arg, const uint8_t *block)
{
	struct output *o = arg;
	uint64_t room;

	if (enter_arena(o, &room) != 0)
		return -1;
	return put(o, device_addr(&o->r->device, o->next++), block);
}

int
output_blocks(void *arg, const uint8_t *p, size_t n)
{
	struct output *o = arg;
	size_t blksz = o->r->f->blksz;

	while (n > 0) {
		uint64_t room;
		if (enter_arena(o, &room) != 0 || flush(o) != 0)
			return -1;
		size_t run = n < room ? n : (size_t)room;
		if (give(o, device_addr(&o->r->device, o->next), p, run * blksz) < 0)
			return -1;
		o->next += run;
		p += run * blksz;
		n -= run;
	}
	return rewrite_progress(o->r, "writing", o->next * blksz, o->blocks * blksz);
}

int
output_end(struct output *o)
{
	uint64_t size = o->r->device.size, blksz = o->r->f->blksz;
	int rc = 0;

	while (rc == 0 && o->arenas < o->r->device.arenas.narena)
		rc = begin_arena(o);
	if (rc == 0)
		rc = put_super(o, size - size % blksz - blksz);
	return rc ? rc : flush(o);
}

void
output_free(struct output *o)
{
	free(o->buf);
	free(o->block);
}
