/* A zstd file: its seek table, or the headers of its frames and blocks. An input is the file; when its first byte has
 * bit 7 set, the rest is [table entries of 8 bytes] behind frames of the target's own, and the sizes are the input's. */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/bytes.h"
#include "disk/compressed.h"
#include "support/explore.h"

enum { FRAME = 4096, FRAMES = 3, READ_MAX = 64 << 10 };

/* Sound frames, so that the lies in the table are the only ones. */
static uint8_t *
with_table(const uint8_t *data, size_t size, size_t *len)
{
	size_t bound = ZSTD_compressBound(FRAME), n = size / 8, at = 0;
	uint8_t *file = calloc(1, FRAMES * bound + size + 64), plain[FRAME];

	if (!file)
		return NULL;
	for (int i = 0; i < FRAMES; i++) {
		memset(plain, 'a' + i, sizeof plain);
		at += ZSTD_compress(file + at, bound, plain, sizeof plain, 1);
	}
	put_le32(file + at, 0x184d2a5e);
	put_le32(file + at + 4, (uint32_t)(n * 8 + 9));
	memcpy(file + at + 8, data, n * 8);
	at += 8 + n * 8;
	put_le32(file + at, (uint32_t)n);
	file[at + 4] = size % 8 ? data[size - 1] : 0;
	put_le32(file + at + 5, 0x8f92eab1);
	*len = at + 9;
	return file;
}

static void
read_some(struct disk *d)
{
	static uint8_t buf[READ_MAX];
	const uint64_t places[] = {0, 1, d->size / 3, d->size / 2, d->size - 1, d->size};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		uint64_t left = d->size - places[i];
		disk_read(d, buf, left < sizeof buf ? (size_t)left : sizeof buf, places[i], NULL);
		disk_read(d, buf, sizeof buf, places[i], NULL);
	}
}

static int
drop(void *arg, uint64_t off, const uint8_t *p, size_t n, gefs_error *e)
{
	(void)arg, (void)off, (void)p, (void)n, (void)e;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *file;
	size_t len = size - 1;
	struct disk *d = NULL;
	gefs_error e;

	if (size < 2)
		return 0;
	if (data[0] & 0x80) {
		file = with_table(data + 1, size - 1, &len);
	} else if ((file = malloc(len))) {
		memcpy(file, data + 1, len);
	}
	struct disk *memory = file ? disk_open_memory(file, len, NULL) : NULL;
	int rc = memory ? frames_open(memory, "fuzzed", &d, &e) : -1;
	if (rc > 0)
		unpack(&(struct unpack){.file = memory, .name = "fuzzed", .out = drop}, ZSTD_FILE, &e);
	if (rc != 0)
		disk_close(memory);
	if (d)
		read_some(d);
	disk_close(d);
	free(file);
	return 0;
}
