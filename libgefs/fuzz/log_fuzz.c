/* The first block of arena 0's log (first byte: of which image): what is between its type and its hash, and its body. */
#include "support/explore.h"
#include "support/sparse.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_choose(&data, &size);

	if (!s)
		return 0;
	uint64_t log = s->img->arenas[0].pub.log_head;
	size_t head = s->edit->layout->log_hash - 2;
	if (size < head)
		return 0;
	sparse_write(s, log, 2, data, head);
	sparse_write(s, log, s->img->f->log_header, data + head, size - head);
	explore_sparse(s, -1);
	return 0;
}
