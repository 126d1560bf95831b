/* What all ways of unpacking share: leaving out zeros, limits, progress. */
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "disk/compressed.h"

enum { PIECE = 4096 }; /* of zeros: file systems have no smaller holes */

static bool
all_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* From off to the end of its 4 KiB of the image, or of the n bytes. */
static size_t
piece_at(uint64_t off, size_t n)
{
	size_t to_end = PIECE - (size_t)(off % PIECE);
	return to_end < n ? to_end : n;
}

static int
write_data(struct unpack *u, const uint8_t *p, size_t n, gefs_error *e)
{
	size_t from = 0, at = 0;

	while (at < n) {
		size_t k = piece_at(u->size + at, n - at);
		bool zero = all_zero(p + at, k);
		if (zero && from < at && u->out(u->out_arg, u->size + from, p + from, at - from, e) < 0)
			return -1;
		at += k;
		if (zero)
			from = at;
	}
	return from < n ? u->out(u->out_arg, u->size + from, p + from, n - from, e) : 0;
}

int
unpack_feed(struct unpack *u, const uint8_t *p, size_t n, uint64_t consumed, gefs_error *e)
{
	if (n > u->limit || u->size > u->limit - n)
		return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL,
				 "%s: damaged near byte %" PRIu64 " of the file: more than %" PRIu64
				 " bytes come out of it",
				 u->name, consumed, u->limit);
	if (write_data(u, p, n, e) < 0)
		return -1;
	u->size += n;
	if (u->progress && u->progress(u->progress_arg, "unpacking", consumed, u->file->size))
		return gefs_fail(e, GEFS_ECANCEL, GEFS_NIL, "%s: interrupted while it was unpacked", u->name);
	return 0;
}

int
unpack(struct unpack *u, enum compression c, gefs_error *e)
{
	u->size = 0;
	u->limit = UNPACK_MAX;
	if ((c == ZSTD_FILE ? unpack_zstd(u, e) : unpack_libarchive(u, c, e)) < 0)
		return -1;
	if (u->size == 0)
		return gefs_fail(e, GEFS_EFORMAT, GEFS_NIL, "%s: there is nothing in the compressed file", u->name);
	return 0;
}
