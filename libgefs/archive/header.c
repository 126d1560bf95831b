#include "archive/header.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
record_add(struct text *t, const char *key, const void *value, size_t n)
{
	size_t rest = strlen(key) + n + 3; /* space, equals sign, newline */
	size_t len = rest + 1;
	char digits[24];

	/* The length counts its own digits. */
	while ((size_t)snprintf(digits, sizeof digits, "%zu", len) + rest != len)
		len = rest + strlen(digits);
	text_printf(t, "%s ", digits);
	text_add(t, key, strlen(key));
	text_add(t, "=", 1);
	text_add(t, value, n);
	text_add(t, "\n", 1);
}

void
record_printf(struct text *t, const char *key, const char *fmt, ...)
{
	char buf[128];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(buf, sizeof buf, fmt, ap);
	va_end(ap);
	record_add(t, key, buf, (size_t)n);
}

void
record_time(struct text *t, const char *key, int64_t ns)
{
	uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	const char *sign = ns < 0 ? "-" : "";

	if (size % 1000000000)
		record_printf(t, key, "%s%" PRIu64 ".%09" PRIu64, sign, size / 1000000000, size % 1000000000);
	else
		record_printf(t, key, "%s%" PRIu64, sign, size / 1000000000);
}

bool
fits_text(const char *s, size_t size)
{
	for (const char *p = s; *p; p++)
		if (*p < 0x20 || *p > 0x7e)
			return false;
	return strlen(s) <= size;
}

bool
fits_number(int64_t n, unsigned digits)
{
	return n >= 0 && (uint64_t)n < UINT64_C(1) << 3 * digits;
}

/* What is no plain text becomes a dash: only readers that know no extended headers see it. */
static void
put_text(uint8_t *at, size_t size, const char *s)
{
	for (size_t i = 0; s && i < size && s[i]; i++)
		at[i] = s[i] < 0x20 || s[i] > 0x7e ? '-' : (uint8_t)s[i];
}

static void
put_number(uint8_t *at, unsigned digits, uint64_t n)
{
	if (n >= UINT64_C(1) << 3 * digits)
		n = 0;
	for (unsigned i = digits; i-- > 0; n >>= 3)
		at[i] = (uint8_t)('0' + (n & 7));
}

void
header_make(uint8_t b[TAR_BLOCK], const struct header *h)
{
	uint32_t sum = 0;

	memset(b, 0, TAR_BLOCK);
	put_text(b, 100, h->name);
	put_number(b + 100, 7, h->mode);
	put_number(b + 108, 7, h->uid);
	put_number(b + 116, 7, h->gid);
	put_number(b + 124, 11, h->size);
	put_number(b + 136, 11, h->mtime < 0 ? 0 : (uint64_t)h->mtime);
	memset(b + 148, ' ', 8);
	b[156] = (uint8_t)h->type;
	put_text(b + 157, 100, h->link);
	memcpy(b + 257, "ustar\0" "00", 8);
	put_text(b + 265, 31, h->uname);
	put_text(b + 297, 31, h->gname);
	put_number(b + 329, 7, 0);
	put_number(b + 337, 7, 0);
	for (int i = 0; i < TAR_BLOCK; i++)
		sum += b[i];
	put_number(b + 148, 6, sum);
	b[154] = 0;
}
