/* gefs-compact: short allocation logs, in place; or a whole image laid out anew. */
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

enum { O_UNDO = OPTION_OWN, O_NO_UNDO, O_SIZE, O_JSON, O_PROGRESS };

static const struct option longs[] = {
	OPEN_LONGS,
	{"arena", required_argument, NULL, 'a'},
	{"reclaim", no_argument, NULL, 'r'},
	{"dry-run", no_argument, NULL, 'n'},
	{"undo", required_argument, NULL, O_UNDO},
	{"no-undo", no_argument, NULL, O_NO_UNDO},
	{"output", required_argument, NULL, 'o'},
	{"size", required_argument, NULL, O_SIZE},
	{"snap", required_argument, NULL, 's'},
	{"json", no_argument, NULL, O_JSON},
	{"progress", no_argument, NULL, O_PROGRESS},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

/* -1: go on; else the exit status. */
static int
one_option(int c, char **argv, struct settings *s)
{
	uint64_t n;

	switch (c) {
	case 'a':
		if (!parse_size(optarg, &n) || n >= GEFS_MAX_ARENAS)
			return usage_error("--arena: \"%s\" is no number of an arena", optarg);
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
			return usage_error("--size: \"%s\" is neither a number of bytes, like 4G, nor min", optarg);
		break;
	case 's':
		if (s->nlabels == LABELS_MAX)
			return usage_error("too many --snap options");
		s->label[s->nlabels++] = optarg;
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
	default:
		return open_option(c, argv, help, &s->open);
	}
	return -1;
}

/* Options that do not go together. */
static int
check_options(const struct settings *s)
{
	bool in_place = s->arena >= 0 || s->reclaim || s->dry_run || s->undo || s->no_undo;

	if (s->out && in_place)
		return usage_error("--arena, --reclaim, --dry-run, --undo and --no-undo do not go with --output");
	if (!s->out && (s->size || s->smallest || s->nlabels))
		return usage_error("--size and --snap need --output");
	if (s->undo && s->no_undo)
		return usage_error("--undo and --no-undo exclude each other");
	return -1;
}

int
main(int argc, char **argv)
{
	static struct settings s = {.open = {.super = -1}, .arena = -1};
	int c, status;

	program = "gefs-compact";
	opterr = 0;
	while ((c = getopt_long(argc, argv, OPEN_SHORTS "a:rno:s:qv", longs, NULL)) != -1)
		if ((status = one_option(c, argv, &s)) >= 0)
			return status;
	if (argc - optind != 1)
		return usage_error(argc == optind ? "no image given" : "one image at a time");
	s.image = argv[optind];
	if ((status = check_options(&s)) >= 0)
		return status;
	catch_interrupts();
	status = s.out ? compact_to_file(&s) : compact_in_place(&s);
	return finish_output() ? status : EXIT_FAILED;
}
