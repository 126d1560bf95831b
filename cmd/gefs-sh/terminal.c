/* Commands from a person: prompt, line editing, history. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "../common/words.h"
#include "sh.h"

enum { HISTORY = 2000, PROMPT = 1200 };

/* ---- history ---- */

/* The folder for what programs keep between sessions; NULL when there is no home. Free it. */
static char *
state_folder(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *folder = NULL;

	if (state && *state == '/')
		return asprintf(&folder, "%s/gefs-tools", state) < 0 ? NULL : folder;
	if (!home || *home != '/')
		return NULL;
	return asprintf(&folder, "%s/.local/state/gefs-tools", home) < 0 ? NULL : folder;
}

/* The folder and those above it. */
static void
make_folders(char *path)
{
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(path, 0700);
		*p = '/';
	}
	mkdir(path, 0700);
}

static char *
history_file(void)
{
	char *folder = state_folder(), *path = NULL;

	if (!folder)
		return NULL;
	make_folders(folder);
	if (asprintf(&path, "%s/sh_history", folder) < 0)
		path = NULL;
	free(folder);
	return path;
}

/* What earlier sessions have left; false if nothing can be kept, which is told. */
static bool
recall(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); /* readline does not make it */

	if (fd < 0) {
		complain("%s: cannot keep the history: %s", file, strerror(errno));
		return false;
	}
	close(fd);
	history_truncate_file(file, HISTORY);
	read_history(file);
	return true;
}

/* A line once, however often it is repeated; lines that begin with a blank are nobody's business. It goes to the file at
 * once: other sessions write there too, and a terminal may be closed at any time. */
static void
remember(const char *line, const char *file)
{
	HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;

	if (!*line || *line == ' ' || (last && strcmp(last->line, line) == 0))
		return;
	add_history(line);
	if (file)
		append_history(1, file);
}

/* ---- the prompt ---- */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* "disk.img main:/usr> "; what takes no room on the screen is between \1 and \2. */
static void
make_prompt(const struct shell *sh, char buf[PROMPT])
{
	const char *on = sh->color ? "\001\033[1;34m\002" : "", *off = sh->color ? "\001\033[m\002" : "";
	char image[200], label[300], dir[500];

	printable(base_name(sh->image), strlen(base_name(sh->image)), image, sizeof image);
	if (!sh->label) {
		snprintf(buf, PROMPT, "%s> ", image);
		return;
	}
	printable(sh->label, strlen(sh->label), label, sizeof label);
	printable(sh->dir, strlen(sh->dir), dir, sizeof dir);
	snprintf(buf, PROMPT, "%s %s%s:%s%s> ", image, on, label, dir, off);
}

/* ---- the loop ---- */

static sigjmp_buf new_line;
static volatile sig_atomic_t typing;

/* An interrupt while a line is typed gives up the line. Readline takes the signal first, and sends it on when it can be
 * left; before that it is only noted, as while a command runs. */
static void
on_interrupt(int sig)
{
	interrupt_note(sig);
	if (typing && RL_ISSTATE(RL_STATE_SIGHANDLER))
		siglongjmp(new_line, 1);
}

/* NULL at the end of input. */
static char *
read_line(const struct shell *sh)
{
	char prompt[PROMPT];

	if (sigsetjmp(new_line, 1)) {
		rl_free_line_state();
		RL_UNSETSTATE(RL_STATE_SIGHANDLER | RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_MOREINPUT | RL_STATE_COMPLETING);
		putchar('\n');
	}
	interrupts_forget();
	make_prompt(sh, prompt);
	typing = 1;
	char *line = readline(prompt);
	typing = 0;
	return line;
}

static void
run_line(struct shell *sh, const char *line)
{
	struct words w;

	for (size_t at = 0; line[at] && !sh->leave; at = w.next) {
		program = "gefs-sh";
		if (!words_split(line, at, &w)) {
			complain("%s", w.problem);
			words_free(&w);
			return;
		}
		if (w.n > 0) {
			program = sh_command_find(w.word[0]) ? w.word[0] : "gefs-sh";
			sh_run(sh, w.word);
		}
		size_t next = w.next;
		program = "gefs-sh"; /* before the word goes that it may be */
		words_free(&w);
		w.next = next;
		if (interrupted())
			return;
	}
}

static void
set_up_readline(struct shell *sh)
{
	rl_readline_name = "gefs-sh"; /* for $if in ~/.inputrc */
	rl_catch_signals = 1;
	rl_catch_sigwinch = 1;
	sh_complete_start(sh);
	using_history();
	stifle_history(HISTORY);
}

int
sh_terminal(struct shell *sh)
{
	const struct sigaction interrupt = {.sa_handler = on_interrupt};
	char *path = history_file(), *line;

	sigaction(SIGINT, &interrupt, NULL);
	signal(SIGTERM, SIG_DFL); /* nothing is half done between two commands */
	set_up_readline(sh);
	const char *file = path && recall(path) ? path : NULL;
	while (!sh->leave && (line = read_line(sh))) {
		remember(line, file);
		run_line(sh, line);
		free(line);
	}
	if (!sh->leave)
		putchar('\n'); /* the end of input leaves the cursor behind the prompt */
	free(path);
	program = "gefs-sh";
	shell_forgets(sh);
	return EXIT_DONE;
}
