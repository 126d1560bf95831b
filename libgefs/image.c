#include "image.h"

#include <inttypes.h>
#include <stdlib.h>

#include "alloc/arena.h"
#include "base/error.h"
#include "base/pool.h"
#include "block/cache.h"
#include "fs/users.h"
#include "snap/snaps.h"

static void
read_root(gefs_image *img, uint32_t which, uint64_t addr)
{
	struct super_copy *c = &img->copy[which];
	uint8_t block[65536];

	c->addr = addr;
	c->state = GEFS_COPY_UNREADABLE;
	c->type = GEFS_BLOCK_UNKNOWN;
	if (image_read(img, block, img->f->blksz, addr, NULL) < 0)
		return;
	c->type = img->f->classify(img->f, block);
	if (!img->f->super_decode(img->f, block, &c->super))
		c->state = GEFS_COPY_BAD;
	else
		c->state = c->super.hash == c->super.computed ? GEFS_COPY_GOOD : GEFS_COPY_BAD_HASH;
}

static bool
probe_read(void *arg, void *buf, size_t n, uint64_t off)
{
	return image_read(arg, buf, n, off, NULL) == 0;
}

/* Why a device is of no version that is known. */
static int
unknown(gefs_image *img, const char *name, gefs_error *e)
{
	uint8_t head[8] = {0};
	char version[sizeof head + 1] = {0}, names[128];
	gefs_error why;

	gefs_format_names(names, sizeof names);
	if (img->disk->size < FORMAT_BLOCK_MIN)
		return gefs_fail(e, GEFS_EFORMAT, GEFS_NIL,
				 "%s: too short to be a gefs image: %" PRIu64 " bytes, not even one block of %d", name,
				 img->disk->size, FORMAT_BLOCK_MIN);
	if (image_read(img, head, sizeof head, 0, &why) < 0)
		return gefs_fail(e, why.code, why.addr, "%s: %s", name, why.text);
	if (memcmp(head, "gefs", 4) != 0)
		return gefs_fail(e, GEFS_EFORMAT, 0,
				 "%s: not a gefs image: nowhere a superblock or arena header of a known version (%s); for an image "
				 "inside a disk, give its --offset; for damaged headers, its --format",
				 name, names);
	for (size_t i = 0; i < sizeof head; i++)
		version[i] = head[i] >= 0x20 && head[i] < 0x7f ? (char)head[i] : '?';
	return gefs_fail(e, GEFS_EFORMAT, 0, "%s: version \"%s\" is not supported; supported: %s", name, version, names);
}

/* Finds the version, and the copies of the root data. */
static int
find_roots(gefs_image *img, const gefs_options *o, const char *name, gefs_error *e)
{
	const struct probe p = {probe_read, img, img->disk->size};
	uint64_t addr[GEFS_MAX_ARENAS];
	const char *want = o ? o->format : NULL;

	if (want && !gefs_format_known(want)) {
		char names[128];
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "there is no format \"%.40s\"; supported: %s", want,
				 gefs_format_names(names, sizeof names));
	}
	const struct version *v = format_find(&p, want, &img->format);
	if (!v || img->disk->size < img->format.blksz)
		return unknown(img, name, e);
	img->f = &img->format;
	img->format_given = want != NULL;
	img->ncopies = v->roots(img->f, &p, addr);
	img->copy = calloc(img->ncopies, sizeof *img->copy);
	if (!img->copy)
		return gefs_fail_memory(e);
	for (uint32_t i = 0; i < img->ncopies; i++)
		read_root(img, i, addr[i]);
	return 0;
}

/* Superblocks have hashes. Where arena headers repeat the root data, those that contradict most others about what never
 * changes are damaged. */
static bool
outvoted(const gefs_image *img, uint32_t which)
{
	uint32_t same = 0, good = 0;

	if (format_has(img->f, GEFS_HAS_SUPERBLOCKS))
		return false;
	for (uint32_t i = 0; i < img->ncopies; i++) {
		if (img->copy[i].state != GEFS_COPY_GOOD)
			continue;
		good++;
		same += super_same_shape(&img->copy[i].super, &img->copy[which].super);
	}
	return 2 * same < good;
}

int
image_best_root(const gefs_image *img)
{
	for (int doubt = 0; doubt < 3; doubt++)
		for (uint32_t i = 0; i < img->ncopies; i++) {
			uint32_t k = img->f->last_root_wins ? img->ncopies - 1 - i : i;
			gefs_copy_state worst = doubt < 2 ? GEFS_COPY_GOOD : GEFS_COPY_BAD_HASH;
			if (img->copy[k].state <= worst && (doubt > 0 || !outvoted(img, k)))
				return (int)k;
		}
	return -1;
}

static int
choose_root(gefs_image *img, int want, bool rootless, const char *name, gefs_error *e)
{
	const char *what = format_has(img->f, GEFS_HAS_SUPERBLOCKS) ? "superblock" : "arena header";

	if (want >= 0) {
		img->used = want ? img->ncopies - 1 : 0;
		if (img->copy[img->used].state > GEFS_COPY_BAD_HASH && !rootless)
			return gefs_fail(e, GEFS_EFORMAT, img->copy[img->used].addr,
					 "%s: there is no %s at 0x%" PRIx64 "; try the other one", name, what,
					 img->copy[img->used].addr);
		return 0;
	}
	int best = image_best_root(img);
	if (best >= 0 || rootless) {
		img->used = best >= 0 ? (uint32_t)best : 0;
		return 0;
	}
	if (img->ncopies == 1)
		return gefs_fail(e, GEFS_EFORMAT, 0, "%s: no usable %s at 0x0", name, what);
	return gefs_fail(e, GEFS_EFORMAT, 0, "%s: no usable %s, neither at 0x0 nor at 0x%" PRIx64, name, what,
			 img->copy[img->ncopies - 1].addr);
}

gefs_image *
image_open_disk(struct disk *disk, const gefs_options *o, const char *name, gefs_error *e)
{
	gefs_image *img = calloc(1, sizeof *img);

	if (!img) {
		gefs_fail_memory(e);
		disk_close(disk);
		return NULL;
	}
	img->disk = disk;
	bool rootless = o && o->rootless && o->format;
	if (find_roots(img, o, name, e) < 0 || choose_root(img, o ? o->super : -1, rootless, name, e) < 0)
		goto fail;
	img->pool = pool_new(pool_choose(o ? o->jobs : 0));
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
	struct disk *d = disk_open_image(path, o, e);
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
	free(img->copy);
	pool_free(img->pool);
	disk_close(img->disk);
	free(img);
}

const char *
gefs_version_name(const gefs_image *img)
{
	return img->f->name;
}

const char *
gefs_version_words(const gefs_image *img)
{
	return img->f->words;
}

unsigned
gefs_features(const gefs_image *img)
{
	return img->f->features;
}

uint64_t
gefs_device_size(const gefs_image *img)
{
	return img->disk->size;
}

bool
gefs_is_compressed(const gefs_image *img)
{
	return img->disk->compression != NULL;
}

bool
gefs_metadata_only(const gefs_image *img)
{
	return img->disk->metadata_only;
}

bool
gefs_names_hidden(const gefs_image *img)
{
	return img->disk->names_hidden;
}

const char *
gefs_image_hint(const gefs_image *img)
{
	return img->disk->unpacked ? "was unpacked into a temporary file, and will be again each time; gefs-pack makes an "
				     "image that is read in place"
				   : NULL;
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

int
gefs_super_copies(const gefs_image *img)
{
	return (int)img->ncopies;
}

static const struct super_copy *
copy_at(const gefs_image *img, int which)
{
	return &img->copy[which >= 0 && (uint32_t)which < img->ncopies ? which : 0];
}

gefs_copy_state
gefs_super_copy(const gefs_image *img, int which, const gefs_super **sb, uint64_t *addr)
{
	const struct super_copy *c = copy_at(img, which);
	*sb = &c->super;
	*addr = c->addr;
	return c->state;
}

int
gefs_super_used(const gefs_image *img)
{
	return (int)img->used;
}

bool
gefs_super_type_known(const gefs_image *img, int which)
{
	return copy_at(img, which)->type != GEFS_BLOCK_UNKNOWN;
}

bool
image_addr_ok(const gefs_image *img, uint64_t addr)
{
	return addr % img->f->blksz == 0 && gefs_arena_of(img, addr) != NULL;
}
