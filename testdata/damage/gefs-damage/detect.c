/* The version of an image, its blocks and its root data. */
#include "store.h"

static bool
probe_read(void *arg, void *buf, size_t n, uint64_t off)
{
	struct store *s = arg;
	uint8_t *out = buf;

	if (off > s->size || s->size - off < n)
		return false;
	while (n > 0) { /* holes are zeros */
		size_t part = UNIT - off % UNIT < n ? UNIT - off % UNIT : n;
		const uint8_t *p = s->at(s, off, part);
		p ? memcpy(out, p, part) : memset(out, 0, part);
		out += part;
		off += part;
		n -= part;
	}
	return true;
}

bool
store_detect(struct store *s)
{
	const struct probe p = {probe_read, s, s->size};
	const struct version *v = format_find(&p, NULL, &s->format);

	if (!v)
		return false;
	s->layout = layout_find(v->name);
	s->nroots = v->roots(&s->format, &p, s->root);
	return s->layout != NULL;
}

uint64_t
store_blocks(const struct store *s)
{
	return s->size / s->format.blksz;
}

uint8_t *
store_block(struct store *s, uint64_t addr)
{
	return addr % s->format.blksz == 0 ? s->at(s, addr, s->format.blksz) : NULL;
}

uint8_t *
store_root(struct store *s, gefs_super *sb)
{
	for (uint32_t i = 0; i < s->nroots; i++) {
		uint8_t *b = store_block(s, s->root[s->format.last_root_wins ? s->nroots - 1 - i : i]);
		if (b && s->format.super_decode(&s->format, b, sb))
			return b;
	}
	return NULL;
}

void
put_number(const struct format *f, uint8_t *p, unsigned width, uint64_t v)
{
	for (unsigned i = 0; i < width; i++)
		p[f->little ? i : width - 1 - i] = (uint8_t)(v >> 8 * i);
}

uint64_t
get_number(const struct format *f, const uint8_t *p, unsigned width)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < width; i++)
		v |= (uint64_t)p[f->little ? i : width - 1 - i] << 8 * i;
	return v;
}
