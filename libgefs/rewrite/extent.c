#include "rewrite/extent.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"

static int
by_offset(const void *a, const void *b)
{
	const struct extent_block *x = a, *y = b;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

int
extent_flush(struct extent *x)
{
	int rc = 0;

	if (x->n)
		qsort(x->v, x->n, sizeof *x->v, by_offset);
	for (size_t i = 0; rc == 0 && i < x->n; i++) {
		struct key k = {.type = KEY_DATA, .qid = x->qid, .offset = x->v[i].offset};
		rc = x->ops->data(x->ops->arg, &k, &x->v[i].ptr);
	}
	x->n = 0;
	return rc;
}

int
extent_add(struct extent *x, const struct key *k, const gefs_ptr *ptr)
{
	struct extent_block b = {k->offset, *ptr};

	if (format_has(x->r->f, GEFS_HAS_NUMERIC_KEYS))
		return x->ops->data(x->ops->arg, k, ptr);
	if (x->n && (x->qid != k->qid || x->n == EXTENT_MAX) && extent_flush(x) < 0)
		return -1;
	x->qid = k->qid;
	return vec_push(x->v, x->n, x->cap, b) ? 0 : gefs_fail_memory(x->r->e);
}

void
extent_free(struct extent *x)
{
	free(x->v);
}
