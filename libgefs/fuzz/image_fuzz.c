/* Whole images. An input is [base image][flags] and mutations of [block, 2 bytes][offset, 2 bytes][length][bytes]:
 * it changes blocks of a sound image. Bit 0 of flags: hashes are made right afterwards, so that code behind the hash
 * tests is reached. */
#include "support/explore.h"
#include "support/sparse.h"

enum { RIGHT_HASHES = 1, RIGHT_FILL = 2, LAST_ROOT = 4 };

static unsigned
mutate_all(struct sparse *s, const uint8_t *p, size_t size)
{
	uint32_t blksz = s->img->f->blksz;
	unsigned flags = p[0];
	size_t n, per_piece = UNIT / blksz;

	for (p++, size--; size >= 5; p += 5 + n, size -= 5 + n) {
		size_t i = be16(p) % (s->n * per_piece);
		n = p[4] < size - 5 ? p[4] : size - 5;
		sparse_write(s, sparse_addr(s, i / per_piece) + i % per_piece * blksz, be16(p + 2) % blksz, p + 5, n);
	}
	s->wrong = !(flags & RIGHT_HASHES);
	for (size_t i = 0; flags & RIGHT_FILL && i < s->edit->n; i++)
		s->edit->change[i]->marks |= MARK_FILL;
	return flags;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_choose(&data, &size);

	if (size >= 1)
		explore_sparse(s, mutate_all(s, data, size) & LAST_ROOT ? 1 : -1);
	return 0;
}
