/* An image of a few blocks made from nothing, for the paths of opening. An input is [version][blocks][flags] and
 * pieces of [offset / 16, 2 bytes][length][bytes]. Bit 0 of flags: begins as root data does; bit 1: with the right
 * hash. */
#include <stdlib.h>

#include "format/format.h"
#include "support/explore.h"

enum { BLOCK = 16384, BEGIN_WELL = 1, RIGHT_HASH = 2, HEAD = 12 };

static const char heads[][HEAD + 1] = {"gefs9.00\0\0\x40\0", "gefs0001\0\x20\0\0", "gefs0001\0\0\x20\0",
				       "gefs0001\0\0\x40\0"};

static void
fill(uint8_t *image, size_t len, const uint8_t *p, size_t size)
{
	size_t n;
	for (; size >= 3; p += 3 + n, size -= 3 + n) {
		size_t at = be16(p) * 16u % len;
		n = p[2] < size - 3 ? p[2] : size - 3;
		memcpy(image + at, p + 3, n < len - at ? n : len - at);
	}
}

static void
right_hash(uint8_t *super)
{
	gefs_super sb;
	if (format_gefs9.super_decode(&format_gefs9, super, &sb)) {
		size_t covered = 104 + 16 * (size_t)sb.narena;
		put_be64(super + covered, format_gefs9.hash(super, covered));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	/* Not only whole blocks. */
	size_t len = (data[1] % 16 + 1) * (size_t)BLOCK - (data[1] >> 4);
	gefs_options o = {.super = (data[2] >> 2) % 3 - 1, .jobs = 1};
	gefs_error e;
	uint8_t *image = calloc(1, len);

	if (!image)
		return 0;
	if (data[2] & BEGIN_WELL)
		memcpy(image, heads[data[0] % (sizeof heads / sizeof *heads)], HEAD);
	fill(image, len, data + 3, size - 3);
	if (data[2] & RIGHT_HASH && len >= BLOCK)
		right_hash(image);
	gefs_image *img = gefs_open_memory(image, len, &o, &e);
	if (img)
		explore(img);
	gefs_close(img);
	free(image);
	return 0;
}
