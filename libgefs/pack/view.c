#include "pack/view.h"

#include <stdlib.h>

#include "base/error.h"

struct view {
	struct disk disk;
	const struct metadata *m;
	const struct hide *hide;
};

/* Part of one block. */
static int
read_part(const struct view *v, uint8_t *buf, size_t len, uint64_t off, gefs_error *e)
{
	struct disk *disk = v->m->img->disk;
	uint32_t blksz = v->m->img->f->blksz;
	uint8_t block[65536];
	int rc = 0;

	if (!metadata_has(v->m, off))
		memset(buf, 0, len);
	else if (!v->hide)
		rc = disk_read(disk, buf, len, off, e);
	else if ((rc = disk_read(disk, block, blksz, off - off % blksz, e)) == 0) {
		hide_block(v->hide, off - off % blksz, block);
		memcpy(buf, block + off % blksz, len);
	}
	return rc;
}

static int
view_read(struct disk *d, void *buf, size_t len, uint64_t off, gefs_error *e)
{
	const struct view *v = (struct view *)d;
	uint32_t blksz = v->m->img->f->blksz;
	int rc = 0;

	for (size_t done = 0, n; rc == 0 && done < len; done += n) {
		uint64_t at = off + done;
		n = blksz - at % blksz < len - done ? (size_t)(blksz - at % blksz) : len - done;
		rc = read_part(v, (uint8_t *)buf + done, n, at, e);
	}
	return rc;
}

static void
view_close(struct disk *d)
{
	free(d);
}

static const struct disk_ops view_ops = {.read = view_read, .close = view_close};

struct disk *
view_new(const struct metadata *m, const struct hide *hide, gefs_error *e)
{
	struct view *v = calloc(1, sizeof *v);

	if (!v) {
		gefs_fail_memory(e);
		return NULL;
	}
	v->disk = (struct disk){.ops = &view_ops, .size = m->img->disk->size, .metadata_only = true};
	v->disk.names_hidden = (hide && hide->names) || m->img->disk->names_hidden;
	v->m = m;
	v->hide = hide;
	return &v->disk;
}
