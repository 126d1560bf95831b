/* Packing: while one batch of compressed frames is written, the next one is being compressed. */
#include <stdlib.h>
#include <xxhash.h>
#include <zstd.h>

#include "base/error.h"
#include "base/vec.h"
#include "disk/packheader.h"
#include "pack/packer.h"

static int
check_options(gefs_pack_options *o, gefs_error *e)
{
	if (o->level == 0)
		o->level = 3;
	if (o->frame_size == 0)
		o->frame_size = GEFS_FRAME_DEFAULT;
	if (o->level < 1 || o->level > ZSTD_maxCLevel())
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "the level %d is not in 1 to %d", o->level, ZSTD_maxCLevel());
	if (o->frame_size < GEFS_FRAME_MIN || o->frame_size > GEFS_FRAME_MAX || (o->frame_size & (o->frame_size - 1)))
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
				 "the frame size %u is no power of two from %d to %d", o->frame_size, GEFS_FRAME_MIN,
				 GEFS_FRAME_MAX);
	if ((o->metadata && o->all) || ((o->clear || o->hide_names) && !o->metadata))
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "options that do not go together");
	return 0;
}

/* Packs nothing but metadata. */
static int
open_view(struct packer *p, const gefs_options *open, gefs_error *e)
{
	bool change = p->o.clear || p->o.hide_names;

	if (change && hide_plan(&p->hide, p->img, p->o.hide_names, open, e) < 0)
		return -1;
	p->stats->names = hide_names(&p->hide);
	if (metadata_find(&p->metadata, p->img, e) < 0)
		return -1;
	p->stats->kept_blocks = p->metadata.kept;
	p->stats->doubtful_blocks = p->metadata.doubtful;
	p->disk = p->view = view_new(&p->metadata, change ? &p->hide : NULL, e);
	return p->view ? 0 : -1;
}

/* Whether free blocks can be told, or all is to be packed. */
static int
open_source(struct packer *p, const char *path, const gefs_options *open, gefs_error *e)
{
	gefs_error why = {0};

	if (p->o.all) {
		p->disk = disk_open_image(path, open, e);
		return p->disk ? 0 : -1;
	}
	p->img = gefs_open(path, open, &why);
	if (p->img) {
		p->disk = p->img->disk;
		p->stats->inferred = gefs_features(p->img) & GEFS_HAS_INFERENCES;
		if (p->o.metadata)
			return open_view(p, open, e);
		return freespace_load(&p->free, p->img, p->stats, e);
	}
	if (why.code != GEFS_EFORMAT) {
		if (e)
			*e = why;
		return -1;
	}
	return gefs_fail(e, why.code, why.addr, "%s; what is %s cannot be told%s", why.text,
			 p->o.metadata ? "metadata" : "free", p->o.metadata ? "" : ": --all packs everything as it is");
}

static void
free_packer(struct packer *p)
{
	packer_buffers_free(p);
	frameindex_free(&p->index);
	freespace_free(&p->free);
	disk_close(p->view);
	metadata_free(&p->metadata);
	hide_free(&p->hide);
	if (p->img)
		gefs_close(p->img);
	else
		disk_close(p->disk);
}

/* A frame that was written, or is about to be. */
static int
note_frame(struct packer *p, size_t len, size_t content, uint32_t checksum, gefs_error *e)
{
	size_t n = p->index.count;

	if (n >= 0x8000000)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "the image is too large for frames of %u bytes", p->o.frame_size);
	if (!vec_push(p->index.frames, p->index.count, p->cap_frames, p->end) ||
	    !vec_push(p->index.checksums, n, p->cap_checksums, checksum))
		return gefs_fail_memory(e);
	p->end.at += len;
	p->end.out += content;
	return 0;
}

static int
write_batch(struct packer *p, const struct batch *b, gefs_error *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < b->work.n; i++) {
		struct packed *f = &b->frames[i];
		if (f->error.code) {
			if (e)
				*e = f->error;
			return -1;
		}
		p->stats->free_bytes += f->zeroed;
		rc = note_frame(p, f->len, f->content, f->checksum, e);
		if (rc == 0)
			rc = p->write(p->write_arg, f->buf, f->len);
	}
	return rc;
}

static int
write_frames(struct packer *p, const gefs_options *open, gefs_error *e)
{
	uint64_t size = p->disk->size, step = (uint64_t)p->per_batch * p->o.frame_size;
	int rc = 0, k = 0;

	packer_start(p, &p->batch[0], 0);
	for (uint64_t off = 0; rc == 0 && off < size; off += step, k = !k) {
		pool_wait(p->pool, &p->batch[k].work);
		bool more = size - off > step;
		if (more)
			packer_start(p, &p->batch[!k], off + step);
		rc = write_batch(p, &p->batch[k], e);
		if (rc == 0 && open && open->progress && open->progress(open->progress_arg, "packing", p->end.out, size))
			rc = gefs_fail(e, GEFS_ECANCEL, GEFS_NIL, "interrupted");
		if (rc != 0 && more)
			pool_wait(p->pool, &p->batch[!k].work);
	}
	return rc;
}

static int
write_header(struct packer *p, gefs_error *e)
{
	uint8_t header[PACKHEADER_SIZE];

	uint32_t has = p->o.all || p->stats->released ? 0 : PACK_FREE_ZEROED;

	packheader_encode(header, has | (p->disk->names_hidden ? PACK_NAMES_HIDDEN : 0), p->o.frame_size);
	packheader_set_needs(header, p->disk->metadata_only ? PACK_METADATA : 0);
	int rc = note_frame(p, sizeof header, 0, (uint32_t)XXH64(NULL, 0, 0), e);
	return rc ? rc : p->write(p->write_arg, header, sizeof header);
}

static int
write_table(struct packer *p, gefs_error *e)
{
	size_t n = seektable_size(p->index.count), frames = p->index.count;
	uint8_t *table = malloc(n);

	if (!table || !vec_push(p->index.frames, frames, p->cap_frames, p->end)) {
		free(table);
		return gefs_fail_memory(e);
	}
	seektable_encode(&p->index, table);
	p->end.at += n;
	int rc = p->write(p->write_arg, table, n);
	free(table);
	return rc;
}

int
gefs_pack(const char *path, const gefs_options *open, const gefs_pack_options *o, gefs_write_fn write, void *arg,
	  gefs_pack_stats *stats, gefs_error *e)
{
	struct packer p = {.o = o ? *o : (gefs_pack_options){0}, .write = write, .write_arg = arg, .stats = stats};
	int rc;

	*stats = (gefs_pack_stats){0};
	rc = check_options(&p.o, e);
	if (rc == 0)
		rc = open_source(&p, path, open, e);
	if (rc == 0)
		rc = packer_buffers(&p, open ? open->jobs : 0, e);
	if (rc == 0)
		rc = write_header(&p, e);
	if (rc == 0)
		rc = write_frames(&p, open, e);
	if (rc == 0)
		rc = write_table(&p, e);
	if (rc == 0) {
		stats->size = p.disk->size;
		stats->packed_size = p.end.at;
		stats->frames = p.index.count - 1;
		stats->frame_size = p.o.frame_size;
	}
	free_packer(&p);
	return rc;
}
