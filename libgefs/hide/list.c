/* Log and deadlist blocks hold no names, but memory that was not cleared lies behind their entries. */
#include "hide/hide.h"

/* Behind the last entry, in the body; size: of what the header says is in use. */
static uint32_t
dead_end(const struct format *f, const uint8_t *body, uint32_t size)
{
	gefs_dead_entry d;
	const char *why;

	for (uint32_t i = 0, n; i < size; i += n) {
		n = f->dead_entry(f, body, size, i, &d, &why);
		if (n == 0 || d.kind == GEFS_DEAD_CHAIN || d.kind == GEFS_DEAD_END)
			return i + n;
	}
	return size;
}

void
hide_log(const struct hide *h, uint8_t *block)
{
	const struct format *f = h->f;
	uint8_t *body = block + f->log_header;
	struct log_header l;

	if (f->log_decode(f, block, &l)) {
		memset(block, 0, f->blksz);
		return;
	}
	bool good = f->hash(body, l.covered) == l.hash;
	memset(body + l.size, 0, f->blksz - f->log_header - l.size);
	if (good && l.covered > l.size)
		f->list_rehash(f, block);
}

void
hide_dead(const struct hide *h, uint8_t *block)
{
	const struct format *f = h->f;
	uint8_t *body = block + f->dead_header;
	struct log_header l;
	gefs_dead_entry d;
	const char *why;

	if (f->dead_decode(f, block, &l)) {
		memset(block, 0, f->blksz);
		return;
	}
	bool good = l.covered && f->hash(body, l.covered) == l.hash;
	uint32_t end = dead_end(f, body, l.size);
	for (uint32_t i = 0, n = 8; n && i < end; i += n) {
		n = f->dead_entry(f, body, l.size, i, &d, &why);
		if (n && (d.kind == GEFS_DEAD_CHAIN || d.kind == GEFS_DEAD_GRAFT))
			put64(f, body + i + 8, hide_hash(h, d.addr, d.birth));
	}
	memset(body + end, 0, f->blksz - f->dead_header - end);
	if (good && l.covered > l.size)
		f->list_rehash(f, block);
}
