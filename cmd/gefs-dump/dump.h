/* What the parts of gefs-dump share. */
#ifndef DUMP_DUMP_H
#define DUMP_DUMP_H

#include "../views/view.h"

struct command {
	const char *name, *args; /* args: as help shows them */
	int min, max;            /* arguments after IMAGE */
	unsigned options;
	const char *help;
	int (*run)(struct view *);
};
const struct command *command_find(const char *name);
int print_help(void);

/* options.c: fills d from the command line; -1 to go on, else the exit status. */
int parse_options(int argc, char **argv, struct view *d, const struct command **cmd);

#endif
