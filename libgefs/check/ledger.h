/* Four bytes for each block that something refers to: what it is, and a fingerprint of how it is referred to, so
 * that the same pointer met again costs nothing and a different one is noticed. A different pointer has a chance
 * of 2^-28 to look the same. */
#ifndef GEFS_CHECK_LEDGER_H
#define GEFS_CHECK_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum block_kind { KIND_NONE, KIND_LOG, KIND_DEADLIST, KIND_SNAPNODE, KIND_NODE, KIND_DATA };

struct ledger;
struct ledger *ledger_new(uint64_t blocks, uint32_t blksz);
void ledger_free(struct ledger *);

/* The entry of a block; NULL when out of memory. Entries come to be in pieces of 16 Ki blocks when first touched. */
uint32_t *ledger_at(struct ledger *, uint64_t addr);
/* The same without making it: 0 when nothing was said of it. */
uint32_t ledger_peek(const struct ledger *, uint64_t addr);

static inline enum block_kind
entry_kind(uint32_t e)
{
	return (enum block_kind)(e & 7);
}

static inline bool
entry_listed(uint32_t e)
{
	return (e & 8) != 0;
}

static inline uint32_t
entry_make(enum block_kind k, uint64_t fingerprint, uint32_t old)
{
	return (uint32_t)k | (old & 8) | (uint32_t)(fingerprint >> 36) << 4;
}

static inline bool
entry_same(uint32_t e, uint64_t fingerprint)
{
	return e >> 4 == (uint32_t)(fingerprint >> 36);
}

/* Mixes one more number into a fingerprint. */
static inline uint64_t
fingerprint(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

#endif
