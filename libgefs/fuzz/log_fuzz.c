/* The body of arena 0's log: the first two bytes are its size, the rest the entries. */
#include "image.h"
#include "support/explore.h"
#include "support/sparse.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_use(0);
	gefs_options o = {.super = -1, .jobs = 1};
	const uint8_t *sb = s->store.block(&s->store, 0);
	uint64_t addr = be64(s->store.block(&s->store, be64(sb + 104)) + 2);
	uint8_t *b = s->store.block(&s->store, addr);
	struct log_header h;

	if (size < 2)
		return 0;
	memcpy(b + 2, data, 2);
	memcpy(b + 36, data + 2, size - 2 < BLOCK - 36 ? size - 2 : BLOCK - 36);
	format_gefs9.log_decode(&format_gefs9, b, &h);
	s->marks[addr / BLOCK] = MARK_BODY;
	rehash(&s->store, s->marks, false);
	gefs_image *img = image_open_disk(sparse_disk(s), &o, "fuzzed log", NULL);
	if (img)
		explore(img);
	gefs_close(img);
	return 0;
}
