#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "gefs.h"

/* The text between quotes. A byte that is not UTF-8 becomes the code point of its value. */
static void
escaped(FILE *out, const uint8_t *p, size_t n)
{
	uint32_t rune;

	for (size_t at = 0; at < n;) {
		size_t len = gefs_utf8_next(p + at, n - at, &rune);
		if (len == 0) {
			fprintf(out, "\\u%04x", p[at++]);
			continue;
		}
		if (rune == '"' || rune == '\\')
			fprintf(out, "\\%c", (int)rune);
		else if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
			fprintf(out, "\\u%04x", rune);
		else
			fwrite(p + at, 1, len, out);
		at += len;
	}
}

/* What stands before a value: a comma unless it is the first, and its key. */
static void
lead(struct json *j, const char *key)
{
	if (!j->first)
		putc(',', j->out);
	j->first = false;
	if (key) {
		putc('"', j->out);
		fputs(key, j->out);
		fputs("\":", j->out);
	}
}

static void
open_container(struct json *j, char c)
{
	putc(c, j->out);
	j->depth++;
	j->first = true;
}

static void
close_container(struct json *j, char c)
{
	putc(c, j->out);
	j->depth--;
	j->first = false;
}

static bool inferred;

void
json_inferred(bool is)
{
	inferred = is;
}

void
json_begin(struct json *j, FILE *out)
{
	j->out = out;
	j->depth = 0;
	open_container(j, '{');
}

void
json_end(struct json *j)
{
	if (inferred)
		json_bool(j, "inferred", true);
	close_container(j, '}');
	putc('\n', j->out);
}

void
json_string(struct json *j, const char *key, const char *value)
{
	if (value)
		json_bytes(j, key, value, strlen(value));
	else
		json_null(j, key);
}

void
json_bytes(struct json *j, const char *key, const void *p, size_t n)
{
	const uint8_t *b = p;

	lead(j, key);
	putc('"', j->out);
	escaped(j->out, b, n);
	putc('"', j->out);
	if (!key || gefs_utf8_valid(b, n))
		return;
	fprintf(j->out, ",\"%s_hex\":\"", key);
	for (size_t i = 0; i < n; i++)
		fprintf(j->out, "%02x", b[i]);
	putc('"', j->out);
}

void
json_uint(struct json *j, const char *key, uint64_t v)
{
	lead(j, key);
	fprintf(j->out, "%" PRIu64, v);
}

void
json_int(struct json *j, const char *key, int64_t v)
{
	lead(j, key);
	fprintf(j->out, "%" PRId64, v);
}

void
json_real(struct json *j, const char *key, double v)
{
	lead(j, key);
	if (isfinite(v))
		fprintf(j->out, "%.6g", v);
	else
		fputs("null", j->out);
}

void
json_bool(struct json *j, const char *key, bool v)
{
	lead(j, key);
	fputs(v ? "true" : "false", j->out);
}

void
json_null(struct json *j, const char *key)
{
	lead(j, key);
	fputs("null", j->out);
}

void
json_addr(struct json *j, const char *key, uint64_t v)
{
	if (v == GEFS_NIL)
		json_null(j, key);
	else
		json_uint(j, key, v);
}

void
json_array(struct json *j, const char *key)
{
	lead(j, key);
	open_container(j, '[');
}

void
json_array_end(struct json *j)
{
	close_container(j, ']');
}

void
json_object(struct json *j, const char *key)
{
	lead(j, key);
	open_container(j, '{');
}

void
json_object_end(struct json *j)
{
	close_container(j, '}');
}
