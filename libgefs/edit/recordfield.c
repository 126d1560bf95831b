/* The fields of records and messages. */
#include <inttypes.h>

#include "base/error.h"
#include "edit/edit.h"

bool
edit_value_key(const gefs_edit *ed, const gefs_field *r, const uint8_t *b, enum key_type *type)
{
	struct key key;

	*type = KEY_BAD;
	if (r->structure == GEFS_IN_RECORD && ed->f->classify(ed->f, b) == GEFS_BLOCK_PIVOT)
		return true;
	if (r->structure == GEFS_IN_MESSAGE) {
		int byte = b[r->key_at - 3];
		if (byte >= OPS || ed->f->op_type[byte] != GEFS_OP_INSERT)
			return false;
	}
	key_decode(ed->f, (gefs_bytes){b + r->key_at, r->key_len}, &key);
	*type = key.type;
	return key.type != KEY_BAD;
}

/* Where the table of offsets has a record's own. */
static uint32_t
offset_at(const struct format *f, const gefs_field *r, const uint8_t *b)
{
	bool leaf = f->classify(f, b) == GEFS_BLOCK_LEAF;
	uint32_t area = r->structure == GEFS_IN_MESSAGE ? f->pivot_header + f->pivot_space
			: leaf				? f->leaf_header
							: f->pivot_header;

	return area + 2 * r->slot;
}

/* In the order of common_field. */
const char *const edit_record_names[EDIT_RECORD_NAMES] = {"off", "op", "nk", "key", "nv", "val"};

static int
common_field(const gefs_edit *ed, const gefs_field *r, const uint8_t *b, int i, gefs_field *out, gefs_error *e)
{
	const char *name = edit_record_names[i];

	switch (i) {
	case 0:
		return edit_narrow(ed, out, name, offset_at(ed->f, r, b), 2, GEFS_FORM_NUMBER, e);
	case 1: /* messages only */
		return r->structure == GEFS_IN_RECORD
			       ? 1
			       : edit_narrow(ed, out, name, r->key_at - 3, 1, GEFS_FORM_NUMBER, e);
	case 2:
		return edit_narrow(ed, out, name, r->key_at - 2, 2, GEFS_FORM_NUMBER, e);
	case 3:
		return edit_narrow(ed, out, name, r->key_at, r->key_len, GEFS_FORM_BYTES, e);
	case 4:
		return edit_narrow(ed, out, name, r->value_at - 2, 2, GEFS_FORM_NUMBER, e);
	default:
		return edit_narrow(ed, out, name, r->value_at, r->value_len, GEFS_FORM_BYTES, e);
	}
}

int
edit_record_field(const gefs_edit *ed, const gefs_field *r, const uint8_t *b, const char *name, gefs_field *out,
		  gefs_error *e)
{
	const char *p = name;
	enum key_type type;
	uint64_t k;

	for (int i = 0; i < EDIT_RECORD_NAMES; i++)
		if (strcmp(name, edit_record_names[i]) == 0)
			return common_field(ed, r, b, i, out, e);
	if (text_indexed(&p, "key", &k, NULL) && !*p)
		return k < r->key_len ? edit_narrow(ed, out, name, r->key_at + k, 1, GEFS_FORM_NUMBER, e)
				      : gefs_fail(e, GEFS_EINVAL, r->addr[0],
						  "the key has %" PRIu32 " bytes, counted from 0", r->key_len);
	p = name;
	if (text_indexed(&p, "val", &k, NULL) && !*p)
		return k < r->value_len ? edit_narrow(ed, out, name, r->value_at + k, 1, GEFS_FORM_NUMBER, e)
					: gefs_fail(e, GEFS_EINVAL, r->addr[0],
						    "the value has %" PRIu32 " bytes, counted from 0", r->value_len);
	if (!edit_value_key(ed, r, b, &type))
		return 1;
	const struct layout_field *f = layout_field(ed->layout, GEFS_IN_RECORD, type, name);
	if (!f)
		return 1;
	if (f->at + f->width > r->value_len)
		return gefs_fail(e, GEFS_EINVAL, r->addr[0],
				 "the value has %" PRIu32 " bytes, and %s would be at %u to %u", r->value_len, name,
				 f->at, f->at + f->width - 1u);
	return edit_narrow(ed, out, name, r->value_at + f->at, f->width, f->form, e);
}
