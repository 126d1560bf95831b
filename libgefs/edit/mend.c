/* Copies that are made like another one. */
#include <inttypes.h>

#include "base/error.h"
#include "edit/edit.h"

static int
check_copy(const char *what, uint32_t copies, int from, gefs_error *e)
{
	if (from >= 0 && (uint32_t)from < copies)
		return 0;
	return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "there are %" PRIu32 " copies of %s, counted from 0", copies, what);
}

int
gefs_edit_copy_super(gefs_edit *ed, int from, gefs_error *e)
{
	const gefs_image *img = ed->img;
	/* What belongs to an arena stays. */
	uint32_t size = ed->layout->root_size ? ed->layout->root_size : ed->f->blksz;
	uint8_t block[GEFS_BLOCK_MAX];
	gefs_super root;

	if (check_copy("the root data", img->ncopies, from, e) < 0 || edit_read(ed, img->copy[from].addr, block, e) < 0)
		return -1;
	if (!ed->f->super_decode(ed->f, block, &root))
		return gefs_fail(e, GEFS_EDAMAGE, img->copy[from].addr, "there is no root data at 0x%" PRIx64,
				 img->copy[from].addr);
	for (uint32_t i = 0; i < img->ncopies; i++)
		if (!edit_touch(ed, img->copy[i].addr, e)) /* before any of them changes */
			return -1;
	for (uint32_t i = 0; i < img->ncopies; i++) {
		struct change *c = edit_change(ed, img->copy[i].addr);
		if (i == (uint32_t)from)
			continue;
		memcpy(c->after, block, size);
		c->marks |= MARK_CHANGED;
	}
	return 0;
}

int
gefs_edit_copy_header(gefs_edit *ed, uint32_t arena, int from, gefs_error *e)
{
	uint32_t copies = ed->f->header_copies;
	uint8_t block[GEFS_BLOCK_MAX];
	gefs_super sb;

	if (copies == 1)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
				 "in this version each arena has one header, of which there is no copy");
	if (check_copy("a header", copies, from, e) < 0 || edit_root(ed, &sb, e) < 0)
		return -1;
	if (arena >= sb.narena)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "there are %" PRIu32 " arenas, counted from 0", sb.narena);
	if (edit_read(ed, sb.arena[arena].addr + (uint64_t)from * ed->f->blksz, block, e) < 0)
		return -1;
	for (uint32_t k = 0; k < copies; k++)
		if (k != (uint32_t)from &&
		    gefs_edit_put_block(ed, sb.arena[arena].addr + (uint64_t)k * ed->f->blksz, block, e) < 0)
			return -1;
	return 0;
}
