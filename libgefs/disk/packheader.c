#include "disk/packheader.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"

enum { MAGIC_AT = 8, VERSION_AT = 16, NEEDS_AT = 20, HAS_AT = 24, FRAME_SIZE_AT = 28 };
enum { VERSION = 1 };
static const uint32_t skippable = 0x184d2a5d;
static const char magic[] = "gefspack";

void
packheader_encode(uint8_t p[PACKHEADER_SIZE], uint32_t has, uint32_t frame_size)
{
	put_le32(p, skippable);
	put_le32(p + 4, PACKHEADER_SIZE - 8);
	memcpy(p + MAGIC_AT, magic, 8);
	put_le32(p + VERSION_AT, VERSION);
	put_le32(p + NEEDS_AT, 0);
	put_le32(p + HAS_AT, has);
	put_le32(p + FRAME_SIZE_AT, frame_size);
}

void
packheader_set_needs(uint8_t p[PACKHEADER_SIZE], uint32_t needs)
{
	put_le32(p + NEEDS_AT, needs);
}

int
packheader_read(struct disk *file, const char *name, struct packheader *h, gefs_error *e)
{
	uint8_t p[PACKHEADER_SIZE];

	*h = (struct packheader){0};
	if (file->size < sizeof p || disk_read(file, p, sizeof p, 0, NULL) < 0)
		return 0;
	if (le32(p) != skippable || memcmp(p + MAGIC_AT, magic, 8) != 0)
		return 0;
	*h = (struct packheader){le32(p + NEEDS_AT), le32(p + HAS_AT), le32(p + FRAME_SIZE_AT)};
	uint32_t unknown = h->needs & ~(uint32_t)PACK_NEEDS_KNOWN;
	if (le32(p + VERSION_AT) == VERSION && unknown == 0)
		return 0;
	return gefs_fail(e, GEFS_EFORMAT, GEFS_NIL,
			 "%s: packed by a newer gefs-pack (version %u, features 0x%x), which this program cannot read", name,
			 le32(p + VERSION_AT), unknown);
}
