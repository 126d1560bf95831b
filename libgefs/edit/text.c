/* Numbers, bytes, keys and values as text. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "edit/edit.h"

bool
text_number(const char **p, uint64_t *v)
{
	char *end;

	if (!isdigit((unsigned char)**p))
		return false;
	errno = 0;
	*v = strtoull(*p, &end, 0);
	*p = end;
	return errno == 0;
}

bool
text_indexed(const char **p, const char *word, uint64_t *a, uint64_t *b)
{
	size_t n = strlen(word);
	const char *q = *p + n + 1;

	if (strncmp(*p, word, n) != 0 || (*p)[n] != '[' || !text_number(&q, a))
		return false;
	if (b)
		*b = 0;
	if (b && *q == ',') {
		q++;
		if (!text_number(&q, b))
			return false;
	}
	if (*q != ']')
		return false;
	*p = q + 1;
	return true;
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
	return p ? (int)(p - digits) : -1;
}

bool
text_hex(const char *s, uint8_t *out, size_t max, size_t *n)
{
	for (*n = 0; s[0]; s += 2) {
		if (*n == max || digit(s[0]) < 0 || digit(s[1]) < 0)
			return false;
		out[(*n)++] = (uint8_t)(digit(s[0]) << 4 | digit(s[1]));
	}
	return true;
}

/* What stands behind "ent:" and the like. */
static bool
parse_key(const char *p, struct key *k)
{
	if (k->type == KEY_LABEL || k->type == KEY_CONF) {
		k->name = (gefs_bytes){(const uint8_t *)p, strlen(p)};
		return true;
	}
	if (!text_number(&p, &k->qid) && strncmp(p, "-1", 2) == 0) { /* the parent of the root */
		k->qid = GEFS_NIL;
		p += 2;
	}
	if (k->type == KEY_ENTRY) {
		k->name = (gefs_bytes){(const uint8_t *)p + (*p == ':'), strlen(p) - (*p == ':')};
		return *p == ':' || !*p;
	}
	if (*p == ':' && (k->type == KEY_DATA || k->type == KEY_DEAD)) {
		p++;
		if (!text_number(&p, &k->offset))
			return false;
	}
	return !*p;
}

int
gefs_edit_key(gefs_edit *ed, const char *text, uint8_t key[GEFS_KEY_MAX], size_t *n, gefs_error *e)
{
	static const char *const names[] = {"dat:", "ent:", "up:", "label:", "snap:", "dead:", "conf:"};
	struct key k = {.type = KEY_BAD};

	if (strncmp(text, "x:", 2) == 0) {
		if (text_hex(text + 2, key, GEFS_KEY_MAX, n))
			return 0;
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
				 "\"%.100s\" is no key: behind x: there have to be pairs of hexadecimal digits, %d at "
				 "most",
				 text, GEFS_KEY_MAX);
	}
	for (int i = 0; i < KEY_BAD; i++)
		if (strncmp(text, names[i], strlen(names[i])) == 0)
			k.type = (enum key_type)i;
	if (k.type == KEY_BAD || !parse_key(text + strlen(names[k.type]), &k))
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
				 "\"%.100s\" is no key: there are dat:QID:OFF, ent:QID:NAME, up:QID, label:NAME, "
				 "snap:ID, "
				 "dead:GEN:BIRTH, conf:NAME and x:HEX",
				 text);
	*n = key_encode(ed->f, &k, key);
	if (*n == 0)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
				 "\"%.100s\" is no key of this version: it has none of that type, or its name is too "
				 "long",
				 text);
	return 0;
}

static int
value_of_field(gefs_edit *ed, const char *text, gefs_value *v, gefs_error *e)
{
	gefs_field at;

	if (gefs_field_find(ed, text + 1, &at, e) < 0)
		return -1;
	if (*text == '&') {
		v->number = at.addr[0];
		return 0;
	}
	if (*text == '*') {
		if (at.structure != GEFS_IN_RECORD && at.structure != GEFS_IN_MESSAGE)
			return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "\"%.100s\" names %s, and only records have values",
					 text + 1, gefs_structure_name(at.structure));
		at.offset = at.value_at;
		at.width = at.value_len;
	} else if (at.form == GEFS_FORM_STRUCTURE) {
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "\"%.100s\" names all of %s, no field of it", text + 1,
				 gefs_structure_name(at.structure));
	} else if (at.width <= 8) {
		return gefs_field_number(ed, &at, &v->number, e);
	}
	v->is_number = false;
	v->n = at.width;
	return gefs_field_read(ed, &at, v->bytes, v->n, e);
}

int
gefs_edit_value(gefs_edit *ed, const char *text, gefs_value *v, gefs_error *e)
{
	const char *p = text + (*text == '-');

	v->is_number = true;
	v->n = 0;
	if (*text && strchr("=&*", *text))
		return value_of_field(ed, text, v, e);
	if (strncmp(text, "x:", 2) == 0) {
		v->is_number = false;
		if (text_hex(text + 2, v->bytes, ed->f->blksz, &v->n))
			return 0;
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
				 "\"%.100s\": behind x: there have to be pairs of hexadecimal digits, no more than a "
				 "block has bytes",
				 text);
	}
	if (!text_number(&p, &v->number) || *p || (*text == '-' && v->number > UINT64_C(1) << 63))
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
				 "\"%.100s\" is no value: a number, x:HEX, =WHERE (what is there), &WHERE (its "
				 "address) or *WHERE (the "
				 "value of a record)",
				 text);
	if (*text == '-')
		v->number = -v->number;
	return 0;
}
