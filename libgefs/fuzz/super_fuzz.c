/* A superblock in the place of both copies of a sound image. */
#include "image.h"
#include "support/explore.h"
#include "support/sparse.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_use(0);
	uint64_t places[2] = {0, last_block(&s->store)};
	gefs_options o = {.super = -1, .jobs = 1};
	gefs_super sb;
	gefs_error e;

	for (int i = 0; i < 2; i++) {
		uint8_t *b = s->store.block(&s->store, places[i]);
		if (size)
			memcpy(b, data, size < BLOCK ? size : BLOCK);
		s->marks[places[i] / BLOCK] = MARK_CHANGED;
		format_gefs9.super_decode(&format_gefs9, b, &sb);
	}
	rehash(&s->store, s->marks, false);
	gefs_image *img = image_open_disk(sparse_disk(s), &o, "fuzzed superblock", &e);
	if (img)
		explore(img);
	gefs_close(img);
	return 0;
}
