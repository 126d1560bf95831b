/* Paths in the archive. Each component is a name that the target can hold, see rename.h. */
#include <stdlib.h>
#include <string.h>

#include "archive/export.h"
#include "base/error.h"
#include "base/vec.h"
#include "fs/files.h"

static bool
taken_in_dir(void *arg, gefs_bytes name)
{
	struct export *x = arg;
	uint8_t storage[KEY_MAX];
	gefs_dirent d;
	gefs_error e;

	return entry_child(x->img, &x->tree, x->parent, name, &d, storage, &e) == 0;
}

/* Makes name the component at this depth, and the last one; true when it had to be changed. */
static bool
put_component(struct export *x, size_t depth, uint64_t parent, gefs_bytes name)
{
	char stored[STORED_NAME_MAX];

	x->renamer.rules = &x->traits.names;
	x->renamer.taken = taken_in_dir;
	x->renamer.arg = x;
	x->parent = parent;
	bool changed = rename_make(&x->renamer, name, stored);
	x->nend = depth;
	x->path.n = depth ? x->end[depth - 1] : 0;
	if (depth)
		text_add(&x->path, "/", 1);
	text_add(&x->path, stored, strlen(stored));
	if (!vec_push(x->end, x->nend, x->cap_end, x->path.n))
		x->path.nomem = true;
	text_add(&x->path, "", 1);
	return changed;
}

const char *
store_path(struct export *x, const gefs_file *f, bool *renamed)
{
	int depth = x->above + (int)f->depth;

	*renamed = depth >= 0 && f->entry->parent != GEFS_NIL &&
		   put_component(x, (size_t)depth, f->entry->parent, f->entry->name);
	return x->path.nomem ? NULL : x->path.p;
}

/* The folder of the snapshot, if there is one. */
static void
put_folder(struct export *x)
{
	x->nend = 0;
	x->path.n = 0;
	if (x->label[0] == 0)
		return;
	text_add(&x->path, x->folder.p, x->folder.n);
	if (!vec_push(x->end, x->nend, x->cap_end, x->path.n - 1))
		x->path.nomem = true;
}

int
store_above(struct export *x, const char *path)
{
	uint8_t storage[KEY_MAX];
	gefs_dirent d;
	gefs_error e;
	const char *next;

	put_folder(x);
	if (gefs_file_find(x->img, &x->tree, "/", &d, storage, &e) < 0)
		return 0; /* the walk is going to tell */
	for (const char *p = path + 1; (next = strchr(p, '/')); p = next + 1) {
		gefs_bytes name = {(const uint8_t *)p, (size_t)(next - p)};
		uint64_t parent = d.qpath;
		put_component(x, x->nend, parent, name);
		if (entry_child(x->img, &x->tree, parent, name, &d, storage, &e) < 0)
			break;
	}
	/* The root is the folder itself, or nothing at all. */
	x->above = (int)x->nend - (path[1] == 0);
	return x->path.nomem ? gefs_fail_memory(x->e) : 0;
}
