/* gefs-pack: makes compressed images that are read in place, and unpacks compressed images. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../common/common.h"
#include "../common/options.h"
#include "output.h"
#include "pack.h"

static const char help[] =
	"Usage: gefs-pack [options] IMAGE -o FILE.zst\n"
	"       gefs-pack -d [options] FILE -o IMAGE\n"
	"Packs a gefs image as seekable zstd, which every command reads in place and\n"
	"zstd -d unpacks. What is in free blocks is left out.\n"
	"  -o, --output FILE       where to; - is standard output\n"
	"  -d, --unpack            unpack a zstd, gzip, xz, bzip2 or lz4 file, with holes\n"
	"  -a, --all               also what is in free blocks; any file, gefs or not\n"
	"  -m, --metadata          leave out file contents, for reports about an image\n"
	"      --clear             with -m: also leftovers of contents in gaps of blocks\n"
	"      --hide-names        with -m: other names for files, labels, users; clears\n"
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

/* ---- doing it ---- */

static int
work(const struct settings *s, struct output *out, gefs_pack_stats *st, uint64_t *size, bool *no_contents, gefs_error *e)
{
	if (s->unpack)
		return gefs_unpack(s->image, &s->open, output_piece, out, size, no_contents, e);
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
	bool no_contents = false; /* come out, and nothing tells so from now on */
	int status = EXIT_FAILED;

	if (!output_open(&out, s->output, s->image))
		goto end;
	struct progress *p = s->quiet && !s->progress ? NULL : progress_new(s->progress);
	s->open.progress = progress_or_stop;
	s->open.progress_arg = p;
	int rc = work(s, &out, &st, &size, &no_contents, &e);
	progress_end(p);
	if (rc < 0)
		complain("%s", e.text);
	else if (rc > 0 && out.error != EPIPE)
		complain("%s: cannot write: %s", out.name, strerror(out.error));
	if (rc == 0 && output_finish(&out, size)) {
		status = st.damaged_arenas || st.doubtful_blocks || no_contents ? EXIT_DAMAGE : EXIT_DONE;
		if (no_contents)
			complain("%s: contents of files were left out of it: what was unpacked has zeros instead, which "
				 "look like damage",
				 s->image);
		if (st.doubtful_blocks)
			complain("%s: left out %" PRIu64 " blocks that should be metadata, but do not look like it", s->image,
				 st.doubtful_blocks);
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

enum { O_FRAME = OPTION_OWN, O_LONG, O_CLEAR, O_HIDE, O_JSON, O_PROGRESS };

static const struct option longs[] = {
	OPEN_LONGS,
	{"output", required_argument, NULL, 'o'},
	{"unpack", no_argument, NULL, 'd'},
	{"all", no_argument, NULL, 'a'},
	{"metadata", no_argument, NULL, 'm'},
	{"clear", no_argument, NULL, O_CLEAR},
	{"hide-names", no_argument, NULL, O_HIDE},
	{"level", required_argument, NULL, 'l'},
	{"frame-size", required_argument, NULL, O_FRAME},
	{"long", no_argument, NULL, O_LONG},
	{"json", no_argument, NULL, O_JSON},
	{"progress", no_argument, NULL, O_PROGRESS},
	{"quiet", no_argument, NULL, 'q'},
	{NULL, 0, NULL, 0},
};

static int
one_option(int c, char **argv, struct settings *s)
{
	uint64_t n = 0;

	s->packing_only += strchr("aml", c) != NULL || (c >= OPTION_OFFSET && c != O_JSON && c != O_PROGRESS);
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
	case 'm':
		s->pack.metadata = true;
		break;
	case O_CLEAR:
		s->pack.clear = true;
		break;
	case O_HIDE:
		s->pack.hide_names = true;
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
	case O_JSON:
		s->json = true;
		break;
	case O_PROGRESS:
		s->progress = true;
		break;
	case 'q':
		s->quiet = true;
		break;
	default:
		return open_option(c, argv, help, &s->open);
	}
	return -1;
}

static int
parse_options(int argc, char **argv, struct settings *s)
{
	int c, status;

	opterr = 0;
	while ((c = getopt_long(argc, argv, OPEN_SHORTS "o:daml:q", longs, NULL)) != -1)
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
	if (s->pack.metadata && s->pack.all)
		return usage_error("--all and --metadata contradict each other");
	if ((s->pack.clear || s->pack.hide_names) && !s->pack.metadata)
		return usage_error("--%s goes with --metadata only", s->pack.hide_names ? "hide-names" : "clear");
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
