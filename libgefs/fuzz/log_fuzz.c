/* The first block of arena 0's log (first byte: of which image): what is between its type and its hash, and its body. */
#include "support/explore.h"
#include "support/sparse.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_choose(&data, &size);
	gefs_super sb;
	struct arena_header h;

	if (!s || !store_root(&s->store, &sb))
		return 0;
	const struct format *f = &s->store.format;
	size_t head = s->store.layout->log_hash - 2;
	if (size < head)
		return 0;
	f->arena_decode(f, store_block(&s->store, sb.arena[0].addr), &h);
	sparse_write(s, h.log_head, 2, data, head);
	sparse_write(s, h.log_head, f->log_header, data + head, size - head);
	explore_store(s, -1);
	return 0;
}
