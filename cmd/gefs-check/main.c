/* gefs-check: is this image sound? Opens images read-only, always. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "../common/common.h"
#include "../common/json.h"
#include "../common/options.h"
#include "../views/report.h"

/* As fsck(8). */
enum { FSCK_CLEAN = 0, FSCK_ERRORS = 4, FSCK_TROUBLE = 8, FSCK_USAGE = 16, FSCK_CANCELLED = 32 };

static const char help[] =
	"Usage: gefs-check [options] IMAGE...\n"
	"Verifies gefs disk images: every structure, hash and file. Changes nothing.\n"
	"\n"
	"  -d, --no-data         do not read file contents\n"
	"  -s, --snap LABEL      only this snapshot (may be given again)\n"
	"      --super WHICH     superblock to believe: 0, 1 or auto (the first good one)\n"
	"      --format NAME     do not find out the version: gefs9.00, gefs0001-le,\n"
	"                        gefs0001-be or gefs-2023\n"
	"      --offset BYTES    where the image begins in the file (suffix K, M, G, T)\n"
	"  -j, --jobs N          threads (default: one for each processor)\n"
	"      --json            findings and summary as JSON Lines\n"
	"      --progress        show progress even when stderr is no terminal\n"
	"  -q, --quiet           only errors, and no summary unless there are any\n"
	"  -v, --verbose         also notes, explanations, all snapshots and paths\n"
	"      --max-findings N  keep at most N findings (default 10000; all are counted)\n"
	"      --list-findings   print the catalogue of findings\n"
	"  -h, --help            this text\n"
	"  -V, --version         the version\n"
	"\n"
	"Exit status: 0 no errors, 4 errors found, 8 an image could not be read, 16 wrong\n"
	"usage, 32 interrupted; added up. Warnings and hazards are no errors.\n";

struct settings {
	gefs_options open;
	gefs_check_options check;
	struct report_style style;
	bool progress, list, many;
};

static int
usage(const char *problem, const char *what)
{
	complain("%s%s%s%s", problem, what ? ", not \"" : "", what ? what : "", what ? "\"" : "");
	fprintf(stderr, "Try gefs-check --help.\n");
	return FSCK_USAGE;
}

static int
check_one(const char *path, const struct settings *s)
{
	gefs_error e = {0};
	bool silent = s->style.quiet || s->style.json;
	struct progress *p = s->progress || !silent ? progress_new(s->progress) : NULL;
	gefs_options open = s->open;
	gefs_check_options o = s->check;
	int status = FSCK_TROUBLE;

	open.progress = o.progress = progress_or_stop;
	open.progress_arg = o.progress_arg = p;
	gefs_image *img = gefs_open(path, &open, &e);
	json_inferred(img && gefs_features(img) & GEFS_HAS_INFERENCES);

	if (!img) {
		progress_end(p);
		if (s->style.json)
			report_failure(path, &e);
		complain("%s", e.text);
		return status;
	}
	gefs_check *c = gefs_check_run(img, &o, &e);
	progress_end(p);
	if (!s->style.quiet)
		show_hint(path, img);
	if (!c) {
		if (s->style.json)
			report_failure(path, &e);
		complain("%s: %s", path, e.text);
	} else {
		const gefs_check_stats *st = gefs_check_stats_get(c);
		report(&s->style, path, img, c);
		status = (st->count[GEFS_ERROR] ? FSCK_ERRORS : FSCK_CLEAN) | (st->cancelled ? FSCK_CANCELLED : 0);
	}
	gefs_check_free(c);
	gefs_close(img);
	return status;
}

static bool
parse_count(const char *text, uint64_t max, uint64_t *out)
{
	return parse_size(text, out) && *out > 0 && *out <= max;
}

/* -1: go on; else the exit status. */
static int
parse_options(int argc, char **argv, struct settings *s)
{
	enum { O_SUPER = 256, O_FORMAT, O_OFFSET, O_JSON, O_PROGRESS, O_MAX, O_LIST };
	static const struct option longs[] = {{"no-data", no_argument, 0, 'd'},
					      {"snap", required_argument, 0, 's'},
					      {"super", required_argument, 0, O_SUPER},
					      {"format", required_argument, 0, O_FORMAT},
					      {"offset", required_argument, 0, O_OFFSET},
					      {"jobs", required_argument, 0, 'j'},
					      {"json", no_argument, 0, O_JSON},
					      {"progress", no_argument, 0, O_PROGRESS},
					      {"quiet", no_argument, 0, 'q'},
					      {"verbose", no_argument, 0, 'v'},
					      {"max-findings", required_argument, 0, O_MAX},
					      {"list-findings", no_argument, 0, O_LIST},
					      {"help", no_argument, 0, 'h'},
					      {"version", no_argument, 0, 'V'},
					      {0}};
	static const char *labels[1024];
	uint64_t n;
	int c;

	while ((c = getopt_long(argc, argv, "ds:j:qvhV", longs, NULL)) != -1) {
		switch (c) {
		case 'd':
			s->check.no_data = true;
			break;
		case 's':
			if (s->check.nlabels == sizeof labels / sizeof *labels)
				return usage("at most 1024 --snap options can be given", NULL);
			labels[s->check.nlabels++] = optarg;
			s->check.labels = labels;
			break;
		case O_SUPER:
			if (strcmp(optarg, "auto") != 0 && strcmp(optarg, "0") != 0 && strcmp(optarg, "1") != 0)
				return usage("--super takes auto, 0 or 1", optarg);
			s->open.super = *optarg == 'a' ? -1 : *optarg - '0';
			break;
		case O_FORMAT:
			if (!option_format(optarg, &s->open))
				return FSCK_USAGE;
			break;
		case O_OFFSET:
			if (!parse_size(optarg, &s->open.offset))
				return usage("--offset takes a number of bytes (K, M, G, T)", optarg);
			break;
		case 'j':
			if (!parse_count(optarg, 256, &n))
				return usage("--jobs takes a number from 1 to 256", optarg);
			s->open.jobs = (unsigned)n;
			break;
		case O_JSON:
			s->style.json = true;
			break;
		case O_PROGRESS:
			s->progress = true;
			break;
		case 'q':
			s->style.quiet = true;
			break;
		case 'v':
			s->style.verbose = true;
			break;
		case O_MAX:
			if (!parse_count(optarg, 1 << 20, &n))
				return usage("--max-findings takes a number from 1 to 1048576", optarg);
			s->check.max_findings = (size_t)n;
			break;
		case O_LIST:
			s->list = true;
			break;
		case 'h':
			fputs(help, stdout);
			return finish_output() ? FSCK_CLEAN : FSCK_TROUBLE;
		case 'V':
			return print_version() == EXIT_DONE ? FSCK_CLEAN : FSCK_TROUBLE;
		default:
			fprintf(stderr, "Try gefs-check --help.\n");
			return FSCK_USAGE;
		}
	}
	return -1;
}

int
main(int argc, char **argv)
{
	struct settings s = {.open = {.super = -1}};
	int status;

	program = "gefs-check";
	argv[0] = (char *)(uintptr_t)program; /* getopt's messages begin with it */
#ifdef M_TRIM_THRESHOLD
	mallopt(M_TRIM_THRESHOLD, 32 << 20); /* memory given back to the system costs page faults to get again */
#endif
	status = parse_options(argc, argv, &s);
	if (status >= 0)
		return status;
	if (s.list) {
		list_findings(&s.style);
		return finish_output() ? FSCK_CLEAN : FSCK_TROUBLE;
	}
	if (optind == argc)
		return usage("no image given", NULL);
	catch_interrupts();
	s.many = argc - optind > 1;
	status = FSCK_CLEAN;
	for (int i = optind; i < argc && !interrupted(); i++)
		status |= check_one(argv[i], &s);
	if (interrupted())
		status |= FSCK_CANCELLED;
	return finish_output() ? status : status | FSCK_TROUBLE;
}
