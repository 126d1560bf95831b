/* print: fields of what the cursor is at. */
#include <stdlib.h>
#include <string.h>

#include "../views/view.h"
#include "cursor.h"
#include "under.h"

enum { TEXT = 4096, BYTES_SHOWN = 32 };

struct print {
	struct shell *sh;
	const char *where;
	gefs_node *node; /* whose records are shown as text; NULL: none */
};

/* ---- values as text ---- */

static void
bytes_text(const uint8_t *p, uint32_t n, uint32_t all, char *buf, size_t size)
{
	size_t at = 0;

	for (uint32_t i = 0; i < n && at + 6 < size; i++)
		at += (size_t)snprintf(buf + at, size - at, "%02x", p[i]);
	if (all > n)
		snprintf(buf + at, size - at, "...");
}

static int64_t
sign_extended(uint64_t v, uint32_t width)
{
	unsigned shift = 64 - 8 * width;
	return (int64_t)(v << shift) >> shift;
}

static void
number_as(struct shell *sh, const gefs_field *f, uint64_t v, char *buf, size_t size)
{
	bool nil = v == (f->width >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * f->width) - 1);
	int64_t s = sign_extended(v, f->width);

	switch (f->form) {
	case GEFS_FORM_ADDRESS:
		snprintf(buf, size, nil ? "-" : "0x%" PRIx64, v);
		break;
	case GEFS_FORM_HASH:
		snprintf(buf, size, "%016" PRIx64, v);
		break;
	case GEFS_FORM_ENTRY:
		snprintf(buf, size, "0x%0*" PRIx64, (int)(2 * f->width), v);
		break;
	case GEFS_FORM_MODE:
		snprintf(buf, size, "%#" PRIo64, v);
		break;
	case GEFS_FORM_USER:
		snprintf(buf, size, "%" PRId64 " (%.200s)", s, gefs_user_name(sh->img, (int32_t)s));
		break;
	case GEFS_FORM_TIME:
		snprintf(buf, size, "%" PRId64, s);
		break;
	default:
		snprintf(buf, size, nil ? "-1" : "%" PRIu64, v);
	}
}

/* A record or message in one line, as the views show it. */
static bool
record_text(struct print *p, const gefs_field *f, char *buf, size_t size)
{
	char key[TEXT / 4], value[TEXT / 2];
	bool message = f->structure == GEFS_IN_MESSAGE;

	if (!p->node || f->slot >= (message ? gefs_node_messages(p->node) : gefs_node_count(p->node)))
		return false;
	gefs_record r = message ? gefs_node_message(p->node, f->slot) : gefs_node_value(p->node, f->slot);
	gefs_format_key(p->sh->img, r.key, key, sizeof key);
	gefs_format_value(p->sh->img, &r, value, sizeof value);
	snprintf(buf, size, "%s%s%s%s%s", r.op ? gefs_op_name(r.op) : "", r.op ? " " : "", key, r.value.n ? " = " : "",
		 r.value.n ? value : "");
	return true;
}

/* *number is whether it is one. */
static int
field_text(struct print *p, const gefs_field *f, char *buf, size_t size, uint64_t *number, bool *is_number, gefs_error *e)
{
	uint8_t bytes[BYTES_SHOWN];
	uint32_t n = f->width < BYTES_SHOWN ? f->width : BYTES_SHOWN;

	*is_number = false;
	if (f->form == GEFS_FORM_STRUCTURE && record_text(p, f, buf, size))
		return 0;
	if (f->form < GEFS_FORM_TEXT && f->form != GEFS_FORM_STRUCTURE && f->width <= 8) {
		if (gefs_field_number(p->sh->edit, f, number, e) < 0)
			return -1;
		*is_number = true;
		number_as(p->sh, f, *number, buf, size);
		return 0;
	}
	if (gefs_field_read(p->sh->edit, f, bytes, n, e) < 0)
		return -1;
	if (f->form == GEFS_FORM_TEXT)
		printable(bytes, strnlen((const char *)bytes, n), buf, size);
	else
		bytes_text(bytes, n, f->width, buf, size);
	return 0;
}

/* ---- showing ---- */

/* All bytes of what is no number: the text has only the first of them, or what they stand for. */
static void
hex_json(const struct print *p, const gefs_field *f, struct json *j)
{
	size_t space = 2 * (size_t)f->width + 8; /* bytes_text wants room for dots */
	uint8_t *bytes = malloc((size_t)f->width + 1);
	char *hex = calloc(space, 1);
	gefs_error e;

	if (!bytes || !hex) {
		complain("out of memory");
	} else if (gefs_field_read(p->sh->edit, f, bytes, f->width, &e) < 0) {
		damage_tell(&e);
		json_null(j, "hex");
	} else {
		bytes_text(bytes, f->width, f->width, hex, space);
		json_string(j, "hex", hex);
	}
	free(bytes);
	free(hex);
}

static void
field_json(const struct print *p, const gefs_field *f, const char *text, const uint64_t *number)
{
	struct json j;

	json_begin(&j, stdout);
	json_bytes(&j, "where", p->where, strlen(p->where));
	json_string(&j, "field", f->name);
	json_uint(&j, "addr", f->addr[0]);
	json_uint(&j, "offset", f->offset);
	json_uint(&j, "width", f->width);
	if (number)
		json_uint(&j, "value", *number);
	json_string(&j, "text", text);
	if (!number)
		hex_json(p, f, &j);
	json_end(&j);
}

/* A field's number for people as well: who has this time, what these words mean. */
static void
show_line(const gefs_field *f, const char *text, const uint64_t *number)
{
	printf("%6" PRIu32 "  %-16s %s", f->offset, f->name, text);
	if (number && f->form == GEFS_FORM_TIME) {
		fputs(" (", stdout);
		print_time(sign_extended(*number, f->width));
		putchar(')');
	}
	putchar('\n');
}

static int
show_field(void *arg, const gefs_field *f)
{
	struct print *p = arg;
	char text[TEXT] = "";
	uint64_t number;
	bool is_number;
	gefs_error e;

	if (should_stop())
		return 1;
	if (field_text(p, f, text, sizeof text, &number, &is_number, &e) < 0)
		damage_tell(&e);
	else if (p->sh->json)
		field_json(p, f, text, is_number ? &number : NULL);
	else
		show_line(f, text, is_number ? &number : NULL);
	return 0;
}

static bool
in_node(const gefs_field *f)
{
	return f->structure >= GEFS_IN_PIVOT;
}

static int
show_structure(struct print *p, const gefs_field *f)
{
	gefs_error e;

	p->node = in_node(f) ? gefs_node_open_unverified(p->sh->img, f->addr[0], &e) : NULL;
	int rc = gefs_field_list(p->sh->edit, f, show_field, p, &e);
	gefs_node_close(p->node);
	p->node = NULL;
	return rc < 0 ? failed(&e) : EXIT_DONE;
}

int
under_print(struct shell *sh, const struct call *c)
{
	struct print p = {.sh = sh, .where = cursor_where(sh) ? cursor_where(sh) : ""};
	gefs_field f;

	if (c->n == 0)
		return cursor_structure(sh, &f) ? show_structure(&p, &f) : EXIT_FAILED;
	for (int i = 0; i < c->n; i++) {
		if (!cursor_field(sh, c->arg[i], &f))
			return EXIT_FAILED;
		int status = f.form == GEFS_FORM_STRUCTURE ? show_structure(&p, &f) : (show_field(&p, &f), EXIT_DONE);
		if (status != EXIT_DONE)
			return status;
	}
	return EXIT_DONE;
}
