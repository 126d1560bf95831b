#include "archive/places.h"

#include <stdlib.h>

#include "base/vec.h"

struct search {
	struct places *p;
	gefs_error *e;
};

static int
add_run(struct places *p, uint64_t off, uint64_t len, gefs_error *e)
{
	struct run *last = p->n ? &p->run[p->n - 1] : NULL;
	struct run new = {off, len};

	p->data += len;
	if (last && last->off + last->len == off) {
		last->len += len;
		return 0;
	}
	return vec_push(p->run, p->n, p->cap, new) ? 0 : gefs_fail_memory(e);
}

static int
take(void *arg, const gefs_extent *x)
{
	struct search *s = arg;

	const struct run *last = s->p->n ? &s->p->run[s->p->n - 1] : NULL;

	/* In a node whose records are out of order blocks may come too late; as with a node that is gone, the reader of
	 * the data tells. */
	if (x->error || (last && x->offset < last->off + last->len)) {
		s->p->damaged = true;
		return 0;
	}
	return add_run(s->p, x->offset, x->len, s->e);
}

int
places_find(struct places *p, gefs_image *img, const gefs_tree *t, const gefs_dirent *d, gefs_error *e)
{
	struct search s = {p, e};

	p->n = 0;
	p->data = 0;
	p->damaged = false;
	p->length = d->is_dir ? 0 : d->length > INT64_MAX ? INT64_MAX : d->length;
	return gefs_file_extents(img, t, d, 0, UINT64_MAX, take, &s, e);
}

int
places_fill(struct places *p, gefs_error *e)
{
	p->n = 0;
	p->data = 0;
	return p->length ? add_run(p, 0, p->length, e) : 0;
}

void
places_free(struct places *p)
{
	free(p->run);
}
