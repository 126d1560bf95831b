#include "image.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "alloc/arena.h"
#include "base/error.h"
#include "base/pool.h"
#include "block/cache.h"
#include "fs/users.h"
#include "snap/snaps.h"

static void
read_super(gefs_image *img, int which, uint64_t addr)
{
	struct super_copy *c = &img->copy[which];
	uint8_t block[65536];

	c->addr = addr;
	c->state = GEFS_COPY_UNREADABLE;
	c->type = GEFS_BLOCK_UNKNOWN;
	if (disk_read(img->disk, block, img->f->blksz, addr, NULL) < 0)
		return;
	c->type = img->f->classify(block);
	if (!img->f->super_decode(block, &c->super))
		c->state = GEFS_COPY_BAD;
	else
		c->state = c->super.hash == c->super.computed ? GEFS_COPY_GOOD : GEFS_COPY_BAD_HASH;
}

/* Sets img->f from the first or the last block. Every known block size is tried for the last one. */
static int
detect(gefs_image *img, const char *name, gefs_error *e)
{
	uint8_t head[16] = {0};
	const uint32_t blksz = format_gefs9.blksz;
	uint64_t size = img->disk->size;

	if (size < blksz)
		return gefs_fail(e, GEFS_EFORMAT, GEFS_NIL,
				 "%s: too short to be a gefs image: %" PRIu64 " bytes, not even one block of %u", name, size,
				 blksz);
	if (disk_read(img->disk, head, sizeof head, 0, e) == 0) {
		img->f = format_detect(head);
		if (img->f)
			return 0;
	} else if (e && e->code != GEFS_EIO) {
		return -1;
	}
	uint8_t tail[16] = {0};
	if (disk_read(img->disk, tail, sizeof tail, size - size % blksz - blksz, NULL) == 0)
		img->f = format_detect(tail);
	if (img->f)
		return 0;
	if (memcmp(head, "gefs", 4) == 0) {
		char version[9] = {0};
		for (int i = 0; i < 8; i++)
			version[i] = head[i] >= 0x20 && head[i] < 0x7f ? (char)head[i] : '?';
		return gefs_fail(e, GEFS_EFORMAT, 0, "%s: version \"%s\" is not supported; supported: %s", name, version,
				 format_names());
	}
	return gefs_fail(e, GEFS_EFORMAT, 0,
			 "%s: not a gefs image: neither the first block nor the last (0x%" PRIx64
			 ") begins with a known version (%s); for an image inside a disk, give its --offset",
			 name, size - size % blksz - blksz, format_names());
}

static int
choose_super(gefs_image *img, int want, const char *name, gefs_error *e)
{
	if (want >= 0) {
		if (img->copy[want].state > GEFS_COPY_BAD_HASH)
			return gefs_fail(e, GEFS_EFORMAT, img->copy[want].addr,
					 "%s: there is no superblock at 0x%" PRIx64 "; try the other one", name,
					 img->copy[want].addr);
		img->used = want;
		return 0;
	}
	for (int state = GEFS_COPY_GOOD; state <= GEFS_COPY_BAD_HASH; state++)
		for (int i = 0; i < 2; i++)
			if (img->copy[i].state == (gefs_copy_state)state) {
				img->used = i;
				return 0;
			}
	return gefs_fail(e, GEFS_EFORMAT, 0, "%s: no usable superblock, neither at 0x0 nor at 0x%" PRIx64, name,
			 img->copy[1].addr);
}

gefs_image *
image_open_disk(struct disk *disk, const gefs_options *o, const char *name, gefs_error *e)
{
	gefs_image *img = calloc(1, sizeof *img);
	unsigned jobs = o ? o->jobs : 0;

	if (!img) {
		gefs_fail_memory(e);
		disk_close(disk);
		return NULL;
	}
	img->disk = disk;
	if (detect(img, name, e) < 0)
		goto fail;
	read_super(img, 0, 0);
	read_super(img, 1, disk->size - disk->size % img->f->blksz - img->f->blksz);
	if (choose_super(img, o ? o->super : -1, name, e) < 0)
		goto fail;
	if (jobs == 0) {
		long n = sysconf(_SC_NPROCESSORS_ONLN);
		jobs = n > 0 ? (unsigned)n : 1;
	}
	img->pool = pool_new(jobs > 256 ? 256 : jobs);
	img->cache = cache_new();
	if (!img->pool || !img->cache) {
		gefs_fail_memory(e);
		goto fail;
	}
	if (arenas_load(img, e) < 0)
		goto fail;
	return img;
fail:
	gefs_close(img);
	return NULL;
}

gefs_image *
gefs_open(const char *path, const gefs_options *o, gefs_error *e)
{
	struct disk *d = disk_open_file(path, o ? o->offset : 0, e);
	return d ? image_open_disk(d, o, path, e) : NULL;
}

gefs_image *
gefs_open_memory(const void *data, size_t len, const gefs_options *o, gefs_error *e)
{
	struct disk *d = disk_open_memory(data, len, e);
	return d ? image_open_disk(d, o, "memory image", e) : NULL;
}

void
gefs_close(gefs_image *img)
{
	if (!img)
		return;
	users_free(img->users);
	snaps_free(img->snaps);
	arenas_free(img);
	cache_free(img->cache);
	free(img->bulk_buffers);
	pool_free(img->pool);
	disk_close(img->disk);
	free(img);
}

const char *
gefs_version_name(const gefs_image *img)
{
	return img->f->name;
}

uint64_t
gefs_device_size(const gefs_image *img)
{
	return img->disk->size;
}

uint32_t
gefs_block_size(const gefs_image *img)
{
	return img->f->blksz;
}

uint64_t
gefs_hash(const gefs_image *img, const void *data, size_t len)
{
	return img->f->hash(data, len);
}

const gefs_super *
gefs_super_get(const gefs_image *img)
{
	return image_super(img);
}

gefs_copy_state
gefs_super_copy(const gefs_image *img, int which, const gefs_super **sb, uint64_t *addr)
{
	const struct super_copy *c = &img->copy[which != 0];
	*sb = &c->super;
	*addr = c->addr;
	return c->state;
}

int
gefs_super_used(const gefs_image *img)
{
	return img->used;
}

bool
gefs_super_type_known(const gefs_image *img, int which)
{
	return img->copy[which != 0].type != GEFS_BLOCK_UNKNOWN;
}

bool
image_addr_ok(const gefs_image *img, uint64_t addr)
{
	return addr % img->f->blksz == 0 && gefs_arena_of(img, addr) != NULL;
}
