/* The command line. Options may stand anywhere; each WHAT knows only some. */
#include "../common/options.h"

#include <string.h>

#include "dump.h"

enum { LONG_OWN = OPTION_OWN };

/* Longer files are most likely sparse, or their length is junk; hashing a hole takes as long as hashing data. */
static const uint64_t default_max_hash = UINT64_C(16) << 30;

static const struct option longs[] = {
	OPEN_LONGS,
	{"json", no_argument, NULL, LONG_OWN + OPT_JSON},
	{"dot", no_argument, NULL, LONG_OWN + OPT_DOT},
	{"depth", required_argument, NULL, LONG_OWN + OPT_DEPTH},
	{"prefix", required_argument, NULL, LONG_OWN + OPT_PREFIX},
	{"sha256", no_argument, NULL, LONG_OWN + OPT_SHA256},
	{"max-hash", required_argument, NULL, LONG_OWN + OPT_MAX_HASH},
	{"hex", no_argument, NULL, LONG_OWN + OPT_HEX},
	{"raw", no_argument, NULL, LONG_OWN + OPT_RAW},
	{"svg", required_argument, NULL, LONG_OWN + OPT_SVG},
	{"range", required_argument, NULL, LONG_OWN + OPT_RANGE},
	{NULL, 0, NULL, 0},
};

/* OFF:LEN; without LEN, to the end. */
static bool
parse_range(const char *text, struct view *d)
{
	const char *colon = strchr(text, ':');
	char off[64];

	if (!colon || (size_t)(colon - text) >= sizeof off)
		return false;
	memcpy(off, text, (size_t)(colon - text));
	off[colon - text] = 0;
	return parse_size(off, &d->range_off) && (!colon[1] || parse_size(colon + 1, &d->range_len));
}

static int
own_option(int bit, const char *text, struct view *d)
{
	d->given |= (unsigned)bit;
	switch (bit) {
	case OPT_DEPTH:
		if (!parse_size(text, &d->depth) || d->depth == 0)
			return usage_error("--depth: \"%s\" is no number of levels", text);
		break;
	case OPT_PREFIX:
		if (!prefix_parse(text, &d->prefix))
			return usage_error("--prefix: \"%s\" is neither hex digits nor like ent:7, label:main or dat:", text);
		break;
	case OPT_MAX_HASH:
		if (!parse_size(text, &d->max_hash))
			return usage_error("--max-hash: \"%s\" is no number of bytes", text);
		break;
	case OPT_RANGE:
		if (!parse_range(text, d))
			return usage_error("--range: \"%s\" is not OFFSET:LENGTH, like 0:1K", text);
		break;
	case OPT_SVG:
		d->svg = text;
		break;
	}
	return -1;
}

static int
one_option(int c, char **argv, struct view *d)
{
	if (c == 'h')
		return print_help();
	return c >= LONG_OWN ? own_option(c - LONG_OWN, optarg, d) : open_option(c, argv, NULL, &d->open);
}

static const char *
option_name(unsigned bit)
{
	for (const struct option *o = longs; o->name; o++)
		if (o->val == LONG_OWN + (int)bit)
			return o->name;
	return "?";
}

/* Options that do not go with this WHAT, or with each other. */
static int
check_options(struct view *d, const struct command *cmd)
{
	for (unsigned bit = 1; bit <= OPT_RANGE; bit <<= 1)
		if ((d->given & ~cmd->options) & bit)
			return usage_error("--%s does not go with \"%s\"", option_name(bit), cmd->name);
	for (unsigned bit = OPT_DOT; bit <= OPT_SVG; bit <<= 1)
		if (wants(d, OPT_JSON) && (bit & (OPT_DOT | OPT_HEX | OPT_RAW | OPT_SVG) & d->given))
			return usage_error("--json and --%s exclude each other", option_name(bit));
	if (wants(d, OPT_HEX) && wants(d, OPT_RAW))
		return usage_error("--hex and --raw exclude each other");
	if (wants(d, OPT_MAX_HASH) && !wants(d, OPT_SHA256))
		return usage_error("--max-hash needs --sha256");
	return -1;
}

static int
check_arguments(char **argv, int n, struct view *d, const struct command **cmd)
{
	if (n == 0)
		return usage_error("tell what to show");
	*cmd = command_find(argv[0]);
	if (!*cmd)
		return usage_error("there is nothing called \"%.200s\" to show", argv[0]);
	if (n < 2)
		return usage_error("%s: IMAGE is missing", argv[0]);
	if (n - 2 < (*cmd)->min)
		return usage_error("%s: after IMAGE, %s is missing", argv[0], n == 2 ? (*cmd)->args : "PATH");
	if (n - 2 > (*cmd)->max)
		return usage_error("%s: \"%.200s\" is one argument too many", argv[0], argv[2 + (*cmd)->max]);
	d->image = argv[1];
	for (int i = 2; i < n; i++)
		d->arg[i - 2] = argv[i];
	return check_options(d, *cmd);
}

int
parse_options(int argc, char **argv, struct view *d, const struct command **cmd)
{
	int c, status;

	d->max_hash = default_max_hash;
	opterr = 0;
	while ((c = getopt_long(argc, argv, OPEN_SHORTS, longs, NULL)) != -1) {
		status = one_option(c, argv, d);
		if (status >= 0)
			return status;
	}
	return check_arguments(argv + optind, argc - optind, d, cmd);
}
