/* The settings of the shell. */
#include <string.h>

#include "change.h"

struct setting {
	const char *name;
	bool *on;
	bool inverse;
};

enum { SETTINGS = 4 };

static void
all_settings(struct shell *sh, struct setting out[SETTINGS])
{
	out[0] = (struct setting){"expert", &sh->expert, false};
	out[1] = (struct setting){"rehash", &sh->rehash, false};
	out[2] = (struct setting){"json", &sh->json, false};
	out[3] = (struct setting){"pager", &sh->no_pager, true};
}

static void
show_setting(const struct shell *sh, const struct setting *s)
{
	bool on = *s->on != s->inverse;
	struct json j;

	if (!sh->json) {
		printf("%s %s\n", s->name, on ? "on" : "off");
		return;
	}
	json_begin(&j, stdout);
	json_string(&j, "setting", s->name);
	json_bool(&j, "on", on);
	json_end(&j);
}

static int
change_setting(const struct shell *sh, const struct setting *s, const char *value)
{
	bool on = value && strcmp(value, "on") == 0;

	if (value && !on && strcmp(value, "off") != 0) {
		complain("%s is on or off, not \"%s\"", s->name, value);
		return EXIT_USAGE;
	}
	if (value)
		*s->on = on != s->inverse;
	else
		show_setting(sh, s);
	return EXIT_DONE;
}

int
settings(struct shell *sh, const struct call *c)
{
	struct setting s[SETTINGS];

	all_settings(sh, s);
	for (int i = 0; i < SETTINGS; i++) {
		if (c->n == 0)
			show_setting(sh, &s[i]);
		else if (strcmp(s[i].name, c->arg[0]) == 0)
			return change_setting(sh, &s[i], c->arg[1]);
	}
	return c->n ? -1 : EXIT_DONE;
}
