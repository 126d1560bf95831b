/* A disk of zstd frames, read in place. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <xxhash.h>
#include <zstd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "disk/compressed.h"
#include "disk/framecache.h"
#include "disk/frameindex.h"

/* Bytes of decompressed frames that are kept: most of the metadata that a check comes back to. */
enum { CACHE_BYTES = 16 << 20 };

/* What a thread needs to decompress a frame. */
struct decoder {
	ZSTD_DCtx *ctx;
	uint8_t *buf;
	size_t room;
	struct decoder *next;
};

struct frames_disk {
	struct disk disk;
	struct disk *file;
	struct frameindex index;
	struct framecache *cache;
	pthread_mutex_t lock;
	struct decoder *idle;
	atomic_ullong decompressed;
};

static struct decoder *
take_decoder(struct frames_disk *d, size_t room, gefs_error *e)
{
	struct decoder *c;

	pthread_mutex_lock(&d->lock);
	if ((c = d->idle))
		d->idle = c->next;
	pthread_mutex_unlock(&d->lock);
	if (!c && !(c = calloc(1, sizeof *c)))
		return gefs_fail_memory(e), NULL;
	if (!c->ctx)
		c->ctx = ZSTD_createDCtx();
	if (c->room < room) {
		free(c->buf);
		c->buf = malloc(room);
		c->room = c->buf ? room : 0;
	}
	if (c->ctx && c->buf)
		return c;
	ZSTD_freeDCtx(c->ctx);
	free(c->buf);
	free(c);
	return gefs_fail_memory(e), NULL;
}

static void
give_decoder(struct frames_disk *d, struct decoder *c)
{
	pthread_mutex_lock(&d->lock);
	c->next = d->idle;
	d->idle = c;
	pthread_mutex_unlock(&d->lock);
}

/* A frame that ends with a checksum of its own was verified against that: comparing the two sums is enough. */
static uint32_t
checksum_of(const uint8_t *packed, size_t n, const uint8_t *data, size_t size)
{
	bool has_own = n > 8 && le32(packed) == ZSTD_MAGICNUMBER && packed[4] & 4;
	if (has_own && ZSTD_findFrameCompressedSize(packed, n) == n)
		return le32(packed + n - 4);
	return (uint32_t)XXH64(data, size, 0);
}

static int
decompress(struct frames_disk *d, struct decoder *c, size_t i, uint8_t *buf, size_t size, gefs_error *e)
{
	const struct frame *f = &d->index.frames[i];
	size_t n = (size_t)(f[1].at - f[0].at);
	const char *why = NULL;

	if (disk_read(d->file, c->buf, n, f->at, e) < 0)
		return -1;
	size_t got = ZSTD_decompressDCtx(c->ctx, buf, size, c->buf, n);
	atomic_fetch_add(&d->decompressed, 1);
	if (ZSTD_isError(got))
		why = ZSTD_getErrorName(got);
	else if (got != size)
		why = "its contents are not as long as expected";
	else if (d->index.checksums && checksum_of(c->buf, n, buf, size) != d->index.checksums[i])
		why = "its checksum differs from that in the seek table";
	if (why)
		return gefs_fail(e, GEFS_EDAMAGE, f->out,
				 "the compressed frame at byte %" PRIu64 " of the file (0x%" PRIx64 " to 0x%" PRIx64
				 " of the image) is damaged: %s",
				 f->at, f[0].out, f[1].out, why);
	return 0;
}

static int
load_frame(void *arg, size_t i, uint8_t *buf, size_t size, gefs_error *e)
{
	struct frames_disk *d = arg;
	const struct frame *f = &d->index.frames[i];
	uint64_t n = f[1].at - f[0].at;

	/* No compressor makes data so much longer; bounded, so that a table cannot have memory allocated for nothing. */
	if (n > 2 * (uint64_t)FRAME_MAX)
		return gefs_fail(e, GEFS_EDAMAGE, f->out,
				 "the compressed frame at byte %" PRIu64 " of the file cannot be read: it has %" PRIu64 " bytes",
				 f->at, n);
	struct decoder *c = take_decoder(d, (size_t)n, e);
	if (!c)
		return -1;
	int rc = decompress(d, c, i, buf, size, e);
	give_decoder(d, c);
	return rc;
}

static int
frames_read(struct disk *disk, void *buf, size_t len, uint64_t off, gefs_error *e)
{
	struct frames_disk *d = (struct frames_disk *)disk;
	size_t i = len ? frameindex_find(&d->index, off) : 0;

	for (size_t done = 0; done < len; i++) {
		const struct frame *f = &d->index.frames[i];
		size_t size = (size_t)(f[1].out - f[0].out), at = (size_t)(off + done - f->out);
		size_t n = size - at < len - done ? size - at : len - done;
		if (n && framecache_read(d->cache, i, size, at, (uint8_t *)buf + done, n, e) < 0)
			return -1;
		done += n;
	}
	return 0;
}

static void
frames_close(struct disk *disk)
{
	struct frames_disk *d = (struct frames_disk *)disk;

	for (struct decoder *c = d->idle, *next; c; c = next) {
		next = c->next;
		ZSTD_freeDCtx(c->ctx);
		free(c->buf);
		free(c);
	}
	framecache_free(d->cache);
	frameindex_free(&d->index);
	pthread_mutex_destroy(&d->lock);
	disk_close(d->file);
	free(d);
}

static const struct disk_ops frames_ops = {.read = frames_read, .close = frames_close};

/* Of the first frame that holds anything: all have that size but the last one, in files that were made to be read in
 * place. */
static uint32_t
usual_size(const struct frameindex *x)
{
	size_t i = frameindex_find(x, 0);
	return (uint32_t)(x->frames[i + 1].out - x->frames[i].out);
}

int
frames_open(struct disk *file, const char *name, struct disk **out, gefs_error *e)
{
	struct frames_disk *d = calloc(1, sizeof *d);
	int rc;

	if (!d)
		return gefs_fail_memory(e);
	rc = frameindex_load(&d->index, file, name, e);
	if (rc == 0 && !(d->cache = framecache_new(CACHE_BYTES, load_frame, d)))
		rc = gefs_fail_memory(e);
	if (rc != 0) {
		frameindex_free(&d->index);
		free(d);
		return rc;
	}
	pthread_mutex_init(&d->lock, NULL);
	d->disk.ops = &frames_ops;
	d->disk.unit = usual_size(&d->index);
	d->disk.size = d->index.frames[d->index.count].out;
	d->file = file;
	*out = &d->disk;
	return 0;
}

uint64_t
frames_decompressed(const struct disk *disk)
{
	return atomic_load(&((const struct frames_disk *)disk)->decompressed);
}
