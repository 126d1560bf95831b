/* Finding the frames of a zstd file that has no seek table: the headers of frames and blocks (RFC 8878, 3.1.1) tell
 * their sizes, and nothing is decompressed. */
#include <inttypes.h>
#include <stdlib.h>
#include <zstd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/vec.h"
#include "disk/frameindex.h"

enum { HEADER_MAX = 18, BLOCK_HEADER = 3, CHECKSUM = 4, WINDOW = 64 << 10 };

struct scan {
	struct disk *file;
	const char *name;
	uint64_t at, out;       /* how far it has come, in the file and in the image */
	uint64_t start;         /* what buf holds */
	size_t len;
	uint8_t buf[WINDOW];
};

static int
cut_off(const struct scan *s, gefs_error *e)
{
	return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL,
			 "%s: the compressed file ends at byte %" PRIu64 " in the middle of a frame: it is cut off", s->name,
			 s->file->size);
}

/* Up to want bytes at s->at: *n fewer only at the end of the file. NULL when they cannot be read. */
static const uint8_t *
peek(struct scan *s, size_t want, size_t *n, gefs_error *e)
{
	uint64_t left = s->at < s->file->size ? s->file->size - s->at : 0;

	*n = left < want ? (size_t)left : want;
	if (s->at < s->start || s->at + *n > s->start + s->len) {
		s->start = s->at;
		s->len = left < WINDOW ? (size_t)left : WINDOW;
		if (disk_read(s->file, s->buf, s->len, s->start, e) < 0)
			return NULL;
	}
	return s->buf + (s->at - s->start);
}

/* Past all blocks of a frame. */
static int
pass_blocks(struct scan *s, gefs_error *e)
{
	enum { RAW, RLE, COMPRESSED, RESERVED };
	bool last = false;
	size_t n;

	while (!last) {
		const uint8_t *p = peek(s, BLOCK_HEADER, &n, e);
		if (!p)
			return -1;
		if (n < BLOCK_HEADER)
			return cut_off(s, e);
		uint32_t h = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
		if ((h >> 1 & 3) == RESERVED)
			return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL,
					 "%s: damaged at byte %" PRIu64 " of the compressed file: not a zstd block", s->name, s->at);
		s->at += BLOCK_HEADER + ((h >> 1 & 3) == RLE ? 1 : h >> 3);
		last = h & 1;
	}
	return 0;
}

static size_t
header_size(const uint8_t *p)
{
	static const uint8_t id[] = {0, 1, 2, 4}, content[] = {0, 2, 4, 8};
	bool single = p[4] & 0x20;
	unsigned c = p[4] >> 6;
	return 5 + !single + id[p[4] & 3] + (c == 0 && single ? 1 : content[c]);
}

/* Past one frame. 1: it is none that can be read in place. */
static int
pass_frame(struct scan *s, struct frameindex *x, size_t *cap, gefs_error *e)
{
	struct frame f = {s->at, s->out};
	size_t n;
	const uint8_t *p = peek(s, HEADER_MAX, &n, e);

	if (!p)
		return -1;
	if (n < 8)
		return cut_off(s, e);
	if ((le32(p) & 0xfffffff0) == 0x184d2a50) {
		s->at += 8 + (uint64_t)le32(p + 4);
		return s->at > s->file->size ? cut_off(s, e) : 0;
	}
	if (le32(p) != ZSTD_MAGICNUMBER)
		return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL,
				 "%s: damaged at byte %" PRIu64 " of the compressed file: not the beginning of a zstd frame",
				 s->name, s->at);
	unsigned long long content = ZSTD_getFrameContentSize(p, n);
	if (content == ZSTD_CONTENTSIZE_UNKNOWN || content == ZSTD_CONTENTSIZE_ERROR || content > FRAME_MAX)
		return 1;
	bool checksum = p[4] & 4;
	s->at += header_size(p);
	if (pass_blocks(s, e) < 0)
		return -1;
	s->at += checksum ? CHECKSUM : 0;
	if (s->at > s->file->size)
		return cut_off(s, e);
	s->out += content;
	return content == 0 || vec_push(x->frames, x->count, *cap, f) ? 0 : gefs_fail_memory(e);
}

static int
scan_all(struct scan *s, struct frameindex *x, gefs_error *e)
{
	size_t cap = 0;
	struct frame end;
	int rc = 0;

	while (rc == 0 && s->at < s->file->size)
		rc = pass_frame(s, x, &cap, e);
	if (rc != 0)
		return rc;
	if (s->out == 0)
		return gefs_fail(e, GEFS_EFORMAT, GEFS_NIL, "%s: there is nothing in the compressed file", s->name);
	end = (struct frame){s->at, s->out};
	if (!vec_push(x->frames, x->count, cap, end))
		return gefs_fail_memory(e);
	x->count--;
	return 0;
}

int
framescan(struct frameindex *x, struct disk *file, const char *name, gefs_error *e)
{
	struct scan *s = calloc(1, sizeof *s);
	int rc;

	if (!s)
		return gefs_fail_memory(e);
	s->file = file;
	s->name = name;
	rc = scan_all(s, x, e);
	free(s);
	return rc;
}
