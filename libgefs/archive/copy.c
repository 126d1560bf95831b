/* Contents of a file on their way from the image to the target. */
#include <inttypes.h>

#include "archive/export.h"
#include "base/error.h"

struct copy {
	struct export *x;
	const gefs_file *f;
	size_t i;       /* the run at which the copy is */
	uint64_t at;    /* given out up to here */
	uint64_t given; /* bytes of data that the target got */
	bool lost;      /* something */
};

/* Gives [off, off+n) to the target, as far as it lies in runs; zeros if p is NULL. */
static int
give(struct copy *c, uint64_t off, const uint8_t *p, uint64_t n)
{
	static const uint8_t zeros[1 << 16];
	const struct places *pl = &c->x->places;
	uint64_t end = off + n;

	for (; c->i < pl->n; c->i++) {
		uint64_t from = pl->run[c->i].off, to = from + pl->run[c->i].len;
		if (from >= end)
			return 0;
		for (uint64_t at = off > from ? off : from, step; at < to && at < end; at += step) {
			step = (to < end ? to : end) - at;
			if (!p && step > sizeof zeros)
				step = sizeof zeros;
			if (c->x->t->data(c->x->t, at, p ? p + (at - off) : zeros, (size_t)step, c->x->e) < 0)
				return -1;
			c->given += p ? step : 0;
		}
		if (to > end)
			return 0;
	}
	return 0;
}

static int
tell(struct copy *c, uint64_t off, const gefs_error *e)
{
	gefs_error why;

	c->lost = true;
	gefs_fail(&why, e->code, e->addr, "offset %" PRIu64 ": %.500s", off, e->text);
	return note(c->x, GEFS_EXPORT_DAMAGE, c->f->path, c->f->path_len, &why);
}

static int
copy_extent(void *arg, const gefs_extent *x)
{
	struct copy *c = arg;
	struct export *ex = c->x;
	uint64_t given = c->given;
	gefs_error why;

	if (!x->data) {
		/* A node that is gone says nothing about how much is. */
		if (x->ptr.hash || x->ptr.gen)
			ex->st.lost_bytes += x->len;
		return tell(c, x->offset, x->error);
	}
	if (x->offset < c->at) {
		ex->st.lost_bytes += x->len;
		gefs_fail(&why, GEFS_EDAMAGE, x->ptr.addr, "data block 0x%" PRIx64 " comes out of order", x->ptr.addr);
		return tell(c, x->offset, &why);
	}
	ex->st.bytes_read += x->len;
	if (ex->o->progress && ex->o->progress(ex->o->arg, "exporting", ex->st.bytes_read, 0))
		return stopped(ex);
	if (give(c, c->at, NULL, x->offset - c->at) < 0 || give(c, x->offset, x->data, x->len) < 0)
		return -1;
	c->at = x->offset + x->len;
	if (c->given - given == x->len)
		return 0;
	/* A node could not be read when the map of the file was made, and now can. */
	ex->st.lost_bytes += x->len - (c->given - given);
	gefs_fail(&why, GEFS_EIO, x->ptr.addr, "data block 0x%" PRIx64 " could not be found at first", x->ptr.addr);
	return tell(c, x->offset, &why);
}

int
copy_contents(struct export *x, const gefs_file *f)
{
	struct copy c = {.x = x, .f = f};
	const struct places *p = &x->places;

	if ((p->n || p->damaged) &&
	    gefs_file_read(x->img, &x->tree, f->entry, 0, UINT64_MAX, copy_extent, &c, x->e) != 0)
		return -1;
	x->st.damaged += c.lost;
	x->st.bytes += p->data;
	return give(&c, c.at, NULL, p->length - c.at);
}
