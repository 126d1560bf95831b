/* Unpacking zstd files as streams, with windows of any size that zstd knows. */
#include <inttypes.h>
#include <stdlib.h>
#include <zstd.h>

#include "base/error.h"
#include "disk/compressed.h"

struct stream {
	struct unpack *u;
	ZSTD_DCtx *ctx;
	ZSTD_inBuffer in;
	uint64_t at;     /* of in.src in the file */
	uint8_t *buf;
	size_t out_size;
	uint8_t *out;
};

static uint64_t
position(const struct stream *s)
{
	return s->at + s->in.pos;
}

/* A frame that says how much comes out of it must not give more. */
static void
limit_frame(struct stream *s)
{
	enum { HEADER_MAX = 18 };
	uint8_t head[HEADER_MAX];
	uint64_t left = s->u->file->size - position(s);
	size_t n = left < sizeof head ? (size_t)left : sizeof head;

	s->u->limit = UNPACK_MAX;
	if (disk_read(s->u->file, head, n, position(s), NULL) < 0)
		return;
	unsigned long long claim = ZSTD_getFrameContentSize(head, n);
	if (claim != ZSTD_CONTENTSIZE_UNKNOWN && claim != ZSTD_CONTENTSIZE_ERROR && claim <= UNPACK_MAX - s->u->size)
		s->u->limit = s->u->size + claim;
}

static int
refill(struct stream *s, gefs_error *e)
{
	uint64_t left;

	s->at += s->in.size;
	left = s->u->file->size - s->at;
	s->in.size = left < ZSTD_DStreamInSize() ? (size_t)left : ZSTD_DStreamInSize();
	s->in.pos = 0;
	return disk_read(s->u->file, s->buf, s->in.size, s->at, e);
}

/* rest is 0 where a frame has ended. */
static int
run(struct stream *s, gefs_error *e)
{
	size_t rest = 0;

	for (;;) {
		ZSTD_outBuffer out = {s->out, s->out_size, 0};
		if (s->in.pos == s->in.size && refill(s, e) < 0)
			return -1;
		if (rest == 0)
			limit_frame(s);
		bool at_end = s->in.size == 0;
		if (at_end && rest == 0)
			return 0;
		rest = ZSTD_decompressStream(s->ctx, &out, &s->in);
		if (ZSTD_isError(rest))
			return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL,
					 "%s: the compressed file is damaged near byte %" PRIu64 ": %s", s->u->name, position(s),
					 ZSTD_getErrorName(rest));
		if (at_end && out.pos == 0)
			return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL,
					 "%s: the compressed file ends at byte %" PRIu64 " in the middle of a frame: it is cut off",
					 s->u->name, position(s));
		if (unpack_feed(s->u, s->out, out.pos, position(s), e) < 0)
			return -1;
	}
}

int
unpack_zstd(struct unpack *u, gefs_error *e)
{
	struct stream s = {.u = u, .ctx = ZSTD_createDCtx(), .out_size = ZSTD_DStreamOutSize()};
	int rc = -1;

	s.buf = malloc(ZSTD_DStreamInSize());
	s.out = malloc(s.out_size);
	s.in.src = s.buf;
	if (!s.ctx || !s.buf || !s.out) {
		gefs_fail_memory(e);
	} else {
		/* The window is memory: at most 2 GiB, touched only as data come. */
		ZSTD_bounds b = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
		ZSTD_DCtx_setParameter(s.ctx, ZSTD_d_windowLogMax, b.upperBound);
		rc = run(&s, e);
	}
	ZSTD_freeDCtx(s.ctx);
	free(s.buf);
	free(s.out);
	return rc;
}
