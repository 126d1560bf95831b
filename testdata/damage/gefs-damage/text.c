/* Keys and bytes as text. */
#include "find.h"

#include <stdlib.h>

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c ? strchr(digits, c | 0x20) : NULL;
	return p ? (int)(p - digits) : -1;
}

size_t
parse_hex(const char *text, uint8_t *out, size_t max)
{
	size_t n = 0;
	while (n < max && digit(text[0]) >= 0 && digit(text[1]) >= 0) {
		out[n++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
		text += 2;
	}
	return n;
}

bool
parse_key(const struct format *f, const char *text, uint8_t *out, size_t *n)
{
	static const char *const names[] = {"dat:", "ent:", "up:", "label:", "snap:", "dead:", "conf:"};
	struct key k = {.type = KEY_BAD};
	char *p;

	if (strncmp(text, "x:", 2) == 0) {
		*n = parse_hex(text + 2, out, KEY_MAX);
		return true;
	}
	for (int i = 0; i < KEY_BAD; i++)
		if (strncmp(text, names[i], strlen(names[i])) == 0)
			k.type = (enum key_type)i;
	if (k.type == KEY_BAD)
		return false;
	text += strlen(names[k.type]);
	if (k.type == KEY_LABEL || k.type == KEY_CONF) {
		k.name = (gefs_bytes){(const uint8_t *)text, strlen(text)};
	} else {
		k.qid = strtoull(text, &p, 0);
		if (*p == ':' && k.type == KEY_ENTRY)
			k.name = (gefs_bytes){(const uint8_t *)p + 1, strlen(p + 1)};
		else if (*p == ':')
			k.offset = strtoull(p + 1, NULL, 0);
	}
	*n = key_encode(f, &k, out);
	return true;
}
