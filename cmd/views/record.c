#include <string.h>

#include "view.h"

enum { TEXT = 4096 };

void
print_record(struct view *d, const gefs_record *r, unsigned indent, uint32_t number)
{
	char key[TEXT], value[TEXT];

	printf("%*s%s %" PRIu32 ": %s%s%s", (int)indent, "", r->op ? "message" : "record", number,
	       r->op ? gefs_op_name(r->op) : "", r->op ? " " : "", gefs_format_key(d->img, r->key, key, sizeof key));
	gefs_format_value(d->img, r, value, sizeof value);
	if (r->value.n)
		printf("%s%s", strncmp(value, "->", 2) == 0 ? " " : " = ", value);
	putchar('\n');
}

void
json_record(struct json *j, struct view *d, const char *key, const gefs_record *r)
{
	char text[TEXT];

	json_object(j, key);
	if (r->op) {
		json_string(j, "op", gefs_op_name(r->op));
		json_int(j, "op_number", r->op & 0xff);
	}
	json_string(j, "key", gefs_format_key(d->img, r->key, text, sizeof text));
	json_hex(j, "key_hex", r->key.p, r->key.n);
	json_string(j, "value", gefs_format_value(d->img, r, text, sizeof text));
	json_hex(j, "value_hex", r->value.p, r->value.n);
	json_object_end(j);
}
