/* In what the files of two trees differ: entries are found by their keys, contents by the file's number, and paths at
 * the end, for what is told only. */
#include <stdlib.h>

#include "base/error.h"
#include "fs/difference.h"

const char *
gefs_diff_kind_name(gefs_diff_kind k)
{
	static const char *const names[] = {"added", "removed", "changed"};
	return k <= GEFS_DIFF_CHANGED ? names[k] : "?";
}

static int
check_heights(const gefs_tree *const tree[2], gefs_error *e)
{
	for (int i = 0; i < 2; i++)
		if (tree[i]->height == 0 || tree[i]->height > TREE_HEIGHT_MAX)
			return gefs_fail(e, GEFS_EDAMAGE, tree[i]->root.addr, "a tree of height %u, expected 1 to %d",
					 tree[i]->height, TREE_HEIGHT_MAX);
	return 0;
}

/* A path has to be in one of the trees. */
static int
check_path(gefs_image *img, const gefs_tree *const tree[2], const char *path, gefs_error *e)
{
	uint8_t storage[KEY_MAX];
	gefs_dirent d;

	if (gefs_file_find(img, tree[NEW], path, &d, storage, e) == 0)
		return 0;
	return gefs_file_find(img, tree[OLD], path, &d, storage, e);
}

int
gefs_diff(gefs_image *img, const gefs_tree *old_tree, const gefs_tree *new_tree, const char *path, gefs_diff_fn fn,
	  gefs_damage_fn damage, void *arg, gefs_diff_stats *stats, gefs_error *e)
{
	const gefs_tree *const tree[2] = {old_tree, new_tree};
	gefs_diff_stats own, *st = stats ? stats : &own;
	char *below = path ? path_clean(path) : NULL;
	uint64_t before = img->bytes_read;

	*st = (gefs_diff_stats){0};
	struct differences s = {.img = img, .stats = st, .e = e};
	for (int i = 0; i < 2; i++)
		s.dirs[i] = (struct dirs){.img = img, .tree = tree[i], .names = &s.names};
	int rc = path && !below ? gefs_fail_memory(e) : check_heights(tree, e);
	if (rc == 0 && below)
		rc = check_path(img, tree, below, e);
	if (rc == 0)
		rc = differences_collect(&s, damage, arg);
	if (rc == 0)
		rc = differences_explain(&s);
	if (rc == 0)
		rc = differences_tell(&s, below, fn, arg);
	st->blocks_read = (img->bytes_read - before) / img->f->blksz;
	st->searched = s.dirs[OLD].searched || s.dirs[NEW].searched;
	dirs_free(&s.dirs[OLD]);
	dirs_free(&s.dirs[NEW]);
	free(s.item);
	free(s.file);
	bytestore_free(&s.names);
	free(below);
	return rc;
}
