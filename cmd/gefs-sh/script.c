/* Commands that nobody types: -c, -f, standard input that is no terminal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/words.h"
#include "sh.h"

/* What messages begin with: the place in the script, and the command. */
static void
name_program(char buf[300], const char *name, unsigned line, const char *command)
{
	if (!sh_command_find(command))
		command = "";
	if (name)
		snprintf(buf, 300, "gefs-sh: %.150s:%u%s%.100s", name, line, *command ? ": " : "", command);
	else
		snprintf(buf, 300, "gefs-sh%s%.100s", *command ? ": " : "", command);
	program = buf;
}

struct script {
	struct shell *sh;
	const char *name; /* for messages; NULL: it needs none */
	unsigned line;    /* of what comes next */
	int worst;
	bool over;        /* something ended it */
};

/* The command at *at of text. A quote that is not closed ends the script: what follows is a text as likely as commands. */
static void
one_command(struct script *s, const char *text, size_t *at)
{
	char prefix[300];
	struct words w;
	int status = EXIT_DONE;

	if (words_split(text, *at, &w)) {
		name_program(prefix, s->name, s->line, w.n ? w.word[0] : "");
		if (w.n)
			status = sh_run(s->sh, w.word);
	} else {
		name_program(prefix, s->name, s->line, "");
		complain("%s", w.problem);
		status = EXIT_USAGE;
		s->over = w.quote != 0;
		w.next = *at + strcspn(text + *at, "\n");
	}
	for (; *at < w.next; ++*at)
		s->line += text[*at] == '\n';
	words_free(&w);
	program = "gefs-sh";
	if (status > s->worst)
		s->worst = status;
	s->over |= s->sh->leave || ferror(stdout) || interrupted() || (status != EXIT_DONE && !s->sh->keep_going);
}

static void
run_text(struct script *s, const char *text)
{
	for (size_t at = 0; text[at] && !s->over;)
		one_command(s, text, &at);
}

int
sh_script(struct shell *sh, const char *name, const char *text)
{
	struct script s = {.sh = sh, .name = name, .line = 1};

	run_text(&s, text);
	return s.worst;
}

/* No quote is open at the end, and no line is to go on. */
static bool
is_whole(const char *text)
{
	size_t n = strlen(text);
	struct words w;
	bool open = n > 1 && text[n - 1] == '\n' && text[n - 2] == '\\';

	for (size_t at = 0; text[at] && !open; at = w.next) {
		bool ok = words_split(text, at, &w);
		size_t next = ok ? w.next : n;
		open = !ok && w.quote;
		words_free(&w);
		w.next = next;
	}
	return !open;
}

/* Appends a line; false after a complaint. */
static bool
append(char **text, const char *line, const char *name)
{
	size_t n = *text ? strlen(*text) : 0;
	char *more = realloc(*text, n + strlen(line) + 1);

	if (!more) {
		complain("%s: out of memory", name);
		return false;
	}
	*text = more;
	strcpy(more + n, line);
	return true;
}

/* Runs commands as soon as their lines are there: whoever writes them may wait for answers. */
static void
run_file(struct script *s, FILE *f)
{
	char *line = NULL, *text = NULL;
	bool broken = false;
	size_t cap = 0;
	ssize_t n;

	while (!s->over && !broken && (n = getline(&line, &cap, f)) >= 0) {
		if (strlen(line) != (size_t)n) {
			complain("%s:%u: there is a NUL byte, so that it is no script", s->name, s->line);
			broken = true;
		} else if (!append(&text, line, s->name)) {
			broken = true;
		} else if (is_whole(text)) {
			run_text(s, text);
			*text = 0;
		}
	}
	if (!s->over && ferror(f) && !interrupted()) {
		complain("%s: cannot read: %s", s->name, strerror(errno));
		broken = true;
	}
	if (text && !broken)
		run_text(s, text); /* what is not whole says why */
	if (broken && s->worst < EXIT_FAILED)
		s->worst = EXIT_FAILED;
	free(line);
	free(text);
}

int
sh_script_file(struct shell *sh, const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	struct script s = {.sh = sh, .name = standard ? "standard input" : path, .line = 1};
	FILE *f = standard ? stdin : fopen(path, "re");

	if (!f) {
		complain("%s: cannot open: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	run_file(&s, f);
	if (!standard)
		fclose(f);
	return s.worst;
}
