/* gefs-undo: puts back what a change of an image has overwritten. */
#include <inttypes.h>

#include "../common/options.h"

static const char help[] =
	"Usage: gefs-undo [options] FILE IMAGE\n"
	"Puts back what another tool has overwritten in a gefs image and kept in FILE.\n"
	"Changes nothing if the image is not as that tool left it.\n"
	"\n"
	"  -n, --dry-run         verify both, change nothing\n"
	"      --offset BYTES    where the image begins in its file (suffix K, M, G, T)\n"
	"  -q, --quiet           say nothing unless it fails\n"
	"  -h, --help            this text\n"
	"  -V, --version         the version\n"
	"\n"
	"Exit status: 0 the image is as before, 1 failed or refused, 2 wrong usage.\n";

struct settings {
	gefs_options open;
	bool dry_run, quiet;
};

static int
undo(const char *file, const char *image, const struct settings *s)
{
	gefs_undo_result r;
	gefs_error e = {0};

	if (gefs_undo(file, image, &s->open, s->dry_run, &r, &e) < 0) {
		complain("%s", e.text);
		return EXIT_FAILED;
	}
	if (s->quiet)
		return EXIT_DONE;
	if (r.restored == 0)
		printf("%s: nothing to do: it is as it was before the change\n", image);
	else if (s->dry_run)
		printf("%s: %" PRIu64 " of %" PRIu64 " blocks would be put back\n", image, r.restored, r.blocks);
	else
		printf("%s: %" PRIu64 " of %" PRIu64 " blocks put back: it is as it was before the change\n", image, r.restored,
		       r.blocks);
	if (!s->dry_run)
		printf("%s is no longer needed and can be removed\n", file);
	return EXIT_DONE;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {OPEN_LONGS,
					      {"dry-run", no_argument, NULL, 'n'},
					      {"quiet", no_argument, NULL, 'q'},
					      {NULL, 0, NULL, 0}};
	struct settings s = {.open = {.super = -1}};
	int c, status;

	program = "gefs-undo";
	opterr = 0;
	while ((c = getopt_long(argc, argv, OPEN_SHORTS "nq", longs, NULL)) != -1) {
		if (c == 'n')
			s.dry_run = true;
		else if (c == 'q')
			s.quiet = true;
		else if ((status = open_option(c, argv, help, &s.open)) >= 0)
			return status;
	}
	if (argc - optind != 2)
		return usage_error(argc - optind < 2 ? "an undo file and an image are needed"
						     : "one undo file and one image at a time");
	status = undo(argv[optind], argv[optind + 1], &s);
	return finish_output() ? status : EXIT_FAILED;
}
