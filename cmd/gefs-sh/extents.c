#include <string.h>

#include "around.h"

struct collector {
	const uint8_t *path;
	size_t path_len;
	uint32_t blksz;
	struct layout *l;
	struct extent now; /* len 0: none yet */
	uint64_t end;      /* of what was met so far */
	extent_fn fn;
	void *arg;
};

static void
end_extent(struct collector *c)
{
	if (!c->now.len)
		return;
	c->l->extents++;
	if (c->fn)
		c->fn(c->arg, &c->now);
}

static bool
continues(const struct collector *c, const gefs_extent *x)
{
	const struct extent *e = &c->now;
	return e->len && e->offset + e->len == x->offset && e->addr + e->len == x->ptr.addr && e->birth == x->ptr.gen;
}

static int
collect(void *arg, const gefs_extent *x)
{
	struct collector *c = arg;

	if (x->error) {
		c->l->lost++;
		contents_tell_lost(c->path, c->path_len, x, x->error->text);
		return should_stop();
	}
	c->l->blocks++;
	c->l->allocated += c->blksz;
	c->l->holes += x->offset > c->end;
	c->end = x->offset + x->len;
	if (continues(c, x)) {
		c->now.len += x->len;
	} else {
		end_extent(c);
		c->now = (struct extent){x->offset, x->len, x->ptr.addr, x->ptr.gen};
	}
	return should_stop();
}

int
layout_of(struct shell *sh, const gefs_tree *t, const gefs_dirent *e, const uint8_t *path, size_t path_len,
	  struct layout *l, extent_fn fn, void *arg, gefs_error *err)
{
	struct collector c = {.path = path, .path_len = path_len, .blksz = gefs_block_size(sh->img), .l = l, .fn = fn, .arg = arg};

	*l = (struct layout){.blocks = 0};
	if (gefs_file_extents(sh->img, t, e, 0, UINT64_MAX, collect, &c, err) < 0)
		return -1;
	end_extent(&c);
	l->holes += !e->is_dir && c.end < e->length;
	return 0;
}
