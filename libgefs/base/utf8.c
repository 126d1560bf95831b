#include "gefs.h"

size_t
gefs_utf8_next(const uint8_t *p, size_t n, uint32_t *rune)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len;
	uint32_t r;

	if (n == 0)
		return 0;
	if (p[0] < 0x80) {
		*rune = p[0];
		return 1;
	}
	len = p[0] >= 0xf0 && p[0] < 0xf8 ? 4 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 : p[0] >= 0xc0 && p[0] < 0xe0 ? 2 : 0;
	if (len == 0 || len > n)
		return 0;
	r = p[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		r = r << 6 | (p[i] & 0x3f);
	}
	if (r < least[len] || r > 0x10ffff || (r >= 0xd800 && r < 0xe000))
		return 0;
	*rune = r;
	return len;
}

bool
gefs_utf8_valid(const uint8_t *p, size_t n)
{
	uint32_t rune;

	for (size_t at = 0; at < n;) {
		size_t len = gefs_utf8_next(p + at, n - at, &rune);
		if (len == 0)
			return false;
		at += len;
	}
	return true;
}
