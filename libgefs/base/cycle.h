/* Brent's cycle finder for chains: no memory, and at most a few times the length of the cycle. */
#ifndef GEFS_BASE_CYCLE_H
#define GEFS_BASE_CYCLE_H

#include <stdbool.h>
#include <stdint.h>

struct cycle {
	uint64_t mark; /* an address met before; it moves on at doubling distances */
	uint64_t steps, limit;
};

#define CYCLE_START ((struct cycle){UINT64_MAX, 0, 1})

/* True when the chain has come back to where it was. addr is never UINT64_MAX. */
static inline bool
cycle_met(struct cycle *c, uint64_t addr)
{
	if (addr == c->mark)
		return true;
	if (++c->steps == c->limit) {
		c->mark = addr;
		c->limit *= 2;
	}
	return false;
}

#endif
