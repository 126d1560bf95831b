#include "tree/testing/forest.h"

#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "block/cache.h"

enum { SIZE = 16 << 20, START = 0x10000 };

struct forest *
forest_new(void)
{
	struct forest *f = calloc(1, sizeof *f);

	f->mem = calloc(1, SIZE);
	f->next = START;
	f->img.disk = disk_open_memory(f->mem, SIZE, NULL);
	f->img.format = format_gefs9;
	f->img.f = &f->img.format;
	f->img.copy = &f->root;
	f->img.arenas = &f->arena;
	f->img.narenas = f->img.ncopies = 1;
	f->arena.pub = (gefs_arena){.header = START - 2 * f->img.f->blksz, .start = START, .end = SIZE, .header_ok = true};
	f->img.pool = pool_new(1);
	f->img.cache = cache_new();
	return f;
}

void
forest_free(struct forest *f)
{
	cache_free(f->img.cache);
	free(f->img.bulk_buffers);
	pool_free(f->img.pool);
	disk_close(f->img.disk);
	free(f->mem);
	free(f);
}

void
forest_forget(struct forest *f)
{
	cache_free(f->img.cache);
	f->img.cache = cache_new();
}

/* Where an area is filled, from its end downwards. */
struct area {
	uint8_t *at;
	size_t size, used;
	uint16_t n;
};

static void
put_record(struct area *a, const gefs_record *r, bool message)
{
	size_t len = message + 4 + r->key.n + r->value.n;

	a->used += len;
	uint8_t *p = a->at + a->size - a->used;
	if (2 * (size_t)(a->n + 1) + a->used > a->size)
		abort();
	put_be16(a->at + 2 * a->n++, (uint16_t)(p - a->at));
	if (message)
		*p++ = (uint8_t)r->op;
	put_be16(p, (uint16_t)r->key.n);
	memcpy(p + 2, r->key.p, r->key.n);
	put_be16(p + 2 + r->key.n, (uint16_t)r->value.n);
	if (r->value.n)
		memcpy(p + 4 + r->key.n, r->value.p, r->value.n);
}

static gefs_ptr
finish(struct forest *f, const uint8_t *block)
{
	gefs_ptr ptr = {f->next, f->img.f->hash(block, f->img.f->blksz), 1};

	if (f->next + f->img.f->blksz > SIZE)
		abort();
	f->next += f->img.f->blksz;
	return ptr;
}

gefs_ptr
forest_leaf(struct forest *f, const gefs_record *r, size_t n)
{
	const struct format *fmt = f->img.f;
	uint8_t *block = f->mem + f->next;
	struct area a = {block + fmt->leaf_header, fmt->blksz - fmt->leaf_header, 0, 0};

	for (size_t i = 0; i < n; i++)
		put_record(&a, &r[i], false);
	put_be16(block, GEFS_BLOCK_LEAF);
	put_be16(block + 2, a.n);
	put_be16(block + 4, (uint16_t)a.used);
	return finish(f, block);
}

gefs_ptr
forest_pivot(struct forest *f, const struct forest_child *kid, size_t n, const gefs_record *msg, size_t nmsg)
{
	const struct format *fmt = f->img.f;
	uint8_t *block = f->mem + f->next, value[CHILD_SIZE] = {0};
	struct area kids = {block + fmt->pivot_header, fmt->pivot_space, 0, 0};
	struct area buf = {kids.at + kids.size, fmt->buffer_space, 0, 0};

	for (size_t i = 0; i < n; i++) {
		gefs_record r = {0, kid[i].key, {value, sizeof value}};
		ptr_encode(fmt, kid[i].ptr, value);
		put_record(&kids, &r, false);
	}
	for (size_t i = 0; i < nmsg; i++)
		put_record(&buf, &msg[i], true);
	put_be16(block, GEFS_BLOCK_PIVOT);
	put_be16(block + 2, kids.n);
	put_be16(block + 4, (uint16_t)kids.used);
	put_be16(block + 6, buf.n);
	put_be16(block + 8, (uint16_t)buf.used);
	return finish(f, block);
}

void
forest_damage(struct forest *f, gefs_ptr ptr)
{
	f->mem[ptr.addr + f->img.f->blksz / 2] ^= 0xff;
	forest_forget(f);
}
