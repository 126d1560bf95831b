#include "archive/rename.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool
only_dots(gefs_bytes name)
{
	return (name.n == 1 || name.n == 2) && memcmp(name.p, "..", name.n) == 0;
}

/* Bytes at p that may stay as they are, 0: the byte has to be escaped. */
static size_t
fine(const struct name_rules *r, const uint8_t *p, size_t n)
{
	uint32_t rune;

	if (*p == 0 || *p == '/' || (r->no_backslash && *p == '\\'))
		return 0;
	return r->utf8 ? gefs_utf8_next(p, n, &rune) : 1;
}

static bool
all_fine(const struct name_rules *r, gefs_bytes name)
{
	size_t len;

	if (name.n == 0 || only_dots(name) || (r->longest && name.n > r->longest))
		return false;
	for (size_t at = 0; at < name.n; at += len)
		if ((len = fine(r, name.p + at, name.n - at)) == 0)
			return false;
	return true;
}

/* Escapes as much as fits into room bytes; returns the length and in *whole whether that was all. */
static size_t
escape(const struct name_rules *r, gefs_bytes name, char *out, size_t room, bool *whole)
{
	static const char digit[] = "0123456789ABCDEF";
	bool dots = only_dots(name);
	size_t n = 0, at = 0;

	while (at < name.n) {
		size_t len = dots || name.p[at] == '%' ? 0 : fine(r, name.p + at, name.n - at);
		if (n + (len ? len : 3) > room)
			break;
		if (len) {
			memcpy(out + n, name.p + at, len);
			n += len;
			at += len;
		} else {
			out[n++] = '%';
			out[n++] = digit[name.p[at] >> 4];
			out[n++] = digit[name.p[at++] & 15];
		}
	}
	*whole = at == name.n;
	out[n] = 0;
	return n;
}

bool
rename_make(struct renamer *r, gefs_bytes name, char out[STORED_NAME_MAX])
{
	enum { NUMBER_MAX = 24 };
	size_t room = STORED_NAME_MAX - NUMBER_MAX, n;
	bool whole;

	if (name.n < room && all_fine(r->rules, name)) {
		memcpy(out, name.p, name.n);
		out[name.n] = 0;
		return false;
	}
	if (r->rules->longest && r->rules->longest < room)
		room = r->rules->longest;
	n = escape(r->rules, name, out, room, &whole);
	if (n && whole && !r->taken(r->arg, (gefs_bytes){(uint8_t *)out, n}))
		return true;
	n = escape(r->rules, name, out, room - NUMBER_MAX, &whole);
	do
		snprintf(out + n, NUMBER_MAX, "%%~%" PRIu64, ++r->count);
	while (r->taken(r->arg, (gefs_bytes){(uint8_t *)out, strlen(out)}));
	return true;
}
