/* Root data in the place of all copies of it in a sound image (first byte: which image). */
#include "support/explore.h"
#include "support/sparse.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_choose(&data, &size);

	for (uint32_t i = 0; s && i < s->img->ncopies; i++)
		sparse_write(s, s->img->copy[i].addr, 0, data, size);
	explore_sparse(s, -1);
	return 0;
}
