#include "disk/testing/layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

struct record {
	struct disk disk;
	struct disk *below;
	struct record_write *w;
	size_t n, cap;
	unsigned barriers;
};

static int64_t
record_pread(struct disk *d, void *buf, size_t len, uint64_t off)
{
	struct disk *below = ((struct record *)d)->below;
	return below->ops->pread(below, buf, len, off);
}

/* Whole: the layers below may take less at a time. */
static int64_t
record_pwrite(struct disk *d, const void *buf, size_t len, uint64_t off)
{
	struct record *r = (struct record *)d;
	struct record_write w = {r->barriers, off, len, malloc(len)};

	if (!w.data || !vec_push(r->w, r->n, r->cap, w))
		abort();
	memcpy(w.data, buf, len);
	return disk_write(r->below, buf, len, off, NULL) < 0 ? -1 : (int64_t)len;
}

static int
record_barrier(struct disk *d)
{
	struct record *r = (struct record *)d;
	r->barriers++;
	return r->below->ops->barrier(r->below);
}

static void
record_close(struct disk *d)
{
	(void)d;
}

struct disk *
record_new(struct disk *below)
{
	static const struct disk_ops ops = {
		.pread = record_pread, .pwrite = record_pwrite, .barrier = record_barrier, .close = record_close};
	struct record *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	r->disk = (struct disk){.ops = &ops, .size = below->size};
	r->below = below;
	return &r->disk;
}

size_t
record_count(const struct disk *d)
{
	return ((const struct record *)d)->n;
}

const struct record_write *
record_get(const struct disk *d, size_t i)
{
	return &((const struct record *)d)->w[i];
}

unsigned
record_phases(const struct disk *d)
{
	return ((const struct record *)d)->barriers;
}

void
record_free(struct disk *d)
{
	struct record *r = (struct record *)d;

	for (size_t i = 0; i < r->n; i++)
		free(r->w[i].data);
	free(r->w);
	free(r);
}
