#include "help.h"

#include <string.h>

static const char *const titles[SH_GROUPS] = {"The shell itself", "Looking around", "Looking under", "Changing things"};

static void
json_command(const struct sh_command *c)
{
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "command", c->name);
	json_string(&j, "group", titles[sh_command_group(c)]);
	json_string(&j, "arguments", c->args);
	json_string(&j, "brief", c->brief);
	json_array(&j, "options");
	for (const struct sh_option *o = c->options; o && o->name; o++) {
		char letter[2] = {o->letter, 0};
		json_object(&j, NULL);
		json_string(&j, "letter", o->letter ? letter : NULL);
		json_string(&j, "name", o->name);
		json_string(&j, "value", o->arg);
		json_string(&j, "help", o->help);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_string(&j, "help", c->help);
	json_end(&j);
}

void
help_list(const struct shell *sh)
{
	const struct sh_command *c;
	int group = -1;

	for (size_t i = 0; (c = sh_command_at(i)); i++) {
		if (sh->json) {
			json_command(c);
			continue;
		}
		if ((int)sh_command_group(c) != group) {
			printf("%s", group >= 0 ? "\n" : "");
			group = (int)sh_command_group(c);
			sh_color(sh, "head");
			printf("%s:", titles[group]);
			sh_color(sh, NULL);
			putchar('\n');
		}
		printf("  %-13s %s\n", c->name, c->brief);
	}
	if (!sh->json)
		puts("\n\"help COMMAND\" tells more about one of them.");
}

/* "-l, --long", "--lines N", "-name GLOB" */
static void
option_text(const struct sh_option *o, char buf[80])
{
	if (o->letter)
		snprintf(buf, 80, "-%c, --%s%s%s", o->letter, o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	else
		snprintf(buf, 80, "-%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
}

static void
usage_text(const struct sh_command *c, char buf[160])
{
	snprintf(buf, 160, "%s%s%s%s", c->name, c->options ? " [options]" : "", *c->args ? " " : "", c->args);
}

void
help_command(const struct shell *sh, const struct sh_command *c)
{
	char text[160];

	if (sh->json) {
		json_command(c);
		return;
	}
	usage_text(c, text);
	sh_color(sh, "head");
	printf("%s", text);
	sh_color(sh, NULL);
	printf("\n  %s\n", c->brief);
	for (const struct sh_option *o = c->options; o && o->name; o++) {
		option_text(o, text);
		printf("  %-22s %s\n", text, o->help);
	}
	if (c->help)
		printf("\n%s", c->help);
	if (c->flags & SH_EXPERT)
		puts("\nNeeds gefs-sh -w and \"set expert on\".");
	else if (c->flags & SH_WRITES)
		puts("\nNeeds gefs-sh -w.");
}

/* Text for mandoc: backslashes and dashes as they are, and no line that begins with a control character. */
static void
roff_text(const char *s)
{
	bool start = true;

	for (; *s; s++) {
		if (start && (*s == '.' || *s == '\''))
			fputs("\\&", stdout);
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else
			putchar(*s);
		start = *s == '\n';
	}
}

/* In quotes, as one argument of a macro. */
static void
roff_quoted(const char *s)
{
	putchar('"');
	for (; *s; s++)
		printf(*s == '"' ? "\"\"" : *s == '-' ? "\\-" : *s == '\\' ? "\\e" : "%c", *s);
	putchar('"');
}

static void
roff_command(const struct sh_command *c)
{
	char text[160];

	usage_text(c, text);
	printf(".It Ic %s ", c->name);
	if (text[strlen(c->name)])
		roff_quoted(text + strlen(c->name) + 1);
	putchar('\n');
	roff_text(c->brief);
	puts(".");
	for (const struct sh_option *o = c->options; o && o->name; o++) {
		option_text(o, text);
		fputs(o == c->options ? ".Bl -tag -width Ds -compact\n.It " : ".It ", stdout);
		roff_quoted(text);
		putchar('\n');
		roff_text(o->help);
		putchar('\n');
	}
	if (c->options)
		puts(".El");
	if (c->help) {
		puts(".Bd -literal");
		roff_text(c->help);
		puts(".Ed");
	}
}

void
help_roff(void)
{
	const struct sh_command *c;
	int group = -1;

	for (size_t i = 0; (c = sh_command_at(i)); i++) {
		if ((int)sh_command_group(c) != group) {
			fputs(group >= 0 ? ".El\n" : "", stdout);
			group = (int)sh_command_group(c);
			printf(".Ss %s\n.Bl -tag -width Ds\n", titles[group]);
		}
		roff_command(c);
	}
	puts(".El");
}
