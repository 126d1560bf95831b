/* gefs-dump: shows what is in an image. */
#include <string.h>

#include "../common/options.h"
#include "dump.h"

static const struct command commands[] = {
	{"super", "", 0, 0, OPT_JSON, "the version; superblocks, and where they differ", view_super},
	{"arenas", "", 0, 0, OPT_JSON, "space, headers and logs of the arenas", view_arenas},
	{"free", "[ARENA]", 0, 1, OPT_JSON, "free ranges", view_free},
	{"log", "[ARENA]", 0, 1, OPT_JSON, "entries of the allocation logs", view_log},
	{"snaps", "", 0, 0, OPT_JSON | OPT_DOT, "labels, snapshots, their graph (--dot)", view_snaps},
	{"deadlists", "", 0, 0, OPT_JSON, "blocks that wait for a snapshot's end", view_deadlists},
	{"tree", "[SNAP]", 0, 1, OPT_JSON | OPT_DOT | OPT_DEPTH | OPT_PREFIX,
	 "nodes and records (--depth N, --prefix KEY, --dot)", view_tree},
	{"files", "[SNAP]", 0, 1, OPT_JSON | OPT_SHA256 | OPT_MAX_HASH,
	 "all files (--sha256, --max-hash BYTES)", view_files},
	{"data", "SNAP PATH", 2, 2, OPT_RANGE, "contents of a file (--range OFF:LEN)", view_data},
	{"users", "", 0, 0, OPT_JSON, "the users file, as the server reads it", view_users},
	{"conf", "", 0, 0, OPT_JSON, "settings, global and of snapshots", view_conf},
	{"block", "ADDR", 1, 1, OPT_JSON | OPT_HEX | OPT_RAW, "any block, decoded (--hex, --raw)", view_block},
	{"owner", "ADDR", 1, 1, OPT_JSON, "what refers to a block", view_owner},
	{"stats", "", 0, 0, OPT_JSON, "space by use, shape of the trees", view_stats},
	{"map", "", 0, 0, OPT_JSON | OPT_SVG, "a picture of the device (--svg FILE)", view_map},
};

enum { NCOMMANDS = sizeof commands / sizeof *commands };

const struct command *
command_find(const char *name)
{
	for (int i = 0; i < NCOMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int
print_help(void)
{
	printf("Usage: gefs-dump WHAT [options] IMAGE [argument]\n\n");
	for (int i = 0; i < NCOMMANDS; i++)
		printf("  %-10s%-10s %s\n", commands[i].name, commands[i].args, commands[i].help);
	fputs("\n"
	      "  --json          JSON Lines             --offset BYTES    start of the image\n"
	      "  -j, --jobs N    threads                --super auto|0|1  superblock to use\n"
	      "  -h, --help      -V, --version          --format NAME     version to assume\n"
	      "SNAP is a label or a number, by default main; snap is the tree of snapshots.\n",
	      stdout);
	return finish_output() ? EXIT_DONE : EXIT_FAILED;
}

static int
run(struct view *d, const struct command *cmd)
{
	d->img = open_image(d->image, &d->open);
	return d->img ? close_image(d->img, cmd->run(d)) : EXIT_FAILED;
}

int
main(int argc, char **argv)
{
	struct view d = {.open.super = -1, .depth = UINT64_MAX, .range_len = UINT64_MAX};
	const struct command *cmd = NULL;
	int status;

	program = "gefs-dump";
	status = parse_options(argc, argv, &d, &cmd);
	return status >= 0 ? status : run(&d, cmd);
}
