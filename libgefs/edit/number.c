#include "edit/edit.h"

void
number_put(const struct format *f, uint8_t *p, unsigned width, uint64_t v)
{
	for (unsigned i = 0; i < width; i++)
		p[f->little ? i : width - 1 - i] = (uint8_t)(v >> 8 * i);
}

uint64_t
number_get(const struct format *f, const uint8_t *p, unsigned width)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < width; i++)
		v |= (uint64_t)p[f->little ? i : width - 1 - i] << 8 * i;
	return v;
}
