#include <stdlib.h>
#include <string.h>

#include "view.h"

const char *
copy_state_name(gefs_copy_state s)
{
	static const char *const names[] = {"good", "bad hash", "not one", "unreadable"};
	return names[s <= GEFS_COPY_UNREADABLE ? s : GEFS_COPY_UNREADABLE];
}

const char *
use_name(const gefs_image *img, gefs_use use)
{
	bool known = use != GEFS_USE_NONE || gefs_features(img) & GEFS_HAS_TREES;
	return known ? gefs_use_name(use) : "unknown";
}

const char *
addr_text(uint64_t addr, char buf[24])
{
	if (addr == GEFS_NIL)
		strcpy(buf, "-");
	else
		snprintf(buf, 24, "0x%" PRIx64, addr);
	return buf;
}

const char *
number_text(uint64_t n, char buf[24])
{
	if (n == GEFS_NIL)
		strcpy(buf, "-");
	else
		snprintf(buf, 24, "%" PRIu64, n);
	return buf;
}

void
hex_line(const uint8_t *p, size_t n, uint64_t at)
{
	printf("%08" PRIx64 " ", at);
	for (size_t i = 0; i < 16; i++) {
		if (i == 8)
			putchar(' ');
		if (i < n)
			printf(" %02x", p[i]);
		else
			fputs("   ", stdout);
	}
	fputs("  |", stdout);
	for (size_t i = 0; i < n; i++)
		putchar(p[i] >= 0x20 && p[i] < 0x7f ? p[i] : '.');
	fputs("|\n", stdout);
}

void
hex_dump(const uint8_t *p, size_t n, uint64_t at)
{
	bool starred = false;

	for (size_t i = 0; i < n; i += 16) {
		size_t len = n - i < 16 ? n - i : 16;
		/* Like hexdump(1): a star stands for lines like the one before. */
		if (i && len == 16 && memcmp(p + i, p + i - 16, 16) == 0) {
			if (!starred)
				puts("*");
			starred = true;
			continue;
		}
		starred = false;
		hex_line(p + i, len, at + i);
	}
	printf("%08" PRIx64 "\n", at + n);
}

void
json_hex(struct json *j, const char *key, const void *p, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *b = p;
	char *text = malloc(2 * n + 1);

	if (!text) {
		json_null(j, key);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digit[b[i] >> 4];
		text[2 * i + 1] = digit[b[i] & 15];
	}
	text[2 * n] = 0;
	json_string(j, key, text);
	free(text);
}

static void
json_hash(struct json *j, const char *key, uint64_t hash)
{
	char text[24];
	snprintf(text, sizeof text, "%016" PRIx64, hash);
	json_string(j, key, text);
}

void
json_ptr(struct json *j, const char *key, const gefs_ptr *p)
{
	if (p->addr == GEFS_NIL) {
		json_null(j, key);
		return;
	}
	json_object(j, key);
	json_uint(j, "addr", p->addr);
	json_hash(j, "hash", p->hash);
	json_addr(j, "gen", p->gen);
	json_object_end(j);
}
