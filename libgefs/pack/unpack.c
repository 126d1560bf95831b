/* Unpacking for keeps: a compressed image of any kind, in pieces to the caller. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/pool.h"
#include "disk/compressed.h"
#include "disk/packheader.h"

enum { PIECE = 1 << 20 };

struct unpacker {
	struct unpack u;
	gefs_piece_fn piece;
	void *arg;
	int rc; /* with which the caller stopped; what it could not do is not known here */
	bool metadata_only;
	struct disk *frames;
	uint8_t *bufs; /* one piece for each thread */
	struct pool *pool;
	gefs_error *errors;
};

static int
pass_on(void *arg, uint64_t off, const uint8_t *p, size_t n, gefs_error *e)
{
	struct unpacker *x = arg;

	x->rc = x->piece(x->arg, off, p, n);
	return x->rc ? gefs_fail(e, GEFS_ECANCEL, GEFS_NIL, "stopped") : 0;
}

static size_t
piece_len(const struct unpacker *x, size_t i)
{
	uint64_t left = x->frames->size - x->u.size;
	uint64_t at = (uint64_t)i * PIECE;
	return at >= left ? 0 : left - at < PIECE ? (size_t)(left - at) : PIECE;
}

static void
read_piece(void *arg, size_t i, unsigned worker)
{
	struct unpacker *x = arg;
	uint64_t off = x->u.size + (uint64_t)i * PIECE;
	(void)worker;
	x->errors[i].code = GEFS_OK;
	disk_read(x->frames, x->bufs + i * PIECE, piece_len(x, i), off, &x->errors[i]);
}

/* Frames that can be read in place are decompressed by all threads, a piece each. */
static int
unpack_frames(struct unpacker *x, gefs_error *e)
{
	size_t len[POOL_MAX], jobs = pool_jobs(x->pool);

	while (x->u.size < x->frames->size) {
		size_t n = 0;
		while (n < jobs && (len[n] = piece_len(x, n)) > 0)
			n++;
		pool_run(x->pool, n, read_piece, x);
		for (size_t i = 0; i < n; i++) {
			if (x->errors[i].code)
				return gefs_fail(e, x->errors[i].code, x->errors[i].addr, "%s: %s", x->u.name,
						 x->errors[i].text);
			if (unpack_feed(&x->u, x->bufs + i * PIECE, len[i], x->u.size + len[i], e) < 0)
				return -1;
		}
	}
	return 0;
}

static int
make_buffers(struct unpacker *x, const gefs_options *o, gefs_error *e)
{
	x->pool = pool_new(pool_choose(o ? o->jobs : 0));
	if (x->pool) {
		x->bufs = malloc((size_t)pool_jobs(x->pool) * PIECE);
		x->errors = calloc(pool_jobs(x->pool), sizeof *x->errors);
	}
	return x->bufs && x->errors ? 0 : gefs_fail_memory(e);
}

static int
unpack_any(struct unpacker *x, enum compression c, const gefs_options *o, gefs_error *e)
{
	struct packheader header;
	int rc = packheader_read(x->u.file, x->u.name, &header, e);

	x->metadata_only = header.needs & PACK_METADATA;
	if (rc == 0)
		rc = c == ZSTD_FILE ? frames_open(x->u.file, x->u.name, &x->frames, e) : 1;
	if (rc > 0)
		return unpack(&x->u, c, e);
	if (rc < 0)
		return -1;
	x->u.file = x->frames; /* which owns the file now, and of which progress counts bytes */
	x->u.limit = UNPACK_MAX;
	return make_buffers(x, o, e) < 0 ? -1 : unpack_frames(x, e);
}

int
gefs_unpack(const char *path, const gefs_options *o, gefs_piece_fn piece, void *arg, uint64_t *size,
	    bool *metadata_only, gefs_error *e)
{
	struct unpacker x = {.u = {.name = path, .out = pass_on, .out_arg = &x}, .piece = piece, .arg = arg};
	int rc = -1;

	if (!(x.u.file = disk_open_file(path, 0, false, e)))
		return -1;
	enum compression c = compression_of(x.u.file);
	if (o) {
		x.u.progress = o->progress;
		x.u.progress_arg = o->progress_arg;
	}
	if (c == NOT_COMPRESSED)
		gefs_fail(e, GEFS_EFORMAT, GEFS_NIL, "%s: not compressed, or not in a way that is known", path);
	else
		rc = unpack_any(&x, c, o, e);
	*size = x.u.size;
	*metadata_only = x.metadata_only;
	disk_close(x.u.file);
	pool_free(x.pool);
	free(x.bufs);
	free(x.errors);
	return x.rc ? x.rc : rc;
}
