/* gefs-cat: contents of files in an image, verified. */
#include "../common/contents.h"
#include "../common/options.h"

static const char help[] =
	"Usage: gefs-cat [options] IMAGE PATH...\n"
	"Writes the contents of files in a gefs image to standard output. Everything is\n"
	"verified; what is damaged is complained about, and written as zeros.\n"
	"\n"
	"  -s, --snap SNAP     a label or the number of a snapshot (default: main)\n"
	"  -j, --jobs N        threads (default: one for each processor)\n"
	"      --offset BYTES  where the image begins in the file (suffix K, M, G, T)\n"
	"      --super WHICH   superblock to use: auto, 0 or 1\n"
	"      --format NAME   version of the image, instead of finding it out\n"
	"  -h, --help          this text\n"
	"  -V, --version       the version\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 4 damage was met.\n";

static const struct option longs[] = {OPEN_LONGS, {"snap", required_argument, NULL, 's'}, {NULL, 0, NULL, 0}};

/* Goes on after a file that cannot be shown; the worst status counts. */
static int
show_all(gefs_image *img, const char *snap, char **path)
{
	int status, worst = EXIT_DONE;
	gefs_tree t;

	status = open_tree(img, snap, &t);
	if (status >= 0)
		return status;
	for (; *path; path++) {
		status = contents_show(img, &t, *path, 0, UINT64_MAX);
		if (status != EXIT_DONE)
			worst = status;
	}
	return worst;
}

int
main(int argc, char **argv)
{
	gefs_options open = {.super = -1};
	const char *snap = NULL;
	gefs_image *img;
	int c, status;

	program = "gefs-cat";
	opterr = 0;
	while ((c = getopt_long(argc, argv, OPEN_SHORTS "s:", longs, NULL)) != -1) {
		if (c == 's')
			snap = optarg;
		else if ((status = open_option(c, argv, help, &open)) >= 0)
			return status;
	}
	if (argc - optind < 2)
		return usage_error(argc == optind ? "IMAGE is missing" : "PATH is missing");
	img = open_image(argv[optind], &open);
	return img ? close_image(img, show_all(img, snap, argv + optind + 1)) : EXIT_FAILED;
}
