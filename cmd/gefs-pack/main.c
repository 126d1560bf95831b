/* gefs-pack: makes compressed images that are read in place, and unpacks compressed images. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../common/common.h"
#include "../common/json.h"
#include "../common/options.h"
#include "output.h"

static const char help[] =
	"Usage: gefs-pack [options] IMAGE -o FILE.zst\n"
	"       gefs-pack -d [options] FILE -o IMAGE\n"
	"Packs a gefs image as seekable zstd, which every command reads in place and\n"
	"zstd -d unpacks. What is in free blocks is left out.\n"
	"\n"
	"  -o, --output FILE       where to; - is standard output\n"
	"  -d, --unpack            unpack a zstd, gzip, xz, bzip2 or lz4 file, with holes\n"
	"  -a, --all               also what is in free blocks; any file, gefs or not\n"
	"  -l, --level N           from 1 (fast) to 22 (small), default 3\n"
	"      --frame-size SIZE   read at once: a power of two, 64K to 16M, default 256K\n"
	"      --long              look for repetitions in the whole of a frame\n"
	"  -j, --jobs N            threads (default: one for each processor)\n"
	"      --offset BYTES      where the image begins (suffix K, M, G, T)\n"
	"      --super auto|0|1    superblock to believe\n"
	"      --format NAME       do not find out the version\n"
	"      --json              the summary as JSON\n"
	"      --progress          show progress even when stderr is no terminal\n"
	"  -q, --quiet             no summary\n"
	"  -h, --help              -V, --version\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 4 done, but the image is damaged.\n";

struct settings {
	const char *image, *output;
	gefs_options open;
	gefs_pack_options pack;
	bool unpack, json, progress, quiet;
	unsigned packing_only; /* options given that do not go with -d */
};

/* ---- what is said in the end ---- */

static void
report_packed(const struct settings *s, const gefs_pack_stats *st)
{
	char size[32], packed[32], frame[32], free_size[32];

	json_inferred(st->inferred);
	if (s->json) {
		struct json j;
		json_begin(&j, stdout);
		json_string(&j, "type", "packed");
		json_string(&j, "image", s->image);
		json_string(&j, "output", s->output);
		json_uint(&j, "size", st->size);
		json_uint(&j, "packed_size", st->packed_size);
		json_uint(&j, "frames", st->frames);
		json_uint(&j, "frame_size", st->frame_size);
		json_uint(&j, "free_bytes", st->free_bytes);
		json_uint(&j, "damaged_arenas", st->damaged_arenas);
		json_bool(&j, "all", s->pack.all || st->released);
		json_end(&j);
		return;
	}
	printf("%s: %s packed to %s, in frames of %s", s->image, human_size(st->size, size),
	       human_size(st->packed_size, packed), human_size(st->frame_size, frame));
	if (st->free_bytes)
		printf("; left out %s in free blocks", human_size(st->free_bytes, free_size));
	if (st->released)
		printf("; kept free blocks, which older snapshots may use");
	putchar('\n');
}

static void
report_unpacked(const struct settings *s, uint64_t size)
{
	char text[32];

	if (s->json) {
		struct json j;
		json_begin(&j, stdout);
		json_string(&j, "type", "unpacked");
		json_string(&j, "file", s->image);
		json_string(&j, "output", s->output);
		json_uint(&j, "size", size);
		json_end(&j);
		return;
	}
	printf("%s: unpacked %s\n", s->image, human_size(size, text));
}

/* ---- doing it ---- */

static int
work(const struct settings *s, struct output *out, gefs_pack_stats *st, uint64_t *size, gefs_error *e)
{
	if (s->unpack)
		return gefs_unpack(s->image, &s->open, output_piece, out, size, e);
	int rc = gefs_pack(s->image, &s->open, &s->pack, output_write, out, st, e);
	*size = st->packed_size;
	return rc;
}

static int
run(struct settings *s)
{
	bool to_stdout = strcmp(s->output, "-") == 0;
	struct output out;
	gefs_pack_stats st = {0};
	gefs_error e = {0};
	uint64_t size = 0;
	int status = EXIT_FAILED;

	if (!output_open(&out, s->output, s->image))
		goto end;
	struct progress *p = s->quiet && !s->progress ? NULL : progress_new(s->progress);
	s->open.progress = progress_or_stop;
	s->open.progress_arg = p;
	int rc = work(s, &out, &st, &size, &e);
	progress_end(p);
	if (rc < 0)
		complain("%s", e.text);
	else if (rc > 0 && out.error != EPIPE)
		complain("%s: cannot write: %s", out.name, strerror(out.error));
	if (rc == 0 && output_finish(&out, size)) {
		status = st.damaged_arenas ? EXIT_DAMAGE : EXIT_DONE;
		if (st.damaged_arenas)
			complain("%s: the logs of %u arenas are damaged: what is free in them was kept", s->image,
				 st.damaged_arenas);
		if (!s->quiet && !to_stdout)
			s->unpack ? report_unpacked(s, size) : report_packed(s, &st);
	}
end:
	output_close(&out);
	return finish_output() || (to_stdout && status == EXIT_DONE) ? status : EXIT_FAILED;
}

/* ---- the command line ---- */

enum { O_FRAME = 256, O_LONG, O_OFFSET, O_SUPER, O_FORMAT, O_JSON, O_PROGRESS };

static int
one_option(int c, char **argv, struct settings *s)
{
	uint64_t n = 0;
	bool ok = true;

	s->packing_only += c == 'a' || c == 'l' || c == O_FRAME || c == O_LONG || c == O_OFFSET || c == O_SUPER ||
			   c == O_FORMAT;
	switch (c) {
	case 'o':
		s->output = optarg;
		break;
	case 'd':
		s->unpack = true;
		break;
	case 'a':
		s->pack.all = true;
		break;
	case 'l':
		if (!parse_size(optarg, &n) || n < 1 || n > 22)
			return usage_error("--level: \"%s\" is no number from 1 to 22", optarg);
		s->pack.level = (int)n;
		break;
	case O_FRAME:
		if (!parse_size(optarg, &n) || n < GEFS_FRAME_MIN || n > GEFS_FRAME_MAX || (n & (n - 1)))
			return usage_error("--frame-size: \"%s\" is no power of two from 64K to 16M", optarg);
		s->pack.frame_size = (uint32_t)n;
		break;
	case O_LONG:
		s->pack.long_distance = true;
		break;
	case O_OFFSET:
		ok = option_offset(optarg, &s->open);
		break;
	case O_SUPER:
		ok = option_super(optarg, &s->open);
		break;
	case O_FORMAT:
		ok = option_format(optarg, &s->open);
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
	case 'h':
		fputs(help, stdout);
		return finish_output() ? EXIT_DONE : EXIT_FAILED;
	case 'V':
		return print_version();
	case ':':
		return usage_error("%s needs a value", argv[optind - 1]);
	default:
		return usage_error("there is no option like \"%s\"", argv[optind - 1]);
	}
	return ok ? -1 : EXIT_USAGE;
}

static int
parse_options(int argc, char **argv, struct settings *s)
{
	static const struct option longs[] = {{"output", required_argument, 0, 'o'},
					      {"unpack", no_argument, 0, 'd'},
					      {"all", no_argument, 0, 'a'},
					      {"level", required_argument, 0, 'l'},
					      {"frame-size", required_argument, 0, O_FRAME},
					      {"long", no_argument, 0, O_LONG},
					      {"jobs", required_argument, 0, 'j'},
					      {"offset", required_argument, 0, O_OFFSET},
					      {"super", required_argument, 0, O_SUPER},
					      {"format", required_argument, 0, O_FORMAT},
					      {"json", no_argument, 0, O_JSON},
					      {"progress", no_argument, 0, O_PROGRESS},
					      {"quiet", no_argument, 0, 'q'},
					      {"help", no_argument, 0, 'h'},
					      {"version", no_argument, 0, 'V'},
					      {0}};
	int c, status;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:dal:j:qhV", longs, NULL)) != -1)
		if ((status = one_option(c, argv, s)) >= 0)
			return status;
	if (optind == argc)
		return usage_error("no image given");
	if (argc - optind > 1)
		return usage_error("\"%.200s\" is one argument too many", argv[optind + 1]);
	if (!s->output)
		return usage_error("-o is missing: where to write to");
	if (s->unpack && s->packing_only)
		return usage_error("with -d only -o, -j, -q, --json and --progress can be given");
	if (s->json && strcmp(s->output, "-") == 0)
		return usage_error("--json and -o - both want standard output");
	s->image = argv[optind];
	return -1;
}

int
main(int argc, char **argv)
{
	struct settings s = {.open.super = -1};
	int status;

	program = "gefs-pack";
	status = parse_options(argc, argv, &s);
	if (status >= 0)
		return status;
	catch_interrupts();
	signal(SIGPIPE, SIG_IGN);
	return run(&s);
}
