/* Blocks that were changed, in memory until they are committed. */
#include "edit/edit.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"

gefs_edit *
gefs_edit_begin(gefs_image *img, gefs_error *e)
{
	const struct layout *l = layout_find(img->f->name);
	gefs_edit *ed = NULL;

	if (!l || img->f->blksz > GEFS_BLOCK_MAX) {
		gefs_fail(e, GEFS_EFORMAT, GEFS_NIL, "the fields of %s are not known", img->f->name);
		return NULL;
	}
	ed = calloc(1, sizeof *ed);
	if (!ed) {
		gefs_fail_memory(e);
		return NULL;
	}
	ed->img = img;
	ed->f = img->f;
	ed->layout = l;
	return ed;
}

static void
change_free(struct change *c)
{
	free(c->before);
	free(c->after);
	free(c);
}

/* Drops changes that nothing has to be remembered of. */
static void
tidy(gefs_edit *ed)
{
	size_t n = 0;

	for (size_t i = 0; i < ed->n; i++) {
		struct change *c = ed->change[i];
		if (c->marks || memcmp(c->before, c->after, ed->f->blksz) != 0)
			ed->change[n++] = c;
		else
			change_free(c);
	}
	ed->n = n;
}

void
gefs_edit_abort(gefs_edit *ed)
{
	for (size_t i = 0; i < ed->n; i++) {
		struct change *c = ed->change[i];
		memcpy(c->after, c->before, ed->f->blksz);
		c->marks = c->committed;
	}
	tidy(ed);
}

void
edit_committed(gefs_edit *ed)
{
	for (size_t i = 0; i < ed->n; i++) {
		struct change *c = ed->change[i];
		memcpy(c->before, c->after, ed->f->blksz);
		c->committed = c->marks;
	}
	tidy(ed);
}

void
gefs_edit_end(gefs_edit *ed)
{
	if (!ed)
		return;
	for (size_t i = 0; i < ed->n; i++)
		change_free(ed->change[i]);
	for (size_t i = 0; i < EDIT_LEVELS; i++)
		free(ed->level[i]);
	free(ed->change);
	free(ed);
}

size_t
gefs_edit_count(const gefs_edit *ed)
{
	size_t n = 0;

	for (size_t i = 0; i < ed->n; i++)
		n += memcmp(ed->change[i]->before, ed->change[i]->after, ed->f->blksz) != 0;
	return n;
}

int
gefs_edit_changes(gefs_edit *ed, gefs_change_fn fn, void *arg)
{
	int rc = 0;

	for (size_t i = 0; i < ed->n && rc == 0; i++) {
		const struct change *c = ed->change[i];
		if (memcmp(c->before, c->after, ed->f->blksz) != 0)
			rc = fn(arg, c->addr, c->before, c->after);
	}
	return rc;
}

int
edit_check_addr(const gefs_edit *ed, uint64_t addr, gefs_error *e)
{
	uint32_t blksz = ed->f->blksz;
	uint64_t size = ed->img->disk->size;

	if (addr == GEFS_NIL)
		return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL, "the address is nil: there is no block");
	if (addr % blksz)
		return gefs_fail(e, GEFS_EINVAL, addr,
				 "no block begins at 0x%" PRIx64 ": it is byte %" PRIu64 " of the one at 0x%" PRIx64,
				 addr, addr % blksz, addr - addr % blksz);
	if (addr > size || size - addr < blksz)
		return gefs_fail(e, GEFS_EDAMAGE, addr,
				 "block 0x%" PRIx64 " lies beyond the end of the device (0x%" PRIx64 " bytes)", addr,
				 size);
	return 0;
}

size_t
edit_place(const gefs_edit *ed, uint64_t addr)
{
	size_t lo = 0, hi = ed->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (ed->change[mid]->addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct change *
edit_change(const gefs_edit *ed, uint64_t addr)
{
	size_t i = edit_place(ed, addr);
	return i < ed->n && ed->change[i]->addr == addr ? ed->change[i] : NULL;
}

int
edit_read(const gefs_edit *ed, uint64_t addr, uint8_t *block, gefs_error *e)
{
	const struct change *c = edit_change(ed, addr);

	if (edit_check_addr(ed, addr, e) < 0)
		return -1;
	if (!c)
		return disk_read(ed->img->disk, block, ed->f->blksz, addr, e);
	memcpy(block, c->after, ed->f->blksz);
	return 0;
}

static struct change *
change_new(gefs_edit *ed, uint64_t addr, gefs_error *e)
{
	uint32_t blksz = ed->f->blksz;
	struct change *c = calloc(1, sizeof *c);

	if (!c || !(c->before = malloc(blksz)) || !(c->after = malloc(blksz))) {
		gefs_fail_memory(e);
		goto fail;
	}
	c->addr = addr;
	if (disk_read(ed->img->disk, c->before, blksz, addr, e) < 0)
		goto fail;
	memcpy(c->after, c->before, blksz);
	return c;
fail:
	if (c)
		change_free(c);
	return NULL;
}

struct change *
edit_touch(gefs_edit *ed, uint64_t addr, gefs_error *e)
{
	struct change *c = edit_change(ed, addr);

	if (c)
		return c;
	if (edit_check_addr(ed, addr, e) < 0 || !(c = change_new(ed, addr, e)))
		return NULL;
	size_t i = edit_place(ed, addr);
	if (!vec_push(ed->change, ed->n, ed->cap, c)) {
		gefs_fail_memory(e);
		change_free(c);
		return NULL;
	}
	memmove(ed->change + i + 1, ed->change + i, (ed->n - 1 - i) * sizeof *ed->change);
	return ed->change[i] = c;
}

uint8_t *
edit_level(gefs_edit *ed, unsigned level, gefs_error *e)
{
	if (!ed->level[level] && !(ed->level[level] = malloc(ed->f->blksz)))
		gefs_fail_memory(e);
	return ed->level[level];
}
