/* An arena header of a sound image (first bytes: which image, which arena), where its hash is in a superblock with that
 * made right. */
#include "support/explore.h"
#include "support/sparse.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_choose(&data, &size);

	if (size < 1)
		return 0;
	const gefs_super *sb = image_super(s->img);
	uint64_t header = sb->arena[data[0] % sb->narena].addr;
	for (uint32_t i = 0; i < s->img->f->header_copies; i++)
		sparse_write(s, header + i * s->img->f->blksz, 0, data + 1, size - 1);
	explore_sparse(s, -1);
	return 0;
}
