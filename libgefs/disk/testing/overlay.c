#include "disk/testing/layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

enum { CHUNK = 8192 };

struct overlay {
	struct disk disk;
	const uint8_t *base;
	uint8_t **chunk; /* by number; NULL: as below */
	size_t *touched; /* numbers of chunks */
	size_t n, cap;
};

/* The bytes of the chunk at off, and how many of len are in it. */
static const uint8_t *
bytes_at(const struct overlay *o, uint64_t off, size_t *len)
{
	const uint8_t *c = o->chunk[off / CHUNK];
	size_t room = CHUNK - (size_t)(off % CHUNK);

	if (*len > room)
		*len = room;
	if (*len > o->disk.size - off)
		*len = (size_t)(o->disk.size - off);
	return c ? c + off % CHUNK : o->base + off;
}

static int64_t
overlay_pread(struct disk *d, void *buf, size_t len, uint64_t off)
{
	const struct overlay *o = (const struct overlay *)d;
	size_t total = 0;

	while (total < len && off + total < d->size) {
		size_t n = len - total;
		const uint8_t *p = bytes_at(o, off + total, &n);
		memcpy((char *)buf + total, p, n);
		total += n;
	}
	return (int64_t)total;
}

static uint8_t *
touch(struct overlay *o, size_t k)
{
	size_t len = CHUNK;

	if (o->chunk[k])
		return o->chunk[k];
	uint8_t *c = calloc(1, CHUNK);
	if (!c || !vec_push(o->touched, o->n, o->cap, k))
		abort();
	const uint8_t *p = bytes_at(o, (uint64_t)k * CHUNK, &len);
	memcpy(c, p, len);
	return o->chunk[k] = c;
}

static int64_t
overlay_pwrite(struct disk *d, const void *buf, size_t len, uint64_t off)
{
	struct overlay *o = (struct overlay *)d;
	size_t n = CHUNK - (size_t)(off % CHUNK);

	if (n > len)
		n = len;
	memcpy(touch(o, (size_t)(off / CHUNK)) + off % CHUNK, buf, n);
	return (int64_t)n;
}

static int
overlay_barrier(struct disk *d)
{
	(void)d;
	return 0;
}

static void
overlay_close(struct disk *d)
{
	(void)d;
}

struct disk *
overlay_new(const uint8_t *base, uint64_t size)
{
	static const struct disk_ops ops = {
		.pread = overlay_pread, .pwrite = overlay_pwrite, .barrier = overlay_barrier, .close = overlay_close};
	struct overlay *o = calloc(1, sizeof *o);

	if (!o || !(o->chunk = calloc(size / CHUNK + 1, sizeof *o->chunk)))
		abort();
	o->disk = (struct disk){.ops = &ops, .size = size};
	o->base = base;
	return &o->disk;
}

void
overlay_reset(struct disk *d)
{
	struct overlay *o = (struct overlay *)d;

	for (size_t i = 0; i < o->n; i++) {
		free(o->chunk[o->touched[i]]);
		o->chunk[o->touched[i]] = NULL;
	}
	o->n = 0;
}

bool
overlay_is_base(const struct disk *d)
{
	const struct overlay *o = (const struct overlay *)d;

	for (size_t i = 0; i < o->n; i++) {
		uint64_t off = (uint64_t)o->touched[i] * CHUNK;
		size_t n = CHUNK;
		const uint8_t *p = bytes_at(o, off, &n);
		if (memcmp(p, o->base + off, n) != 0)
			return false;
	}
	return true;
}

void
overlay_free(struct disk *d)
{
	struct overlay *o = (struct overlay *)d;

	overlay_reset(d);
	free(o->chunk);
	free(o->touched);
	free(o);
}
