/* The header in front of a packed image: an input is its 32 bytes, and what follows it in the file. With bit 7 of the
 * first byte set, the first 16 bytes of a right header stand before the rest of the input. */
#include <stdlib.h>
#include <string.h>

#include "disk/compressed.h"
#include "disk/packheader.h"
#include "support/explore.h"

enum { RIGHT = 16 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t header[PACKHEADER_SIZE];
	struct packheader h;
	gefs_error e = {0};

	if (size < 1)
		return 0;
	size_t right = data[0] & 0x80 ? RIGHT : 0, len = right + size - 1;
	uint8_t *file = malloc(len + 1);
	if (!file)
		return 0;
	packheader_encode(header, 0, GEFS_FRAME_DEFAULT);
	memcpy(file, header, right);
	memcpy(file + right, data + 1, size - 1);
	struct disk *d = disk_open_memory(file, len, NULL);
	/* What is refused is explained, and nothing may need what is not known. */
	if (d && packheader_read(d, "fuzzed", &h, &e) < 0 ? e.text[0] == 0 : d && h.needs & ~(uint32_t)PACK_NEEDS_KNOWN)
		abort();
	enum compression c = d ? compression_of(d) : NOT_COMPRESSED;
	if (c == ZSTD_FILE)
		disk_close(compressed_open(d, c, "fuzzed", NULL, NULL));
	else
		disk_close(d);
	free(file);
	return 0;
}
