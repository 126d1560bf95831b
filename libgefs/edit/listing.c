/* All fields of a structure, one after the other. */
#include <inttypes.h>
#include <stdio.h>

#include "edit/edit.h"

struct listing {
	const gefs_edit *ed;
	const gefs_field *s;
	const uint8_t *b;
	gefs_field_fn fn;
	void *arg;
};

/* What there turns out not to be is left out. */
static int
list(struct listing *l, const char *name)
{
	gefs_field f;
	return edit_field_of(l->ed, l->s, l->b, name, &f, NULL) < 0 ? 0 : l->fn(l->arg, &f);
}

/* "word[7]", "arena[7].addr" */
static int
list_nth(struct listing *l, const char *word, uint32_t i, const char *rest)
{
	char name[GEFS_FIELD_NAME];

	snprintf(name, sizeof name, "%s%" PRIu32 "]%s", word, i, rest);
	return list(l, name);
}

static int
list_known(struct listing *l, gefs_structure in, enum key_type type)
{
	int rc = 0;

	for (size_t i = 0; i < l->ed->layout->nfields && rc == 0; i++) {
		const struct layout_field *f = &l->ed->layout->fields[i];
		if (f->in == in && f->key == type)
			rc = list(l, f->name);
	}
	return rc;
}

static int
list_record(struct listing *l)
{
	enum key_type type;
	int rc = 0;

	for (int i = 0; i < EDIT_RECORD_NAMES && rc == 0; i++)
		rc = list(l, edit_record_names[i]);
	return rc == 0 && edit_value_key(l->ed, l->s, l->b, &type) ? list_known(l, GEFS_IN_RECORD, type) : rc;
}

static int
list_table(struct listing *l)
{
	uint32_t n = edit_arena_table(l->ed, l->b);
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		rc = list_nth(l, "arena[", i, ".addr");
		if (rc == 0)
			rc = list_nth(l, "arena[", i, ".hash");
	}
	return rc == 0 && n ? list(l, "sbhash") : rc;
}

static int
list_words(struct listing *l)
{
	struct list_shape s = list_shape(l->ed, l->s->structure == GEFS_IN_DEADLIST, l->b);
	int rc = 0;

	for (uint32_t i = 0; i < s.size / 8 && rc == 0; i++)
		rc = list_nth(l, "word[", i, "");
	return rc;
}

static int
list_records(struct listing *l)
{
	struct node n;
	int rc = 0;

	node_parse(l->ed->f, l->b, &n, NULL, NULL);
	for (uint32_t i = 0; n.usable && i < n.nval && rc == 0; i++)
		rc = list_nth(l, "value[", i, "");
	for (uint32_t i = 0; n.usable && i < n.nbuf && rc == 0; i++)
		rc = list_nth(l, "msg[", i, "");
	return rc;
}

int
gefs_field_list(gefs_edit *ed, const gefs_field *s, gefs_field_fn fn, void *arg, gefs_error *e)
{
	uint8_t b[GEFS_BLOCK_MAX];
	struct listing l = {ed, s, b, fn, arg};

	if (edit_read(ed, s->addr[0], b, e) < 0)
		return -1;
	if (edit_is_record(s->structure))
		return list_record(&l);
	if (s->structure == GEFS_IN_BLOCK)
		return list_nth(&l, "bytes[0,", ed->f->blksz, "");
	int rc = list_known(&l, s->structure, KEY_BAD);
	if (rc != 0)
		return rc;
	if (s->structure == GEFS_IN_SUPER)
		return list_table(&l);
	if (edit_is_list(s->structure))
		return list_words(&l);
	return edit_is_node(s->structure) ? list_records(&l) : 0;
}
