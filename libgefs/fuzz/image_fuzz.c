/* Whole images. An input is [base image][flags] and mutations of [block, 2 bytes][offset, 2 bytes][length][bytes]:
 * it changes blocks of a sound image. Bit 0 of flags: hashes are made right afterwards, so that code behind the hash
 * tests is reached. */
#include <stdlib.h>

#include "image.h"
#include "support/explore.h"
#include "support/sparse.h"

enum { RIGHT_HASHES = 1, RIGHT_FILL = 2, LAST_SUPER = 4 };

static void
mutate(struct sparse *s, size_t i, uint32_t at, const uint8_t *bytes, size_t n)
{
	uint8_t *b = s->store.block(&s->store, sparse_addr(s, i));
	unsigned type = be16(b);
	bool body = type == GEFS_BLOCK_LOG || type == GEFS_BLOCK_DEADLIST;

	if (n > BLOCK - at)
		n = BLOCK - at;
	if (n)
		memcpy(b + at, bytes, n);
	s->marks[sparse_addr(s, i) / BLOCK] |= body ? MARK_BODY : MARK_CHANGED;
}

static unsigned
mutate_all(struct sparse *s, const uint8_t *p, size_t size)
{
	unsigned flags = p[1];
	size_t n;

	for (p += 2, size -= 2; size >= 5; p += 5 + n, size -= 5 + n) {
		n = p[4] < size - 5 ? p[4] : size - 5;
		mutate(s, be16(p) % s->n, be16(p + 2) % BLOCK, p + 5, n);
	}
	if (flags & RIGHT_HASHES)
		rehash(&s->store, s->marks, (flags & RIGHT_FILL) != 0);
	else
		memset(s->marks, 0, s->store.size / BLOCK);
	return flags;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct sparse *s = sparse_use(data[0]);
	unsigned flags = mutate_all(s, data, size);
	gefs_options o = {.super = flags & LAST_SUPER ? 1 : -1, .jobs = 1};
	gefs_image *img = image_open_disk(sparse_disk(s), &o, "fuzzed image", NULL);

	if (img)
		explore(img);
	gefs_close(img);
	return 0;
}
