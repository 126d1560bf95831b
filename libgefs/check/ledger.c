#include "check/ledger.h"

#include <stdlib.h>

enum { CHUNK = 1 << 14 };

struct ledger {
	uint32_t blksz;
	uint64_t chunks;
	uint32_t *chunk[];
};

struct ledger *
ledger_new(uint64_t blocks, uint32_t blksz)
{
	uint64_t chunks = blocks / CHUNK + 1;
	struct ledger *m = calloc(1, sizeof *m + chunks * sizeof *m->chunk);
	if (m) {
		m->blksz = blksz;
		m->chunks = chunks;
	}
	return m;
}

void
ledger_free(struct ledger *m)
{
	for (uint64_t i = 0; m && i < m->chunks; i++)
		free(m->chunk[i]);
	free(m);
}

uint32_t *
ledger_at(struct ledger *m, uint64_t addr)
{
	uint64_t b = addr / m->blksz;
	uint32_t **c = &m->chunk[b / CHUNK];
	if (!*c && !(*c = calloc(CHUNK, sizeof **c)))
		return NULL;
	return &(*c)[b % CHUNK];
}

uint32_t
ledger_peek(const struct ledger *m, uint64_t addr)
{
	uint64_t b = addr / m->blksz;
	const uint32_t *c = b / CHUNK < m->chunks ? m->chunk[b / CHUNK] : NULL;
	return c ? c[b % CHUNK] : 0;
}
