#include "../common/options.h"

#include <string.h>
#include <unistd.h>

#include "export.h"

enum { OPT_FILTER = OPTION_OWN, OPT_ALL, OPT_FORCE, OPT_NUMERIC, OPT_NO_DEDUP, OPT_STRICT, OPT_FILL, OPT_JSON, OPT_PROGRESS };

static const char help[] =
	"Usage: gefs-export [options] IMAGE [PATH...]\n"
	"Writes the files of a gefs image, or those below PATHs, to an archive.\n"
	"\n"
	"  -o FILE               the archive; - is standard output, the default\n"
	"  -f FORMAT             pax (default), ustar, cpio, zip, 7zip, mtree; or by the\n"
	"      --filter NAME       ending of FILE, as gzip, bzip2, xz, zstd, lz4, none\n"
	"  -C DIR                no archive: write to this directory\n"
	"  -t                    write nothing: list what would be stored (also --json)\n"
	"  -s, --snap SNAP       a label or the number of a snapshot (default: main)\n"
	"      --all-snaps       a folder for each label; what two have in common\n"
	"      --no-dedup          is a hard link in tar, unless this is given\n"
	"      --force           with -C, overwrite files that are there\n"
	"      --numeric-owner   owners by number only; with -C, set them\n"
	"      --strict          stop at the first damage\n"
	"      --max-fill BYTES  zeros to write for holes if the format has none (16G)\n"
	"  -q, -v                no summary; name what is stored\n"
	"      --progress        also when standard error is no terminal\n"
	"      --offset BYTES, --super WHICH, --format NAME, -j N: see gefs-dump\n"
	"  -h, --help    -V, --version\n"
	"\n"
	"Exit status: 0 done, 1 failed or not all could be stored, 2 wrong usage,\n"
	"4 damage was met: zeros took the place of what is lost.\n";

static const struct option longs[] = {
	OPEN_LONGS,
	{"filter", required_argument, NULL, OPT_FILTER},
	{"snap", required_argument, NULL, 's'},
	{"all-snaps", no_argument, NULL, OPT_ALL},
	{"no-dedup", no_argument, NULL, OPT_NO_DEDUP},
	{"force", no_argument, NULL, OPT_FORCE},
	{"numeric-owner", no_argument, NULL, OPT_NUMERIC},
	{"strict", no_argument, NULL, OPT_STRICT},
	{"max-fill", required_argument, NULL, OPT_FILL},
	{"json", no_argument, NULL, OPT_JSON},
	{"progress", no_argument, NULL, OPT_PROGRESS},
	{"list", no_argument, NULL, 't'},
	{"output", required_argument, NULL, 'o'},
	{"directory", required_argument, NULL, 'C'},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

static int
set_format(struct settings *s)
{
	char names[128];

	s->format = optarg;
	if (gefs_archive_format_known(optarg))
		return -1;
	return usage_error("-f: \"%.40s\" is none of %s", optarg, gefs_archive_formats(names, sizeof names));
}

static int
set_filter(struct settings *s)
{
	char names[128];

	s->filter = optarg;
	if (gefs_archive_filter_known(optarg))
		return -1;
	return usage_error("--filter: \"%.40s\" is none of %s", optarg, gefs_archive_filters(names, sizeof names));
}

static int
one_option(int c, char **argv, struct settings *s)
{
	switch (c) {
	case 'o':
		s->file = optarg;
		break;
	case 'f':
		return set_format(s);
	case OPT_FILTER:
		return set_filter(s);
	case 'C':
		s->export.directory = optarg;
		break;
	case 't':
		s->list = true;
		break;
	case 's':
		s->export.snap = optarg;
		break;
	case OPT_ALL:
		s->export.all_snaps = true;
		break;
	case OPT_NO_DEDUP:
		s->export.no_links = true;
		break;
	case OPT_FORCE:
		s->export.force = true;
		break;
	case OPT_NUMERIC:
		s->export.numeric_owner = true;
		break;
	case OPT_STRICT:
		s->export.strict = true;
		break;
	case OPT_FILL:
		if (!parse_size(optarg, &s->export.max_fill) || s->export.max_fill == 0)
			return usage_error("--max-fill: \"%.40s\" is no number of bytes, like 4G", optarg);
		break;
	case OPT_JSON:
		s->json = true;
		break;
	case OPT_PROGRESS:
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

static int
check_options(struct settings *s)
{
	const char *format = NULL, *filter = NULL;

	if (s->export.snap && s->export.all_snaps)
		return usage_error("--snap and --all-snaps exclude each other");
	if (s->export.directory && (s->file || s->format || s->filter))
		return usage_error("-C is for a directory; -o, -f and --filter are for archives");
	if (s->export.force && !s->export.directory)
		return usage_error("--force needs -C");
	if (s->json && !s->list)
		return usage_error("--json needs -t");
	if (s->file && strcmp(s->file, "-") == 0)
		s->file = NULL;
	if (s->file)
		gefs_archive_by_ending(s->file, &format, &filter);
	s->export.format = s->format ? s->format : format ? format : "pax";
	s->export.filter = s->filter ? s->filter : filter ? filter : "none";
	if (gefs_archive_compresses(s->export.format) && strcmp(s->export.filter, "none") != 0)
		return usage_error("%s compresses by itself: it takes no filter", s->export.format);
	if (!s->list && !s->export.directory && !s->file && isatty(STDOUT_FILENO))
		return usage_error("an archive is nothing for a terminal: -o FILE, or a pipe");
	return -1;
}

int
parse_options(int argc, char **argv, struct settings *s)
{
	int c, status;

	opterr = 0;
	while ((c = getopt_long(argc, argv, OPEN_SHORTS "o:f:C:ts:qv", longs, NULL)) != -1)
		if ((status = one_option(c, argv, s)) >= 0)
			return status;
	if (argc == optind)
		return usage_error("IMAGE is missing");
	s->image = argv[optind];
	s->export.paths = (const char *const *)(argv + optind + 1);
	s->export.npaths = (size_t)(argc - optind - 1);
	s->export.list = s->list;
	return check_options(s);
}
