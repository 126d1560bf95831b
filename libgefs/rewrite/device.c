#include "rewrite/device.h"

enum { LOG_BLOCKS = 1 }; /* a log with a single free range never needs more */

static uint64_t
header_bytes(const struct format *f)
{
	return (uint64_t)f->header_copies * f->blksz;
}

/* Bytes that have to stay free in an arena: with no more than the reserve, the server would take it for full. */
static uint64_t
reserve(uint64_t arena_size)
{
	const uint64_t least = 512 << 10, most = 8 << 20;
	uint64_t r = arena_size / 1024;
	return r < least ? least : r > most ? most : r;
}

bool
device_layout(const struct format *f, uint64_t size, struct device *d)
{
	*d = (struct device){.f = f, .size = size};
	if (!f->ream || !f->ream(f, size, &d->arenas))
		return false;
	uint64_t blocks = (d->arenas.stride - header_bytes(f)) / f->blksz;
	uint64_t kept = reserve(d->arenas.size) / f->blksz + 1 + LOG_BLOCKS + f->reserved_blocks;
	d->capacity = blocks > kept ? blocks - kept : 0;
	return true;
}

uint64_t
device_capacity(const struct device *d)
{
	return d->capacity * d->arenas.narena;
}

static bool
fits(const struct format *f, uint64_t size, uint64_t blocks)
{
	struct device d;
	return device_layout(f, size, &d) && device_capacity(&d) >= blocks;
}

uint64_t
device_smallest(const struct format *f, uint64_t blocks)
{
	uint64_t no = 0, yes = INT64_MAX / f->blksz; /* in blocks */

	if (!fits(f, yes * f->blksz, blocks))
		return 0;
	while (yes - no > 1) {
		uint64_t mid = no + (yes - no) / 2;
		if (fits(f, mid * f->blksz, blocks))
			yes = mid;
		else
			no = mid;
	}
	return yes * f->blksz;
}

uint64_t
device_log(const struct device *d, uint32_t arena)
{
	return d->arenas.first + arena * d->arenas.stride + header_bytes(d->f);
}

uint64_t
device_addr(const struct device *d, uint64_t i)
{
	uint64_t arena = i / d->capacity;
	return device_log(d, (uint32_t)arena) + (LOG_BLOCKS + i % d->capacity) * d->f->blksz;
}

uint64_t
device_live(const struct device *d, uint32_t arena, uint64_t blocks)
{
	uint64_t before = arena * d->capacity;
	uint64_t rest = blocks > before ? blocks - before : 0;
	return rest < d->capacity ? rest : d->capacity;
}

gefs_range
device_free(const struct device *d, uint32_t arena, uint64_t blocks)
{
	uint64_t log = device_log(d, arena), blksz = d->f->blksz;
	uint64_t end = log + d->arenas.stride - header_bytes(d->f) - d->f->reserved_blocks * blksz;
	uint64_t from = log + (LOG_BLOCKS + device_live(d, arena, blocks)) * blksz;
	return (gefs_range){from, end - from};
}
