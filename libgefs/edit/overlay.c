/* The image as an edit would leave it: a disk over its disk, on which changed blocks lie. */
#include <stdlib.h>

#include "base/error.h"
#include "edit/edit.h"

struct overlay {
	struct disk disk;
	const gefs_edit *edit;
};

/* Several threads may read, as the edit does not change meanwhile. */
static int
overlay_read(struct disk *d, void *buf, size_t len, uint64_t off, gefs_error *e)
{
	const gefs_edit *ed = ((const struct overlay *)d)->edit;
	uint32_t blksz = ed->f->blksz;
	uint8_t *to = buf;

	if (disk_read(ed->img->disk, buf, len, off, e) < 0)
		return -1;
	for (size_t i = edit_place(ed, off - off % blksz); i < ed->n && ed->change[i]->addr < off + len; i++) {
		const struct change *c = ed->change[i];
		uint64_t from = c->addr < off ? off : c->addr,
			 end = c->addr + blksz < off + len ? c->addr + blksz : off + len;
		memcpy(to + (from - off), c->after + (from - c->addr), (size_t)(end - from));
	}
	return 0;
}

static void
overlay_close(struct disk *d)
{
	free(d);
}

gefs_image *
gefs_edit_view(gefs_edit *ed, const gefs_options *o, gefs_error *e)
{
	static const struct disk_ops ops = {.read = overlay_read, .close = overlay_close};
	gefs_options how = {.super = o ? o->super : -1, .jobs = o ? o->jobs : 0, .format = o ? o->format : NULL};
	struct overlay *v = calloc(1, sizeof *v);

	if (!v) {
		gefs_fail_memory(e);
		return NULL;
	}
	if (!how.format && ed->img->format_given)
		how.format = ed->f->name;
	v->disk = *ed->img->disk;
	v->disk.ops = &ops;
	v->edit = ed;
	return image_open_disk(&v->disk, &how, "the edited image", e);
}
