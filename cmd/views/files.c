/* All files of a snapshot. */
#include "../common/contents.h"
#include "../common/entry.h"
#include "view.h"

struct files_dump {
	struct view *d;
	gefs_tree tree;
	gefs_error fatal; /* of hashing; ends the walk */
};

/* Fills hex, or leaves it empty: directories, files that are too long, damaged ones. */
static int
hash_of(struct files_dump *f, const gefs_file *file, char hex[65])
{
	const gefs_dirent *e = file->entry;

	hex[0] = 0;
	if (!wants(f->d, OPT_SHA256) || e->is_dir || e->length > f->d->max_hash)
		return 0;
	return contents_hash(f->d->img, &f->tree, e, file->path, file->path_len, hex, &f->fatal);
}

static void
file_json(struct files_dump *f, const gefs_file *file, const char *hex)
{
	struct json j;

	json_begin(&j, stdout);
	entry_json(&j, f->d->img, file);
	if (wants(f->d, OPT_SHA256) && !file->entry->is_dir)
		json_string(&j, "sha256", hex[0] ? hex : NULL);
	json_end(&j);
}

static int
file_one(void *arg, const gefs_file *file)
{
	struct files_dump *f = arg;
	char hex[65];

	if (hash_of(f, file, hex) < 0)
		return -1;
	if (wants(f->d, OPT_JSON))
		file_json(f, file, hex);
	else
		entry_text(f->d->img, file, wants(f->d, OPT_SHA256) ? hex : NULL);
	return should_stop(); /* nobody reads any more: see finish_output() */
}

int
view_files(struct view *d)
{
	struct files_dump f = {.d = d};
	int status = find_tree(d, d->arg[0], &f.tree);
	gefs_error e = {.code = GEFS_OK};

	if (status >= 0)
		return status;
	if (f.tree.snap == GEFS_NIL) {
		complain("\"snap\" is the tree of snapshots, which has no files; `gefs-dump tree` shows it");
		return EXIT_FAILED;
	}
	snaps_damage(d);
	if (gefs_files_walk(d->img, &f.tree, file_one, damage_fn, &f, &e) < 0)
		return failed(f.fatal.code != GEFS_OK ? &f.fatal : &e);
	return EXIT_DONE;
}
