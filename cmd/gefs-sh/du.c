/* du */
#include <stdlib.h>
#include <string.h>

#include "around.h"

/* Directories that lead to where the walk is, with what was met below them. */
struct level {
	size_t path_len;
	uint64_t allocated, length;
};

struct du {
	struct shell *sh;
	const struct target *target;
	bool summary; /* only of what was asked for */
	struct level *level;
	size_t n, cap;
	uint8_t *path; /* of the innermost one */
	size_t path_cap;
	gefs_error fatal; /* ends the walk */
};

static void
show(const struct du *d, const uint8_t *path, size_t n, bool is_dir, const struct level *l)
{
	struct json j;

	if (d->sh->json) {
		json_begin(&j, stdout);
		json_bytes(&j, "path", path, n);
		json_uint(&j, "allocated", l->allocated);
		json_uint(&j, "length", l->length);
		json_end(&j);
		return;
	}
	printf("%14" PRIu64 " %14" PRIu64 "  ", l->allocated, l->length);
	print_typed(d->sh, d->target, path, n, is_dir);
	putchar('\n');
}

/* Leaves directories until depth of them are left. */
static void
leave(struct du *d, size_t depth)
{
	while (d->n > depth) {
		struct level *l = &d->level[--d->n];
		if (d->n > 0) {
			l[-1].allocated += l->allocated;
			l[-1].length += l->length;
		}
		if (d->n == 0 || !d->summary)
			show(d, d->path, l->path_len, true, l);
	}
}

static bool
enter(struct du *d, const gefs_file *f)
{
	if (d->n == d->cap) {
		size_t cap = d->cap ? 2 * d->cap : 16;
		struct level *level = realloc(d->level, cap * sizeof *level);
		if (!level)
			return false;
		d->level = level;
		d->cap = cap;
	}
	if (f->path_len + 1 > d->path_cap) {
		uint8_t *path = realloc(d->path, 2 * f->path_len + 2);
		if (!path)
			return false;
		d->path = path;
		d->path_cap = 2 * f->path_len + 2;
	}
	memcpy(d->path, f->path, f->path_len + 1);
	d->level[d->n++] = (struct level){f->path_len, 0, 0};
	return true;
}

static int
measure(void *arg, const gefs_file *f)
{
	struct du *d = arg;
	struct layout l;

	if (should_stop())
		return 1;
	leave(d, f->depth);
	if (f->entry->is_dir) {
		if (enter(d, f))
			return 0;
		d->fatal = (gefs_error){.code = GEFS_ENOMEM, .text = "out of memory"};
		return -1;
	}
	if (layout_of(d->sh, &d->target->place.tree, f->entry, f->path, f->path_len, &l, NULL, NULL, &d->fatal) < 0)
		return -1;
	struct level one = {f->path_len, l.allocated, f->entry->length};
	if (f->depth == 0) {
		show(d, f->path, f->path_len, false, &one);
	} else {
		d->level[d->n - 1].allocated += one.allocated;
		d->level[d->n - 1].length += one.length;
	}
	return 0;
}

static int
du(struct shell *sh, const struct target *t, void *arg)
{
	struct du *d = arg;
	gefs_error e;

	d->target = t;
	d->fatal.code = GEFS_OK;
	int rc = gefs_files_walk_from(sh->img, &t->place.tree, t->place.path, measure, damage_fn, d, &e);
	if (rc == 0)
		leave(d, 0);
	d->n = 0;
	return rc < 0 ? failed(d->fatal.code != GEFS_OK ? &d->fatal : &e) : EXIT_DONE;
}

int
around_du(struct shell *sh, const struct call *c)
{
	struct du d = {.sh = sh, .summary = sh_opt(c, "summary")};
	int status = each_target(sh, c->arg, c->n, du, &d);

	free(d.level);
	free(d.path);
	return status;
}
