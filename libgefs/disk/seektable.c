/* The seek table of zstd's seekable format: a skippable frame at the end of the file, with an entry for each frame
 * before it, and a footer. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/error.h"
#include "disk/frameindex.h"

enum { HEADER = 8, FOOTER = 9, ENTRY_MIN = 8, FRAME_MIN = 8 };
enum { HAS_CHECKSUMS = 0x80, RESERVED = 0x7c };
static const uint32_t header_magic = 0x184d2a5e, footer_magic = 0x8f92eab1;

struct table {
	struct disk *file;
	const char *name;
	uint64_t at; /* of its frame */
	uint32_t n;
	uint32_t entry; /* bytes */
};

static int
damaged(const struct table *t, const char *what, gefs_error *e)
{
	return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL,
			 "%s: the seek table at byte %" PRIu64 " of the compressed file is damaged: %s (zstd -d does not need it)",
			 t->name, t->at, what);
}

/* 1: none. */
static int
find(struct table *t, gefs_error *e)
{
	uint64_t size = t->file->size;
	uint8_t b[FOOTER];

	if (size < HEADER + FOOTER)
		return 1;
	if (disk_read(t->file, b, FOOTER, size - FOOTER, e) < 0)
		return -1;
	if (le32(b + 5) != footer_magic)
		return 1;
	t->n = le32(b);
	t->entry = b[4] & HAS_CHECKSUMS ? 12 : ENTRY_MIN;
	t->at = size - FOOTER;
	if (b[4] & RESERVED)
		return damaged(t, "it uses features that are not known", e);
	uint64_t body = (uint64_t)t->n * t->entry + FOOTER;
	/* Each frame takes room in the file: what is allocated for the index is bounded by the file's size. */
	if (body + HEADER + (uint64_t)t->n * FRAME_MIN > size)
		return damaged(t, "it tells of more frames than fit into the file", e);
	t->at = size - body - HEADER;
	if (disk_read(t->file, b, HEADER, t->at, e) < 0)
		return -1;
	if (le32(b) != header_magic || le32(b + 4) != body)
		return damaged(t, "its beginning and its end do not fit", e);
	return 0;
}

static int
add_up(struct frameindex *x, const struct table *t, const uint8_t *p, gefs_error *e)
{
	struct frame at = {0};

	for (size_t i = 0; i < t->n; i++, p += t->entry) {
		x->frames[i] = at;
		if (le32(p) < FRAME_MIN)
			return damaged(t, "a frame is shorter than any can be", e);
		at.at += le32(p);
		at.out += le32(p + 4);
		if (le32(p + 4) > FRAME_MAX)
			return 2;
		if (x->checksums)
			x->checksums[i] = le32(p + 8);
	}
	x->frames[t->n] = at;
	x->count = t->n;
	if (at.at != t->at)
		return damaged(t, "the sizes of the frames do not add up to the size of the file", e);
	if (at.out == 0)
		return damaged(t, "there is nothing in any frame", e);
	return 0;
}

int
seektable_load(struct frameindex *x, struct disk *file, const char *name, gefs_error *e)
{
	struct table t = {.file = file, .name = name};
	int rc = find(&t, e);

	if (rc != 0)
		return rc;
	uint8_t *p = malloc((size_t)t.n * t.entry + 1);
	x->frames = calloc((size_t)t.n + 1, sizeof *x->frames);
	if (t.entry > ENTRY_MIN)
		x->checksums = calloc((size_t)t.n + 1, sizeof *x->checksums);
	if (!p || !x->frames || (t.entry > ENTRY_MIN && !x->checksums))
		rc = gefs_fail_memory(e);
	else if ((rc = disk_read(file, p, (size_t)t.n * t.entry, t.at + HEADER, e)) == 0)
		rc = add_up(x, &t, p, e);
	free(p);
	return rc;
}

size_t
seektable_size(size_t n)
{
	return HEADER + n * 12 + FOOTER;
}

void
seektable_encode(const struct frameindex *x, uint8_t *p)
{
	put_le32(p, header_magic);
	put_le32(p + 4, (uint32_t)(seektable_size(x->count) - HEADER));
	p += HEADER;
	for (size_t i = 0; i < x->count; i++, p += 12) {
		put_le32(p, (uint32_t)(x->frames[i + 1].at - x->frames[i].at));
		put_le32(p + 4, (uint32_t)(x->frames[i + 1].out - x->frames[i].out));
		put_le32(p + 8, x->checksums[i]);
	}
	put_le32(p, (uint32_t)x->count);
	p[4] = HAS_CHECKSUMS;
	put_le32(p + 5, footer_magic);
}
