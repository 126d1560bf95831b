#include "pack/freespace.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "image.h"

/* Arenas that overlap in a damaged image could declare each other's blocks free. */
static bool
trusted(const gefs_arena *a, uint64_t end)
{
	return a->header_ok && a->log_ok && a->header >= end;
}

int
freespace_load(struct freespace *s, const gefs_image *img, gefs_pack_stats *stats, gefs_error *e)
{
	const gefs_arena *a;
	uint64_t end = 0;
	size_t n = 0;

	*s = (struct freespace){0};
	if (img->f->leaves & LEAVES_RELEASED) {
		stats->released = true;
		return 0;
	}
	for (uint32_t i = 0; (a = gefs_arena_get(img, i)); i++)
		n += a->nfree;
	if (!(s->ranges = calloc(n + 1, sizeof *s->ranges)))
		return gefs_fail_memory(e);
	for (uint32_t i = 0; (a = gefs_arena_get(img, i)); i++) {
		if (!trusted(a, end)) {
			stats->damaged_arenas++;
			continue;
		}
		if (a->nfree)
			memcpy(s->ranges + s->n, a->free, a->nfree * sizeof *a->free);
		s->n += a->nfree;
		end = a->end;
	}
	return 0;
}

void
freespace_free(struct freespace *s)
{
	free(s->ranges);
}

/* The first range that ends after off. */
static size_t
first_after(const struct freespace *s, uint64_t off)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (s->ranges[mid].off + s->ranges[mid].len <= off)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t
freespace_zero(const struct freespace *s, uint8_t *buf, size_t len, uint64_t off)
{
	size_t zeroed = 0;

	for (size_t i = first_after(s, off); i < s->n && s->ranges[i].off < off + len; i++) {
		const gefs_range *r = &s->ranges[i];
		uint64_t from = r->off > off ? r->off : off;
		uint64_t to = r->off + r->len < off + len ? r->off + r->len : off + len;
		memset(buf + (from - off), 0, (size_t)(to - from));
		zeroed += (size_t)(to - from);
	}
	return zeroed;
}

bool
freespace_covers(const struct freespace *s, size_t len, uint64_t off)
{
	size_t i = first_after(s, off);
	return i < s->n && s->ranges[i].off <= off && s->ranges[i].off + s->ranges[i].len >= off + len;
}
