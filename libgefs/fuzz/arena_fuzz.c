/* An arena header of a sound image (first bytes: which image, which arena), where its hash is in a superblock with that
 * made right. */
#include "support/explore.h"
#include "support/sparse.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_choose(&data, &size);
	gefs_super sb;

	if (size < 1 || !store_root(&s->store, &sb))
		return 0;
	uint64_t header = sb.arena[data[0] % sb.narena].addr;
	for (uint32_t i = 0; i < s->store.format.header_copies; i++)
		sparse_write(s, header + i * s->store.format.blksz, 0, data + 1, size - 1);
	explore_store(s, -1);
	return 0;
}
