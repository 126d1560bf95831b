/* An image of a few blocks made from nothing, for the paths of opening. An input is [blocks][flags] and pieces of
 * [offset / 16, 2 bytes][length][bytes]. Bit 0 of flags: begins as a superblock; bit 1: with the right hash. */
#include <stdlib.h>

#include "format/format.h"
#include "support/explore.h"

enum { BLOCK = 16384, IS_SUPER = 1, RIGHT_HASH = 2 };

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
	if (size < 2)
		return 0;
	/* Not only whole blocks. */
	size_t len = (data[0] % 16 + 1) * (size_t)BLOCK - (data[0] >> 4);
	gefs_options o = {.super = (data[1] >> 2) % 3 - 1, .jobs = 1};
	gefs_error e;
	uint8_t *image = calloc(1, len);

	if (!image)
		return 0;
	if (data[1] & IS_SUPER)
		memcpy(image, "gefs9.00\0\0\x40\0", 12);
	fill(image, len, data + 2, size - 2);
	if (data[1] & RIGHT_HASH && len >= BLOCK)
		right_hash(image);
	gefs_image *img = gefs_open_memory(image, len, &o, &e);
	if (img)
		explore(img);
	gefs_close(img);
	free(image);
	return 0;
}
