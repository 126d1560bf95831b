/* An arena header (first byte: which one) of a sound image, with its hash in the superblock made right. */
#include "image.h"
#include "support/explore.h"
#include "support/sparse.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_use(0);
	gefs_options o = {.super = -1, .jobs = 1};
	struct arena_header h;

	if (size < 1)
		return 0;
	uint64_t header = be64(s->store.block(&s->store, 0) + 104 + 16 * (data[0] % 8));
	for (uint64_t addr = header; addr <= header + BLOCK; addr += BLOCK) {
		uint8_t *b = s->store.block(&s->store, addr);
		memcpy(b, data + 1, size - 1 < BLOCK ? size - 1 : BLOCK);
		s->marks[addr / BLOCK] = MARK_CHANGED;
		format_gefs9.arena_decode(&format_gefs9, b, &h);
	}
	rehash(&s->store, s->marks, false);
	gefs_image *img = image_open_disk(sparse_disk(s), &o, "fuzzed arena", NULL);
	if (img)
		explore(img);
	gefs_close(img);
	return 0;
}
