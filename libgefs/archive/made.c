#include "archive/made.h"

#include <stdlib.h>

/* The slot of a file, or the free one where it belongs. */
static struct made_file *
slot_of(const struct made *m, dev_t dev, ino_t ino)
{
	size_t i = (size_t)((ino ^ dev) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (m->cap - 1);

	while (m->slot[i].ino && (m->slot[i].ino != ino || m->slot[i].dev != dev))
		i = (i + 1) & (m->cap - 1);
	return &m->slot[i];
}

bool
made_has(const struct made *m, const struct stat *st)
{
	return m->cap && slot_of(m, st->st_dev, st->st_ino)->ino;
}

static bool
grow(struct made *m)
{
	struct made bigger = {.n = m->n, .cap = m->cap ? 2 * m->cap : 1024};

	if (!(bigger.slot = calloc(bigger.cap, sizeof *bigger.slot)))
		return false;
	for (size_t i = 0; i < m->cap; i++)
		if (m->slot[i].ino)
			*slot_of(&bigger, m->slot[i].dev, m->slot[i].ino) = m->slot[i];
	free(m->slot);
	*m = bigger;
	return true;
}

bool
made_add(struct made *m, const struct stat *st)
{
	if (2 * m->n >= m->cap && !grow(m))
		return false;
	struct made_file *f = slot_of(m, st->st_dev, st->st_ino);
	m->n += f->ino == 0;
	*f = (struct made_file){st->st_dev, st->st_ino};
	return true;
}

void
made_free(struct made *m)
{
	free(m->slot);
}
