/* gefs-ls: files and directories in an image. */
#include "../common/damage.h"
#include "../common/entry.h"
#include "../common/options.h"

static const char help[] =
	"Usage: gefs-ls [options] IMAGE [PATH...]\n"
	"Lists directories of a gefs image, by default its root: their entries, each\n"
	"with its whole path. A PATH that is a file is listed itself.\n"
	"\n"
	"  -l, --long          mode, owner, group, length and time (UTC) too\n"
	"  -R, --recursive     everything below too\n"
	"  -J, --json          JSON Lines, as gefs-dump files --json\n"
	"  -s, --snap SNAP     a label or the number of a snapshot (default: main)\n"
	"  -j, --jobs N        threads (default: one for each processor)\n"
	"      --offset BYTES  where the image begins in the file (suffix K, M, G, T)\n"
	"      --super WHICH   superblock to use: auto, 0 or 1\n"
	"      --format NAME   version of the image, instead of finding it out\n"
	"  -h, --help          this text\n"
	"  -V, --version       the version\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 4 damage was met.\n";

static const struct option longs[] = {
	OPEN_LONGS,
	{"long", no_argument, NULL, 'l'},
	{"recursive", no_argument, NULL, 'R'},
	{"json", no_argument, NULL, 'J'},
	{"snap", required_argument, NULL, 's'},
	{NULL, 0, NULL, 0},
};

struct list {
	gefs_image *img;
	gefs_options open;
	const char *snap;
	bool details, recursive, json;
};

static int
list_one(void *arg, const gefs_file *file)
{
	struct list *l = arg;
	struct json j;

	if (file->depth == 0 && file->entry->is_dir)
		return 0;
	if (l->json) {
		json_begin(&j, stdout);
		entry_json(&j, l->img, file);
		json_end(&j);
	} else if (l->details) {
		entry_text(l->img, file, NULL);
	} else {
		entry_path(file);
	}
	if (should_stop())
		return 1; /* nobody reads any more: see finish_output() */
	return file->depth > 0 && !l->recursive ? GEFS_SKIP : 0;
}

/* Goes on after a path that does not exist. */
static int
list_all(struct list *l, char **path)
{
	static char root[] = "/", *none[] = {root, NULL};
	int status, worst = EXIT_DONE;
	gefs_error e = {.code = GEFS_OK};
	gefs_tree t;

	status = open_tree(l->img, l->snap, &t);
	if (status >= 0)
		return status;
	for (path = *path ? path : none; *path; path++) {
		if (gefs_files_walk_from(l->img, &t, *path, list_one, damage_fn, l, &e) >= 0)
			continue;
		status = failed(&e);
		if (status != EXIT_DONE)
			worst = status;
	}
	return worst;
}

int
main(int argc, char **argv)
{
	struct list l = {.open.super = -1};
	int c, status;

	program = "gefs-ls";
	opterr = 0;
	while ((c = getopt_long(argc, argv, OPEN_SHORTS "lRJs:", longs, NULL)) != -1) {
		if (c == 'l')
			l.details = true;
		else if (c == 'R')
			l.recursive = true;
		else if (c == 'J')
			l.json = true;
		else if (c == 's')
			l.snap = optarg;
		else if ((status = open_option(c, argv, help, &l.open)) >= 0)
			return status;
	}
	if (argc == optind)
		return usage_error("IMAGE is missing");
	l.img = open_image(argv[optind], &l.open);
	return l.img ? close_image(l.img, list_all(&l, argv + optind + 1)) : EXIT_FAILED;
}
