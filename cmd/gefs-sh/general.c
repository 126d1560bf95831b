/* Commands about the shell itself. */
#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "sh.h"

static int
run_help(struct shell *sh, const struct call *c)
{
	const struct sh_command *cmd;

	if (sh_opt(c, "roff"))
		return help_roff(), EXIT_DONE;
	if (c->n == 0)
		return help_list(sh), EXIT_DONE;
	for (int i = 0; i < c->n; i++) {
		if (!(cmd = sh_command_find(c->arg[i]))) {
			complain("there is no command \"%s\"", c->arg[i]);
			return EXIT_FAILED;
		}
		help_command(sh, cmd);
	}
	return EXIT_DONE;
}

static int
run_quit(struct shell *sh, const struct call *c)
{
	(void)c;
	sh->leave = true;
	return EXIT_DONE;
}

static int
run_echo(struct shell *sh, const struct call *c)
{
	struct json j;

	if (sh->json) {
		json_begin(&j, stdout);
		json_array(&j, "echo");
		for (int i = 0; i < c->n; i++)
			json_bytes(&j, NULL, c->arg[i], strlen(c->arg[i]));
		json_array_end(&j);
		json_end(&j);
		return EXIT_DONE;
	}
	for (int i = 0; i < c->n; i++) {
		fputs(i ? " " : "", stdout);
		print_bytes(c->arg[i], strlen(c->arg[i]));
	}
	putchar('\n');
	return EXIT_DONE;
}

static const struct sh_option help_options[] = {{0, "roff", NULL, "all commands, as the manual page has them"}, {.name = NULL}};

const struct sh_command sh_general[] = {
	{"help", "[COMMAND...]", 0, -1, "c", SH_ROOTLESS, help_options, "lists the commands, or tells about one", NULL, run_help},
	{"echo", "[WORD...]", 0, -1, "v", SH_ROOTLESS, NULL, "prints its arguments", NULL, run_echo},
	{"quit", "", 0, 0, "", SH_ROOTLESS, NULL, "ends the shell",
	 "Changes that were not committed are forgotten. The end of input does the same.\n", run_quit},
	{.name = NULL},
};
