#include "base/blockmap.h"

#include <stdbool.h>
#include <stdlib.h>

/* The place of a group: where it is, or the empty one where it belongs. The table is never full. */
static struct blockmap_group *
place(struct blockmap_group *group, size_t cap, uint64_t key)
{
	size_t i = (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & (cap - 1);
	while (group[i].key && group[i].key != key)
		i = (i + 1) & (cap - 1);
	return &group[i];
}

static bool
grow(struct blockmap *m)
{
	size_t cap = m->cap ? 2 * m->cap : 64;
	struct blockmap_group *group = calloc(cap, sizeof *group);

	if (!group)
		return false;
	for (size_t i = 0; i < m->cap; i++)
		if (m->group[i].key)
			*place(group, cap, m->group[i].key) = m->group[i];
	free(m->group);
	m->group = group;
	m->cap = cap;
	return true;
}

uint8_t *
blockmap_at(struct blockmap *m, uint64_t block)
{
	uint64_t key = block / BLOCKMAP_GROUP + 1;

	if (m->count >= m->cap / 4 * 3 && !grow(m))
		return NULL;
	struct blockmap_group *g = place(m->group, m->cap, key);
	if (!g->key) {
		g->key = key;
		m->count++;
	}
	return &g->byte[block % BLOCKMAP_GROUP];
}

uint8_t
blockmap_get(const struct blockmap *m, uint64_t block)
{
	if (m->cap == 0)
		return 0;
	const struct blockmap_group *g = place(m->group, m->cap, block / BLOCKMAP_GROUP + 1);
	return g->key ? g->byte[block % BLOCKMAP_GROUP] : 0;
}

void
blockmap_free(struct blockmap *m)
{
	free(m->group);
	*m = (struct blockmap){0};
}
