/* Looking at fields and whole blocks, and changing them where they are. */
#include <inttypes.h>

#include "base/error.h"
#include "edit/edit.h"

static int
check_range(const gefs_edit *ed, const gefs_field *f, size_t n, gefs_error *e)
{
	if (f->offset <= ed->f->blksz && n <= ed->f->blksz - f->offset)
		return 0;
	return gefs_fail(e, GEFS_EINVAL, f->addr[0],
			 "%zu bytes from byte %" PRIu32 " on do not fit into the block, which has %" PRIu32, n,
			 f->offset, ed->f->blksz);
}

int
gefs_field_read(gefs_edit *ed, const gefs_field *f, void *buf, size_t n, gefs_error *e)
{
	uint8_t b[GEFS_BLOCK_MAX];

	if (check_range(ed, f, n, e) < 0 || edit_read(ed, f->addr[0], b, e) < 0)
		return -1;
	if (n)
		memcpy(buf, b + f->offset, n);
	return 0;
}

static int
check_number(const gefs_field *f, gefs_error *e)
{
	if (f->form == GEFS_FORM_STRUCTURE)
		return gefs_fail(e, GEFS_EINVAL, f->addr[0], "this is all of %s, no field of it",
				 gefs_structure_name(f->structure));
	if (f->width == 0 || f->width > 8)
		return gefs_fail(e, GEFS_EINVAL, f->addr[0], "%s has %" PRIu32 " bytes, and a number 1 to 8", f->name,
				 f->width);
	return 0;
}

int
gefs_field_number(gefs_edit *ed, const gefs_field *f, uint64_t *v, gefs_error *e)
{
	uint8_t bytes[8];

	if (check_number(f, e) < 0 || gefs_field_read(ed, f, bytes, f->width, e) < 0)
		return -1;
	*v = number_get(ed->f, bytes, f->width);
	return 0;
}

int
gefs_edit_set_bytes(gefs_edit *ed, const gefs_field *f, const void *p, size_t n, gefs_error *e)
{
	struct change *c;

	if (f->form == GEFS_FORM_STRUCTURE)
		return check_number(f, e);
	if (check_range(ed, f, n, e) < 0)
		return -1;
	for (unsigned i = 0; i < f->copies; i++) /* before any of them changes */
		if (!edit_touch(ed, f->addr[i], e))
			return -1;
	for (unsigned i = 0; n && i < f->copies; i++) {
		c = edit_change(ed, f->addr[i]);
		memcpy(c->after + f->offset, p, n);
		c->marks |= MARK_CHANGED | (edit_is_list(f->structure) ? MARK_LIST : 0);
	}
	return 0;
}

int
gefs_edit_set_number(gefs_edit *ed, const gefs_field *f, uint64_t v, gefs_error *e)
{
	uint8_t bytes[8];

	if (check_number(f, e) < 0)
		return -1;
	uint64_t above = f->width < 8 ? v >> 8 * f->width : 0, ones = f->width < 8 ? UINT64_MAX >> 8 * f->width : 0;
	bool negative = above == ones && f->width < 8 && v >> (8 * f->width - 1) & 1;
	if (above && !negative)
		return gefs_fail(e, GEFS_EINVAL, f->addr[0],
				 "0x%" PRIx64 " does not fit into the %" PRIu32 " bytes of %s", v, f->width, f->name);
	number_put(ed->f, bytes, f->width, v);
	return gefs_edit_set_bytes(ed, f, bytes, f->width, e);
}

int
gefs_edit_set(gefs_edit *ed, const gefs_field *f, const gefs_value *v, gefs_error *e)
{
	return v->is_number ? gefs_edit_set_number(ed, f, v->number, e) : gefs_edit_set_bytes(ed, f, v->bytes, v->n, e);
}

int
gefs_edit_block(gefs_edit *ed, uint64_t addr, void *buf, gefs_error *e)
{
	return edit_read(ed, addr, buf, e);
}

int
gefs_edit_put_block(gefs_edit *ed, uint64_t addr, const void *p, gefs_error *e)
{
	struct change *c = edit_touch(ed, addr, e);

	if (!c)
		return -1;
	memcpy(c->after, p, ed->f->blksz);
	c->marks |= MARK_CHANGED;
	return 0;
}

int
gefs_edit_clone(gefs_edit *ed, const gefs_field *f, uint64_t addr, gefs_error *e)
{
	uint8_t b[GEFS_BLOCK_MAX];

	return edit_read(ed, f->addr[0], b, e) < 0 ? -1 : gefs_edit_put_block(ed, addr, b, e);
}
