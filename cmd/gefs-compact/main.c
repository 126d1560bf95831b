/* gefs-compact: short allocation logs, in place; or a whole image laid out anew. */
#include <getopt.h>
#include <signal.h>
#include <string.h>

#include "../common/options.h"
#include "compact.h"

static const char help[] =
	"Usage: gefs-compact [options] IMAGE\n"
	"       gefs-compact -o OUT [options] IMAGE\n"
	"Compresses the allocation logs of a gefs image in place, and mends what a crash\n"
	"left of its headers; or, with -o, writes the whole image anew without gaps.\n"
	"\n"
	"In place:\n"
	"  -a, --arena N         only this arena\n"
	"  -r, --reclaim         also give back leaked blocks (reads the whole image)\n"
	"  -n, --dry-run         show what would be done, change nothing\n"
	"      --undo FILE       keep what is overwritten there (default: IMAGE.undo)\n"
	"      --no-undo         keep nothing\n"
	"To a new file:\n"
	"  -o, --output OUT      file to make; - is the standard output\n"
	"      --size SIZE       of the new device (suffix K, M, G, T); min: the smallest\n"
	"  -s, --snap LABEL      only this label (may be given again)\n"
	"Both:\n"
	"      --super WHICH     superblock to believe: 0, 1 or auto (the first good one)\n"
	"      --format NAME     version to assume   --offset BYTES  start of the image\n"
	"  -j, --jobs N          threads             --json          JSON Lines\n"
	"      --progress        show progress even when stderr is no terminal\n"
	"  -q, --quiet   -v, --verbose   -h, --help   -V, --version\n";

static bool
parse_out_size(const char *text, struct settings *s)
{
	s->smallest = strcmp(text, "min") == 0;
	return s->smallest || (parse_size(text, &s->size) && s->size > 0);
}

enum { O_UNDO = 256, O_NO_UNDO, O_SIZE, O_SUPER, O_FORMAT, O_OFFSET, O_JSON, O_PROGRESS };

static const struct option longs[] = {{"arena", required_argument, 0, 'a'},
				      {"reclaim", no_argument, 0, 'r'},
				      {"dry-run", no_argument, 0, 'n'},
				      {"undo", required_argument, 0, O_UNDO},
				      {"no-undo", no_argument, 0, O_NO_UNDO},
				      {"output", required_argument, 0, 'o'},
				      {"size", required_argument, 0, O_SIZE},
				      {"snap", required_argument, 0, 's'},
				      {"super", required_argument, 0, O_SUPER},
				      {"format", required_argument, 0, O_FORMAT},
				      {"offset", required_argument, 0, O_OFFSET},
				      {"jobs", required_argument, 0, 'j'},
				      {"json", no_argument, 0, O_JSON},
				      {"progress", no_argument, 0, O_PROGRESS},
				      {"quiet", no_argument, 0, 'q'},
				      {"verbose", no_argument, 0, 'v'},
				      {"help", no_argument, 0, 'h'},
				      {"version", no_argument, 0, 'V'},
				      {0}};

/* -1: go on; else the exit status. */
static int
one_option(int c, struct settings *s)
{
	uint64_t n;
	bool ok = true;

	switch (c) {
	case 'a':
		if (!parse_size(optarg, &n) || n >= GEFS_MAX_ARENAS)
			return usage_error("--arena takes the number of an arena", optarg);
		s->arena = (int)n;
		break;
	case 'r':
		s->reclaim = true;
		break;
	case 'n':
		s->dry_run = true;
		break;
	case O_UNDO:
		s->undo = optarg;
		break;
	case O_NO_UNDO:
		s->no_undo = true;
		break;
	case 'o':
		s->out = optarg;
		break;
	case O_SIZE:
		if (!parse_out_size(optarg, s))
			return usage_error("--size takes a number of bytes (K, M, G, T) or min", optarg);
		break;
	case 's':
		if (s->nlabels == LABELS_MAX)
			return usage_error("too many --snap options", NULL);
		s->label[s->nlabels++] = optarg;
		break;
	case O_SUPER:
		ok = option_super(optarg, &s->open);
		break;
	case O_FORMAT:
		ok = option_format(optarg, &s->open);
		break;
	case O_OFFSET:
		ok = option_offset(optarg, &s->open);
		break;
	case 'j':
		ok = option_jobs(optarg, &s->open);
		break;
	case O_JSON:
		s->json = true;
		break;
	case O_PROGRESS:
		s->progress = true;
		break;
	case 'q':
		s->quiet = true;
		break;
	case 'v':
		s->verbose = true;
		break;
	case 'h':
		fputs(help, stdout);
		return finish_output() ? EXIT_DONE : EXIT_FAILED;
	case 'V':
		print_version();
		return finish_output() ? EXIT_DONE : EXIT_FAILED;
	default:
		fputs("Try gefs-compact --help.\n", stderr);
		return EXIT_USAGE;
	}
	return ok ? -1 : EXIT_USAGE;
}

/* Options that do not go together. */
static int
check_options(const struct settings *s)
{
	bool in_place = s->arena >= 0 || s->reclaim || s->dry_run || s->undo || s->no_undo;

	if (s->out && in_place)
		return usage_error("--arena, --reclaim, --dry-run, --undo and --no-undo do not go with --output", NULL);
	if (!s->out && (s->size || s->smallest || s->nlabels))
		return usage_error("--size and --snap need --output", NULL);
	if (s->undo && s->no_undo)
		return usage_error("--undo and --no-undo exclude each other", NULL);
	return -1;
}

int
main(int argc, char **argv)
{
	static struct settings s = {.open = {.super = -1}, .arena = -1};
	struct sigaction sa = {.sa_handler = on_signal};
	int c, status;

	program = "gefs-compact";
	argv[0] = (char *)(uintptr_t)program; /* getopt's messages begin with it */
	while ((c = getopt_long(argc, argv, "a:rno:s:j:qvhV", longs, NULL)) != -1)
		if ((status = one_option(c, &s)) >= 0)
			return status;
	if (argc - optind != 1)
		return usage(argc == optind ? "no image given" : "one image at a time", NULL);
	s.image = argv[optind];
	if ((status = check_options(&s)) >= 0)
		return status;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	status = s.out ? compact_to_file(&s) : compact_in_place(&s);
	return finish_output() ? status : EXIT_FAILED;
}
