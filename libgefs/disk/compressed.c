/* Telling compressed files by their first bytes, and turning them into disks. */
#include "disk/compressed.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "disk/packheader.h"
#include "disk/spool.h"

const char *
compression_name(enum compression c)
{
	static const char *const names[] = {"none", "zstd", "gzip", "xz", "bzip2", "lz4"};
	return names[c];
}

enum compression
compression_of(struct disk *file)
{
	uint8_t b[10] = {0};

	/* Not even a block of an image is as short as this. */
	if (disk_read(file, b, sizeof b, 0, NULL) < 0)
		return NOT_COMPRESSED;
	uint32_t magic = le32(b);
	if (magic == 0xfd2fb528 || (magic & 0xfffffff0) == 0x184d2a50)
		return ZSTD_FILE; /* lz4 has the same skippable frames, but no program that writes one first */
	if (memcmp(b, "\x1f\x8b\x08", 3) == 0)
		return GZIP_FILE;
	if (memcmp(b, "\xfd" "7zXZ\0", 6) == 0)
		return XZ_FILE;
	if (memcmp(b, "BZh", 3) == 0 && b[3] >= '1' && b[3] <= '9' && memcmp(b + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0)
		return BZIP2_FILE;
	if (magic == 0x184d2204 || magic == 0x184c2102)
		return LZ4_FILE;
	return NOT_COMPRESSED;
}

struct disk *
compressed_open(struct disk *file, enum compression c, const char *name, const gefs_options *o, gefs_error *e)
{
	struct packheader header;
	struct disk *d = NULL;
	int rc = packheader_read(file, name, &header, e);

	if (rc == 0)
		rc = c == ZSTD_FILE ? frames_open(file, name, &d, e) : 1;
	if (rc > 0) {
		struct unpack u = {.file = file, .name = name};
		if (o) {
			u.progress = o->progress;
			u.progress_arg = o->progress_arg;
		}
		d = spool_open(&u, c, e);
	}
	if (rc != 0)
		disk_close(file);
	if (d) {
		d->compression = compression_name(c);
		d->metadata_only = header.needs & PACK_METADATA;
		d->names_hidden = header.has & PACK_NAMES_HIDDEN;
	}
	return d;
}
