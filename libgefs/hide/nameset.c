#include "hide/nameset.h"

#include <stdlib.h>

#include "base/siphash.h"
#include "base/vec.h"

static gefs_bytes
old_of(const struct name *x)
{
	return (gefs_bytes){x->old, x->n};
}

/* Where the name is, or the empty slot where it belongs. The table is never full. */
static uint32_t *
slot(const struct nameset *s, gefs_bytes name)
{
	/* Nobody who makes an image knows where the set will be, so that no names can be chosen to have one hash. */
	size_t i = (size_t)gefs_siphash(name.p, name.n, (uintptr_t)s, (uintptr_t)&s->slots) & (s->slots - 1);

	while (s->table[i] && !bytes_eq(old_of(&s->v[s->table[i] - 1]), name))
		i = (i + 1) & (s->slots - 1);
	return &s->table[i];
}

/* Makes the table anew, with room for more. */
static bool
index_names(struct nameset *s, size_t slots)
{
	uint32_t *table = calloc(slots, sizeof *table);

	if (!table)
		return false;
	free(s->table);
	s->table = table;
	s->slots = slots;
	for (size_t i = 0; i < s->n; i++)
		*slot(s, old_of(&s->v[i])) = (uint32_t)i + 1;
	return true;
}

bool
nameset_add(struct nameset *s, gefs_bytes name, bool stays)
{
	if (s->n >= s->slots / 2 && (s->n >= UINT32_MAX / 4 || !index_names(s, s->slots ? 2 * s->slots : 64)))
		return false;
	uint32_t *at = slot(s, name);
	if (*at) {
		s->v[*at - 1].stays |= stays;
		return true;
	}
	uint8_t *p = malloc(2 * name.n + 1);
	struct name x = {p, p + name.n, (uint32_t)name.n, stays};
	if (!p || !vec_push(s->v, s->n, s->cap, x)) {
		free(p);
		return false;
	}
	if (name.n)
		memcpy(p, name.p, name.n);
	*at = (uint32_t)s->n;
	return true;
}

static int
by_bytes(const void *a, const void *b)
{
	return bytes_cmp(old_of(a), old_of(b));
}

static int
by_length_and_bytes(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	return x->n != y->n ? (x->n > y->n) - (x->n < y->n) : by_bytes(a, b);
}

bool
nameset_assign(struct nameset *s, bool by_length, const char *never, uint32_t *length)
{
	bool ok = true;

	if (s->n == 0)
		return true;
	qsort(s->v, s->n, sizeof *s->v, by_length ? by_length_and_bytes : by_bytes);
	for (size_t i = 0, k; ok && i < s->n; i = k) {
		for (k = i + 1; k < s->n && (!by_length || s->v[k].n == s->v[i].n);)
			k++;
		*length = s->v[i].n;
		ok = renaming(s->v + i, k - i, never);
	}
	/* Sorting has moved them. */
	memset(s->table, 0, s->slots * sizeof *s->table);
	for (size_t i = 0; i < s->n; i++)
		*slot(s, old_of(&s->v[i])) = (uint32_t)i + 1;
	return ok;
}

bool
nameset_replace(const struct nameset *s, uint8_t *name, size_t n)
{
	uint32_t at = s->slots ? *slot(s, (gefs_bytes){name, n}) : 0;

	if (at && n)
		memcpy(name, s->v[at - 1].new, n);
	return at != 0;
}

void
nameset_free(struct nameset *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].old);
	free(s->v);
	free(s->table);
	*s = (struct nameset){0};
}
