/* gefs-sh: a shell inside an image. */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/options.h"
#include "sh.h"

static const char help[] =
	"Usage: gefs-sh [options] IMAGE\n"
	"A shell inside a gefs image: looks at files and snapshots, and at the blocks\n"
	"below them. Without -c and -f, commands come from standard input. The command\n"
	"\"help\" lists all commands.\n"
	"\n"
	"  -c, --command CMD   run CMD (repeatable; ; separates commands)\n"
	"  -f, --file SCRIPT   run the commands in SCRIPT (repeatable)\n"
	"  -s, --snap SNAP     begin in this snapshot: a label or a number\n"
	"  -k, --keep-going    go on after a command that fails; the worst status counts\n"
	"  -w, --write         allow changes; nothing is written before \"commit\"\n"
	"      --json          JSON Lines from every command\n"
	"      --no-pager      do not page long output\n"
	"  -j, --jobs N        threads (default: one for each processor)\n"
	"      --offset BYTES  where the image begins in the file (suffix K, M, G, T)\n"
	"      --super WHICH   superblock to use: auto, 0 or 1\n"
	"      --format NAME   version of the image, instead of finding it out\n"
	"  -h, --help          this text\n"
	"  -V, --version       the version\n"
	"\n"
	"Exit status: that of the first command that failed: 1 failed, 2 wrong usage,\n"
	"4 damage was met.\n";

enum { OPT_JSON = OPTION_OWN, OPT_NO_PAGER };

static const struct option longs[] = {
	OPEN_LONGS,
	{"command", required_argument, NULL, 'c'},
	{"file", required_argument, NULL, 'f'},
	{"snap", required_argument, NULL, 's'},
	{"keep-going", no_argument, NULL, 'k'},
	{"write", no_argument, NULL, 'w'},
	{"json", no_argument, NULL, OPT_JSON},
	{"no-pager", no_argument, NULL, OPT_NO_PAGER},
	{NULL, 0, NULL, 0},
};

/* -c and -f, in the order in which they were given. */
struct source {
	bool file;
	const char *text;
};

struct settings {
	struct source *source;
	int n;
	const char *snap;
};

static int
one_option(int c, char **argv, struct shell *sh, struct settings *s)
{
	switch (c) {
	case 'c':
	case 'f':
		s->source[s->n++] = (struct source){c == 'f', optarg};
		return -1;
	case 's':
		s->snap = optarg;
		return -1;
	case 'k':
		sh->keep_going = true;
		return -1;
	case 'w':
		sh->write = true;
		return -1;
	case OPT_JSON:
		sh->json = true;
		return -1;
	case OPT_NO_PAGER:
		sh->no_pager = true;
		return -1;
	}
	return open_option(c, argv, help, &sh->open);
}

static int
run(struct shell *sh, const struct settings *s)
{
	int status = EXIT_DONE;

	if (s->n == 0 && sh->interactive)
		return sh_terminal(sh);
	if (s->n == 0)
		status = sh_script_file(sh, "-");
	for (int i = 0; i < s->n && !sh->leave; i++) {
		int one = s->source[i].file ? sh_script_file(sh, s->source[i].text) : sh_script(sh, NULL, s->source[i].text);
		if (one > status)
			status = one;
		if (status != EXIT_DONE && !sh->keep_going)
			break;
	}
	/* A script that leaves out the commit has not done what it was written for. */
	return shell_forgets(sh) && status == EXIT_DONE ? EXIT_FAILED : status;
}

int
main(int argc, char **argv)
{
	static struct shell sh = {.open = {.super = -1}};
	static struct settings s;
	const char *no_color = getenv("NO_COLOR");
	int c, status;

	program = "gefs-sh";
	s.source = calloc((size_t)argc, sizeof *s.source);
	setlocale(LC_CTYPE, ""); /* names are UTF-8, and readline has to know */
	opterr = 0;
	if (!s.source)
		return complain("out of memory"), EXIT_FAILED;
	while ((c = getopt_long(argc, argv, OPEN_SHORTS "c:f:s:kw", longs, NULL)) != -1)
		if ((status = one_option(c, argv, &sh, &s)) >= 0)
			return status;
	if (argc - optind != 1)
		return usage_error(argc == optind ? "no image given" : "one image at a time");
	sh.image = argv[optind];
	sh.interactive = s.n == 0 && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	sh.color = isatty(STDOUT_FILENO) && !sh.json && !(no_color && *no_color);
	signal(SIGPIPE, SIG_IGN); /* a pager may go at any time */
	catch_interrupts();
	status = shell_open(&sh, s.snap);
	if (status < 0)
		status = run(&sh, &s);
	shell_close(&sh);
	free(s.source);
	return finish_output() ? status : EXIT_FAILED;
}
