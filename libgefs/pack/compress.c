/* Compressing frames, a batch at a time. A frame depends on its own bytes alone, so that the output is the same for any
 * number of threads. */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#include "base/error.h"
#include "pack/packer.h"

enum { FRAMES_PER_THREAD = 2 }; /* in a batch */

static bool
make_worker(struct worker *w, const gefs_pack_options *o)
{
	w->ctx = ZSTD_createCCtx();
	w->in = malloc(o->frame_size);
	if (!w->ctx || !w->in)
		return false;
	ZSTD_CCtx_setParameter(w->ctx, ZSTD_c_compressionLevel, o->level);
	ZSTD_CCtx_setParameter(w->ctx, ZSTD_c_checksumFlag, 1);
	ZSTD_CCtx_setParameter(w->ctx, ZSTD_c_enableLongDistanceMatching, o->long_distance);
	return true;
}

int
packer_buffers(struct packer *p, unsigned jobs, gefs_error *e)
{
	bool ok;

	p->pool = pool_new(pool_choose(jobs));
	if (!p->pool)
		return gefs_fail_memory(e);
	p->workers = calloc(pool_jobs(p->pool), sizeof *p->workers);
	p->per_batch = (size_t)pool_jobs(p->pool) * FRAMES_PER_THREAD;
	p->bound = ZSTD_compressBound(p->o.frame_size);
	ok = p->workers != NULL;
	for (unsigned i = 0; ok && i < pool_jobs(p->pool); i++)
		ok = make_worker(&p->workers[i], &p->o);
	for (int k = 0; ok && k < 2; k++) {
		p->batch[k].p = p;
		ok = (p->batch[k].frames = calloc(p->per_batch, sizeof *p->batch[k].frames));
		for (size_t i = 0; ok && i < p->per_batch; i++)
			ok = (p->batch[k].frames[i].buf = malloc(p->bound));
	}
	return ok ? 0 : gefs_fail_memory(e);
}

void
packer_buffers_free(struct packer *p)
{
	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; p->batch[k].frames && i < p->per_batch; i++)
			free(p->batch[k].frames[i].buf);
		free(p->batch[k].frames);
	}
	for (unsigned i = 0; p->workers && i < pool_jobs(p->pool); i++) {
		ZSTD_freeCCtx(p->workers[i].ctx);
		free(p->workers[i].in);
	}
	free(p->workers);
	pool_free(p->pool);
}

/* In some thread: frame i of a batch. */
static void
pack_frame(void *arg, size_t i, unsigned worker)
{
	struct batch *b = arg;
	struct packer *p = b->p;
	struct worker *w = &p->workers[worker];
	struct packed *f = &b->frames[i];
	uint64_t off = b->start + (uint64_t)i * p->o.frame_size, left = p->disk->size - off;

	f->error.code = GEFS_OK;
	f->content = left < p->o.frame_size ? (size_t)left : p->o.frame_size;
	if (freespace_covers(&p->free, f->content, off)) {
		memset(w->in, 0, f->content);
		f->zeroed = f->content;
	} else if (disk_read(p->disk, w->in, f->content, off, &f->error) < 0) {
		return;
	} else {
		f->zeroed = freespace_zero(&p->free, w->in, f->content, off);
	}
	f->checksum = (uint32_t)XXH64(w->in, f->content, 0);
	f->len = ZSTD_compress2(w->ctx, f->buf, p->bound, w->in, f->content);
	if (ZSTD_isError(f->len))
		gefs_fail(&f->error, GEFS_ENOMEM, off, "cannot compress: %s", ZSTD_getErrorName(f->len));
}

void
packer_start(struct packer *p, struct batch *b, uint64_t off)
{
	uint64_t left = (p->disk->size - off + p->o.frame_size - 1) / p->o.frame_size;
	b->start = off;
	b->work = (struct pool_batch){
		.n = left < p->per_batch ? (size_t)left : p->per_batch, .work = pack_frame, .arg = b};
	pool_start(p->pool, &b->work);
}
