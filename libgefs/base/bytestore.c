#include "base/bytestore.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 64 << 10 };

struct bytestore_piece {
	struct bytestore_piece *before;
	size_t used, size;
	uint8_t bytes[];
};

const uint8_t *
bytestore_copy(struct bytestore *s, const void *p, size_t n)
{
	struct bytestore_piece *l = s->last;

	if (!l || l->size - l->used < n) {
		size_t size = n < PIECE ? PIECE : n;
		if (!(l = malloc(sizeof *l + size)))
			return NULL;
		l->before = s->last;
		l->used = 0;
		l->size = size;
		s->last = l;
	}
	uint8_t *to = l->bytes + l->used;
	if (n)
		memcpy(to, p, n);
	l->used += n;
	return to;
}

void
bytestore_free(struct bytestore *s)
{
	for (struct bytestore_piece *l = s->last, *before; l; l = before) {
		before = l->before;
		free(l);
	}
	s->last = NULL;
}
