/* Edits of a sound image (first byte: which one): names of places, and changes there. An input is steps of
 * [what][length][text or bytes]; every step is about the place that the last name led to. */
#include "support/explore.h"
#include "support/sparse.h"

enum { MAX_STEPS = 24 };

struct editing {
	gefs_edit *edit;
	gefs_field at;
	bool found;
	volatile uint64_t sum; /* so that what is listed is really read */
};

static int
on_field(void *arg, const gefs_field *f)
{
	struct editing *x = arg;
	uint8_t bytes[GEFS_BLOCK_MAX];

	if (gefs_field_read(x->edit, f, bytes, f->width, NULL) < 0)
		__builtin_trap(); /* it lies outside its block */
	x->sum += f->width ? bytes[f->width - 1] : 0;
	return f->form == GEFS_FORM_STRUCTURE && f->slot < 3 ? gefs_field_list(x->edit, f, on_field, x, NULL) : 0;
}

/* The text ends with a zero; so do its bytes. */
static void
step(struct editing *x, unsigned what, const char *text, const uint8_t *bytes, size_t n)
{
	static gefs_value v;
	size_t half = n / 2 < GEFS_KEY_MAX ? n / 2 : GEFS_KEY_MAX;
	gefs_bytes key = {bytes, half}, value = {bytes + half, n - half};

	if (what < 4) {
		x->found = gefs_field_find(x->edit, text, &x->at, NULL) == 0;
		if (x->found && x->at.form == GEFS_FORM_STRUCTURE)
			gefs_field_list(x->edit, &x->at, on_field, x, NULL);
		return;
	}
	if (!x->found)
		return;
	switch (what) {
	case 4:
		gefs_edit_set_bytes(x->edit, &x->at, bytes, n, NULL);
		break;
	case 5:
		if (gefs_edit_value(x->edit, text, &v, NULL) == 0)
			gefs_edit_set(x->edit, &x->at, &v, NULL);
		break;
	case 6:
		gefs_edit_delete(x->edit, &x->at, NULL);
		break;
	case 7:
		gefs_edit_insert(x->edit, &x->at, key, value, NULL);
		break;
	case 8:
		gefs_edit_message(x->edit, &x->at, n ? bytes[0] : 0, key, value, NULL);
		break;
	case 9:
		gefs_edit_append(x->edit, &x->at, text, NULL);
		break;
	case 10: /* anywhere in its block */
		x->at.form = GEFS_FORM_BYTES;
		x->at.offset = n >= 2 ? be16(bytes) : 0;
		if (n >= 2)
			gefs_edit_set_bytes(x->edit, &x->at, bytes + 2, n - 2, NULL);
		break;
	case 11:
		gefs_edit_rehash(x->edit, NULL);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_choose(&data, &size);
	char text[256];

	if (!s)
		return 0;
	struct editing x = {.edit = s->edit};
	for (int i = 0; i < MAX_STEPS && size >= 2; i++) {
		size_t n = data[1] < size - 2 ? data[1] : size - 2;
		memcpy(text, data + 2, n);
		text[n] = 0;
		step(&x, data[0] % 12, text, data + 2, n);
		data += 2 + n;
		size -= 2 + n;
	}
	return 0;
}
