#include "base/numset.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/siphash.h"

void
numset_secret(uint64_t secret[2])
{
	if (getrandom(secret, 2 * sizeof *secret, GRND_NONBLOCK) < 0)
		secret[0] = secret[1] = (uintptr_t)secret;
}

static uint64_t *
slot_of(const struct numset *s, uint64_t number)
{
	size_t i = (size_t)gefs_siphash(&number, sizeof number, s->secret[0], s->secret[1]) & (s->cap - 1);

	while (s->slot[i] && s->slot[i] != number + 1)
		i = (i + 1) & (s->cap - 1);
	return &s->slot[i];
}

static int
grow(struct numset *s)
{
	struct numset bigger = *s;

	bigger.cap = s->cap ? 2 * s->cap : 256;
	if (!s->cap)
		numset_secret(bigger.secret);
	if (!(bigger.slot = calloc(bigger.cap, sizeof *bigger.slot)))
		return -1;
	for (size_t i = 0; i < s->cap; i++)
		if (s->slot[i])
			*slot_of(&bigger, s->slot[i] - 1) = s->slot[i];
	free(s->slot);
	*s = bigger;
	return 0;
}

int
numset_add(struct numset *s, uint64_t number)
{
	if (number == UINT64_MAX)
		return s->has_largest ? 0 : (s->has_largest = 1);
	if (2 * s->n >= s->cap && grow(s) < 0)
		return -1;
	uint64_t *slot = slot_of(s, number);
	if (*slot)
		return 0;
	*slot = number + 1;
	s->n++;
	return 1;
}

void
numset_free(struct numset *s)
{
	free(s->slot);
}
