#include "alloc/arena.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/rangeset.h"

struct replay {
	gefs_image *img;
	struct arena *arena;
	struct rangeset *free;
};

static const char *
range_problem(const struct replay *r, const gefs_log_entry *le)
{
	const gefs_arena *a = &r->arena->pub;
	uint32_t blksz = r->img->f->blksz;

	if (le->addr % blksz || le->len % blksz || le->len == 0)
		return "a range that is not a multiple of the block size";
	if (le->addr < a->start || le->addr >= a->end || le->len > a->end - le->addr)
		return "a range outside the arena";
	return NULL;
}

static int
replay_entry(void *arg, const gefs_log_entry *le)
{
	struct replay *r = arg;
	gefs_arena *a = &r->arena->pub;
	enum rangeset_result res;

	if (le->op == GEFS_LOG_BLOCK) {
		a->log_blocks++;
		return 0;
	}
	a->log_entries++;
	if (le->op == GEFS_LOG_CHAIN || le->op == GEFS_LOG_END)
		return 0;
	if (le->op == GEFS_LOG_SYNC) {
		if (le->addr >= image_super(r->img)->qgen) {
			a->barrier = true;
			a->barrier_gen = le->addr;
		}
		return 0;
	}
	const char *why = range_problem(r, le);
	if (why) {
		r->arena->problem = LOG_BAD_ENTRY;
		return gefs_fail(&r->arena->error, GEFS_EDAMAGE, le->block,
				 "arena %u, log block 0x%" PRIx64 " offset %u: %s of 0x%" PRIx64 " length 0x%" PRIx64
				 ": %s",
				 a->index, le->block, le->offset, le->name, le->addr, le->len, why);
	}
	bool is_free = le->op == GEFS_LOG_FREE1 || le->op == GEFS_LOG_FREE;
	res = is_free ? rangeset_add(r->free, le->addr, le->len) : rangeset_remove(r->free, le->addr, le->len);
	if (res == RANGE_NOMEM)
		return gefs_fail_memory(&r->arena->error);
	if (res == RANGE_CONFLICT) {
		r->arena->problem = LOG_BAD_REPLAY;
		return gefs_fail(&r->arena->error, GEFS_EDAMAGE, le->block,
				 "arena %u, log block 0x%" PRIx64 " offset %u: %s of 0x%" PRIx64 " length 0x%" PRIx64
				 ", which is %s",
				 a->index, le->block, le->offset, le->name, le->addr, le->len,
				 is_free ? "(in part) free already" : "not (wholly) free");
	}
	return 0;
}

struct collect {
	struct arena *arena;
	size_t n;
	uint64_t bytes;
};

static void
collect_range(void *arg, uint64_t off, uint64_t len)
{
	struct collect *c = arg;
	c->arena->free[c->n++] = (gefs_range){off, len};
	c->bytes += len;
}

/* Replays the log; free ranges before the damage are kept when there is some. Section 13. */
static int
replay(gefs_image *img, struct arena *arena)
{
	struct replay r = {img, arena, rangeset_new()};
	gefs_arena *a = &arena->pub;

	if (!r.free)
		return gefs_fail_memory(&arena->error);
	a->log_ok = gefs_log_walk(img, a->index, replay_entry, &r, &arena->error) == 0;
	arena->free = calloc(rangeset_count(r.free) + 1, sizeof *arena->free);
	if (arena->free) {
		struct collect c = {.arena = arena};
		rangeset_each(r.free, collect_range, &c);
		a->free = arena->free;
		a->nfree = c.n;
		a->used = a->size - c.bytes;
	}
	rangeset_free(r.free);
	return arena->free ? 0 : gefs_fail_memory(&arena->error);
}

/* Where the arena's blocks are, if it has that size; false when that cannot be. */
static bool
header_extent(const gefs_image *img, uint64_t header, uint64_t size, uint64_t *start, uint64_t *end)
{
	const struct format *f = img->f;
	uint64_t headers = (uint64_t)f->header_copies * f->blksz;

	if (f->size_counts_header && size <= headers)
		return false;
	return size > 0 && size % f->blksz == 0 && !__builtin_add_overflow(header, headers, start) &&
	       !__builtin_add_overflow(f->size_counts_header ? header : *start, size, end) && *end <= img->disk->size;
}

/* Chooses the header copy: the first one whose hash is right, else, for reading only, one that makes sense. */
static void
read_headers(gefs_image *img, struct arena *arena, uint64_t want_hash)
{
	const struct format *f = img->f;
	gefs_arena *a = &arena->pub;
	uint8_t block[2][65536];
	struct arena_header h[2] = {0};
	int best = -1;

	a->copy[1] = GEFS_COPY_UNREADABLE;
	for (uint32_t i = 0; i < f->header_copies; i++) {
		uint64_t addr, start, end;
		a->copy[i] = GEFS_COPY_UNREADABLE;
		if (__builtin_add_overflow(a->header, (uint64_t)i * f->blksz, &addr) || addr % f->blksz ||
		    image_read(img, block[i], f->blksz, addr, &arena->error) < 0)
			continue;
		bool type = f->arena_decode(f, block[i], &h[i]);
		bool same = !format_has(f, GEFS_HAS_HEADER_HASHES) || f->hash(block[i], f->blksz) == want_hash;
		a->copy[i] = !type ? GEFS_COPY_BAD : same ? GEFS_COPY_GOOD : GEFS_COPY_BAD_HASH;
		/* Where all arenas have one size, that counts, whatever the header says of its own. */
		uint64_t all = image_super(img)->arena_size, size = all ? all : h[i].size;
		if (a->copy[i] <= GEFS_COPY_BAD_HASH && header_extent(img, a->header, size, &start, &end) &&
		    (best < 0 || a->copy[i] < a->copy[best])) {
			best = (int)i;
			a->start = start;
			a->end = end;
			a->size = size;
		}
	}
	a->copies_equal = f->header_copies == 1 ||
			  (a->copy[0] != GEFS_COPY_UNREADABLE && a->copy[1] != GEFS_COPY_UNREADABLE &&
			   memcmp(block[0], block[1], f->blksz) == 0);
	if (best < 0) {
		a->start = a->end = 0;
		gefs_fail(&arena->error, GEFS_EDAMAGE, a->header,
			  f->header_copies == 1 ? "arena %u: the header at 0x%" PRIx64 " cannot be used" :
						  "arena %u: neither header copy at 0x%" PRIx64 " can be used",
			  a->index, a->header);
		return;
	}
	a->header_ok = true;
	arena->size_stored = h[best].size;
	a->log_head = h[best].log_head;
	a->used_stored = h[best].used;
	a->used = a->size;
}

/* Later arenas must not reach into earlier ones: addresses would have two homes. */
static void
refuse_overlap(gefs_image *img, uint32_t i)
{
	struct arena *a = &img->arenas[i];
	const gefs_arena *b = &img->arenas[i - 1].pub;

	if (a->pub.header_ok && b->header_ok && a->pub.header < b->end) {
		a->pub.header_ok = false;
		gefs_fail(&a->error, GEFS_EDAMAGE, a->pub.header,
			  "arena %u at 0x%" PRIx64 " begins before the end of arena %u (0x%" PRIx64 ")", i, a->pub.header, i - 1,
			  b->end);
	} else if (a->pub.header_ok && !b->header_ok && b->end > a->pub.header) {
		a->pub.header_ok = false; /* its neighbour was refused, and it lies inside that one's range */
		gefs_fail(&a->error, GEFS_EDAMAGE, a->pub.header, "arena %u at 0x%" PRIx64 " overlaps an arena before it", i,
			  a->pub.header);
	}
}

/* The header of an arena is lost, but its blocks need not be: they lie between it and its neighbour. */
static void
infer_extent(gefs_image *img, uint32_t i)
{
	const struct format *f = img->f;
	gefs_arena *a = &img->arenas[i].pub;
	uint64_t last = img->copy[img->ncopies - 1].addr; /* of gefs9.00: the last superblock */
	uint64_t end = format_has(f, GEFS_HAS_SUPERBLOCKS) ? last : a->header + image_super(img)->arena_size;
	uint64_t headers = (uint64_t)f->header_copies * f->blksz;

	if (i + 1 < img->narenas)
		end = img->arenas[i + 1].pub.header;
	if (end > img->disk->size)
		end = img->disk->size - img->disk->size % f->blksz;
	a->start = a->end = a->size = 0;
	if (a->header % f->blksz || a->header > end || end - a->header <= headers || end % f->blksz ||
	    (i > 0 && img->arenas[i - 1].pub.end > a->header))
		return;
	a->start = a->header + headers;
	a->end = end;
	a->size = end - (f->size_counts_header ? a->header : a->start);
}

int
arenas_load(gefs_image *img, gefs_error *e)
{
	const gefs_super *sb = image_super(img);

	img->arenas = calloc(sb->narena + (size_t)1, sizeof *img->arenas); /* there may be none at all */
	if (!img->arenas)
		return gefs_fail_memory(e);
	img->narenas = sb->narena;
	/* Two passes: whether an address belongs to an arena must be known before logs are read. */
	for (uint32_t i = 0; i < img->narenas; i++) {
		img->arenas[i].pub.index = i;
		img->arenas[i].pub.header = sb->arena[i].addr;
		read_headers(img, &img->arenas[i], sb->arena[i].hash);
	}
	for (uint32_t i = 1; i < img->narenas; i++)
		refuse_overlap(img, i);
	for (uint32_t i = 0; i < img->narenas; i++)
		if (!img->arenas[i].pub.header_ok)
			infer_extent(img, i);
	for (uint32_t i = 0; i < img->narenas; i++) {
		struct arena *a = &img->arenas[i];
		if (a->pub.header_ok && replay(img, a) < 0)
			return gefs_fail_memory(e);
		if (!a->pub.header_ok || !a->pub.log_ok)
			a->pub.error = &a->error;
	}
	return 0;
}

void
arenas_free(gefs_image *img)
{
	for (uint32_t i = 0; i < img->narenas; i++)
		free(img->arenas[i].free);
	free(img->arenas);
}

uint32_t
gefs_arena_count(const gefs_image *img)
{
	return img->narenas;
}

const gefs_arena *
gefs_arena_get(const gefs_image *img, uint32_t i)
{
	return i < img->narenas ? &img->arenas[i].pub : NULL;
}

const gefs_arena *
gefs_arena_of(const gefs_image *img, uint64_t addr)
{
	uint32_t lo = 0, hi = img->narenas;

	/* Headers ascend in every image that is sound enough for this to matter; the range test decides. */
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		if (img->arenas[mid].pub.header <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return NULL;
	const gefs_arena *a = &img->arenas[lo - 1].pub;
	return addr >= a->start && addr < a->end ? a : NULL;
}

bool
gefs_is_free(const gefs_image *img, uint64_t addr)
{
	const gefs_arena *a = gefs_arena_of(img, addr);
	size_t lo = 0, hi = a ? a->nfree : 0;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (a->free[mid].off <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && addr - a->free[lo - 1].off < a->free[lo - 1].len;
}
