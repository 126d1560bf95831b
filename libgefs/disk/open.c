/* Opening an image: what kind of file is it in? */
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "disk/compressed.h"

/* The rest of another disk. */
struct rest_disk {
	struct disk disk;
	struct disk *whole;
	uint64_t offset;
};

static int
rest_read(struct disk *d, void *buf, size_t len, uint64_t off, gefs_error *e)
{
	struct rest_disk *r = (struct rest_disk *)d;
	return disk_read(r->whole, buf, len, r->offset + off, e);
}

static void
rest_close(struct disk *d)
{
	struct rest_disk *r = (struct rest_disk *)d;
	disk_close(r->whole);
	free(r);
}

static const struct disk_ops rest_ops = {.read = rest_read, .close = rest_close};

static struct disk *
rest_of(struct disk *whole, uint64_t offset, const char *path, gefs_error *e)
{
	struct rest_disk *r = NULL;

	if (offset >= whole->size)
		gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
			  "%s: offset %" PRIu64 " lies beyond the end of the unpacked image (%" PRIu64 " bytes)", path, offset,
			  whole->size);
	else if (!(r = calloc(1, sizeof *r)))
		gefs_fail_memory(e);
	if (!r) {
		disk_close(whole);
		return NULL;
	}
	r->disk = *whole;
	r->disk.ops = &rest_ops;
	r->disk.size = whole->size - offset;
	r->whole = whole;
	r->offset = offset;
	return &r->disk;
}

struct disk *
disk_open_image(const char *path, const gefs_options *o, gefs_error *e)
{
	uint64_t offset = o ? o->offset : 0;
	bool write = o && o->write;
	struct disk *d = disk_open_file(path, 0, false, e);

	if (!d)
		return NULL;
	enum compression c = compression_of(d);
	if (c == NOT_COMPRESSED) {
		if (offset == 0 && !write)
			return d;
		disk_close(d);
		return disk_open_file(path, offset, write, e);
	}
	if (write) {
		gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
			  "%s: is compressed, and cannot be changed in place: unpack it first, gefs-pack -d \"%s\" -o IMAGE", path,
			  path);
		disk_close(d);
		return NULL;
	}
	d = compressed_open(d, c, path, o, e);
	return d && offset ? rest_of(d, offset, path, e) : d;
}
