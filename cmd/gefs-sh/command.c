/* Commands: finding them, their options, running them. */
#include <stdlib.h>
#include <string.h>

#include "sh.h"

static const struct sh_command *const groups[SH_GROUPS] = {sh_general, sh_around, sh_under, sh_change};

const struct sh_command *
sh_command_at(size_t i)
{
	for (int g = 0; g < SH_GROUPS; g++)
		for (const struct sh_command *c = groups[g]; c->name; c++)
			if (i-- == 0)
				return c;
	return NULL;
}

const struct sh_command *
sh_command_find(const char *name)
{
	const struct sh_command *c;

	for (size_t i = 0; (c = sh_command_at(i)); i++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

enum sh_group
sh_command_group(const struct sh_command *wanted)
{
	for (int g = 0; g < SH_GROUPS; g++)
		for (const struct sh_command *c = groups[g]; c->name; c++)
			if (c == wanted)
				return (enum sh_group)g;
	return SH_GENERAL;
}

static int
wrong(const struct sh_command *cmd, const char *why, const char *what)
{
	complain("%s%s%s%s; usage: %s%s%s%s", why, what ? " \"" : "", what ? what : "", what ? "\"" : "", cmd->name,
		 cmd->options ? " [options]" : "", *cmd->args ? " " : "", cmd->args);
	return EXIT_USAGE;
}

static int
option_index(const struct sh_command *cmd, const char *name, size_t n, bool single)
{
	for (int i = 0; cmd->options && cmd->options[i].name; i++)
		if (strlen(cmd->options[i].name) == n && memcmp(cmd->options[i].name, name, n) == 0 &&
		    !(single && cmd->options[i].letter))
			return i;
	return -1;
}

static int
letter_index(const struct sh_command *cmd, char letter)
{
	for (int i = 0; cmd->options && cmd->options[i].name; i++)
		if (cmd->options[i].letter == letter)
			return i;
	return -1;
}

/* "--name", "--name=VALUE", "-name"; *word moves to the last word that it took. */
static int
long_option(struct call *c, char ***word)
{
	bool single = (**word)[1] != '-';
	const char *name = **word + (single ? 1 : 2);
	size_t n = strcspn(name, "=");
	int i = option_index(c->cmd, name, n, single);

	if (i < 0)
		return wrong(c->cmd, "there is no option", **word);
	if (!c->cmd->options[i].arg) {
		c->value[i] = "";
		return name[n] ? wrong(c->cmd, "no value goes with", **word) : -1;
	}
	if (!name[n] && !(*word)[1])
		return wrong(c->cmd, "a value is missing after", **word);
	c->value[i] = name[n] ? name + n + 1 : *++*word;
	return -1;
}

/* "-lR", "-n5", "-n 5" */
static int
short_options(struct call *c, char ***word)
{
	for (const char *p = **word + 1; *p; p++) {
		int i = letter_index(c->cmd, *p);
		if (i < 0)
			return wrong(c->cmd, "there is no option", **word);
		c->value[i] = "";
		if (!c->cmd->options[i].arg)
			continue;
		if (!p[1] && !(*word)[1])
			return wrong(c->cmd, "a value is missing after", **word);
		c->value[i] = p[1] ? p + 1 : *++*word;
		return -1;
	}
	return -1;
}

/* "-5" for "-n 5", where there is such an option. */
static bool
short_number(struct call *c, const char *word)
{
	int i = letter_index(c->cmd, 'n');

	if (i < 0 || !c->cmd->options[i].arg || word[0] != '-' || !word[1] || word[1 + strspn(word + 1, "0123456789")])
		return false;
	c->value[i] = word + 1;
	return true;
}

/* A number is an argument, not an option. */
static bool
is_option(const struct sh_command *cmd, const char *word)
{
	return cmd->options && word[0] == '-' && word[1] && !(word[1] >= '0' && word[1] <= '9');
}

static int
parse(struct call *c, char **word)
{
	char **out = word + 1; /* arguments move to the front, as options go */
	bool options = true;

	c->arg = out;
	for (word++; *word; word++) {
		int status = -1;
		if (options && strcmp(*word, "--") == 0) {
			options = false;
			continue;
		}
		if (options && short_number(c, *word))
			continue;
		if (!options || !is_option(c->cmd, *word)) {
			*out++ = *word;
			continue;
		}
		bool is_long = (*word)[1] == '-' || option_index(c->cmd, *word + 1, strlen(*word + 1), true) >= 0;
		status = is_long ? long_option(c, &word) : short_options(c, &word);
		if (status >= 0)
			return status;
	}
	*out = NULL;
	c->n = (int)(out - c->arg);
	if (c->n < c->cmd->min)
		return wrong(c->cmd, "too few arguments", NULL);
	if (c->cmd->max >= 0 && c->n > c->cmd->max)
		return wrong(c->cmd, "one argument too many:", c->arg[c->cmd->max]);
	return -1;
}

const char *
sh_opt(const struct call *c, const char *name)
{
	int i = option_index(c->cmd, name, strlen(name), false);
	return i < 0 ? NULL : c->value[i];
}

bool
sh_opt_number(const struct call *c, const char *name, uint64_t *out)
{
	const char *value = sh_opt(c, name);
	return !value || sh_number(value, out);
}

/* Changes must have been asked for: with -w, and of single fields once more. */
static int
allowed(const struct shell *sh, unsigned flags)
{
	if (!(flags & SH_ROOTLESS) && !shell_has_root(sh))
		complain("no copy of the root data can be read: only single blocks can be looked at and changed");
	else if (flags & SH_WRITES && !sh->write)
		complain("changes are not allowed: start gefs-sh with -w");
	else if (flags & SH_EXPERT && !sh->expert)
		complain("this can ruin the image: \"set expert on\" allows it");
	else
		return -1;
	return EXIT_FAILED;
}

int
sh_may_change(const struct shell *sh)
{
	return allowed(sh, SH_WRITES | SH_EXPERT | SH_ROOTLESS);
}

static int
perform(struct shell *sh, const struct call *c)
{
	struct pager *p = pager_start(sh, !(c->cmd->flags & SH_PROGRESS));
	int status = c->cmd->run(sh, c);

	damage_end();
	if (status == EXIT_DONE && damage_met())
		status = EXIT_DAMAGE;
	fflush(stdout);
	pager_end(p);
	if (interrupted()) {
		if (sh->interactive)
			fputs("\n", stderr); /* behind the ^C */
		complain("interrupted");
		status = EXIT_FAILED;
	}
	if (sh->interactive)
		clearerr(stdout); /* whoever left the pager has seen enough */
	return status;
}

static int
run(struct shell *sh, char **word)
{
	struct call c = {.cmd = sh_command_find(word[0])};
	int status;

	if (!c.cmd) {
		complain("there is no command \"%.100s\"; \"help\" lists all", word[0]);
		return EXIT_USAGE;
	}
	if ((status = parse(&c, word)) >= 0 || (status = allowed(sh, c.cmd->flags)) >= 0)
		return status;
	damage_forget();
	return perform(sh, &c);
}

int
sh_run(struct shell *sh, char **word)
{
	size_t n = 0;

	while (word[n])
		n++;
	/* Options are taken out of the list, which has to stay whole for its owner. */
	char **own = calloc(n + 1, sizeof *own);
	if (!own) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	memcpy(own, word, n * sizeof *own);
	int status = run(sh, own);
	free(own);
	return status;
}
