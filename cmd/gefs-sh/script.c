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
	if (name)
		snprintf(buf, 300, "gefs-sh: %.150s:%u%s%.100s", name, line, *command ? ": " : "", command);
	else
		snprintf(buf, 300, "gefs-sh%s%.100s", *command ? ": " : "", command);
	program = buf;
}

static int
one_command(struct shell *sh, const char *name, unsigned line, const char *text, size_t *at)
{
	char prefix[300];
	struct words w;
	int status = EXIT_DONE;

	if (words_split(text, *at, &w)) {
		name_program(prefix, name, line, w.n ? w.word[0] : "");
		if (w.n)
			status = sh_run(sh, w.word);
	} else {
		name_program(prefix, name, line, "");
		complain("%s", w.problem);
		status = EXIT_USAGE;
		w.next = *at + strcspn(text + *at, "\n");
	}
	*at = w.next;
	words_free(&w);
	program = "gefs-sh";
	return status;
}

int
sh_script(struct shell *sh, const char *name, const char *text)
{
	int worst = EXIT_DONE;
	unsigned line = 1;

	for (size_t at = 0; text[at] && !sh->leave;) {
		size_t from = at;
		int status = one_command(sh, name, line, text, &at);
		if (status > worst)
			worst = status;
		if (ferror(stdout) || interrupted() || (status != EXIT_DONE && !sh->keep_going))
			break;
		for (; from < at; from++)
			line += text[from] == '\n';
	}
	return worst;
}

/* All of it; NULL after a complaint. */
static char *
read_all(FILE *f, const char *path)
{
	size_t n = 0, cap = 4096, got;
	char *text = malloc(cap);

	while (text && (got = fread(text + n, 1, cap - n - 1, f)) > 0) {
		n += got;
		if (cap - n - 1 > 0)
			continue;
		char *more = realloc(text, cap *= 2);
		if (!more)
			free(text);
		text = more;
	}
	if (!text || ferror(f)) {
		complain("%s: cannot read: %s", path, strerror(text ? errno : ENOMEM));
		free(text);
		return NULL;
	}
	text[n] = 0;
	if (strlen(text) == n)
		return text;
	complain("%s: there is a NUL byte in it, so that it is no script", path);
	free(text);
	return NULL;
}

int
sh_script_file(struct shell *sh, const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	const char *name = standard ? "standard input" : path;
	FILE *f = standard ? stdin : fopen(path, "re");

	if (!f) {
		complain("%s: cannot open: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	char *text = read_all(f, name);
	if (!standard)
		fclose(f);
	int status = text ? sh_script(sh, name, text) : EXIT_FAILED;
	free(text);
	return status;
}
