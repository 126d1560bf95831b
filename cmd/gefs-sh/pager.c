/* What a command prints goes through a pipe to a thread here, which holds back a screenful: if there is more, it starts a
 * pager and hands it everything; if not, the screenful is shown as it is. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh.h"

enum { KEPT = 1 << 20 };

struct pager {
	struct shell *sh;     /* whose image the thread must not touch: a command may close it */
	uint32_t blksz;
	bool pages;           /* or only looks at what passes */
	int in;               /* what the command prints */
	int terminal, errors; /* what was standard output and standard error */
	bool with_errors;
	pthread_t thread;
	unsigned rows, columns;
	/* The thread's: */
	char *held;
	size_t n, cap;
	char last;              /* what was printed last, or 0 */
	unsigned lines, column; /* on the screen, as far as it was held back */
	pid_t child;
	bool started, failed; /* failed: it could not be run */
	int to;               /* the pager; -1: there is none */
	unsigned digits;      /* of the number being looked at, with 0x: where it stands in "0x..." */
	uint64_t number;
};

/* The screen is full once this is shown as well. */
static void
count(struct pager *p, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c == '\n' || (c < 0x80 ? 1u : c >= 0xc0) + p->column > p->columns) {
			p->lines++;
			p->column = 0;
		}
		if (c != '\n' && (c < 0x80 || c >= 0xc0))
			p->column++;
	}
}

static void
see(struct shell *sh, uint64_t addr)
{
	for (size_t i = 0; i < sh->nseen && i < SH_SEEN; i++)
		if (sh->seen[i] == addr)
			return;
	sh->seen[sh->nseen++ % SH_SEEN] = addr;
}

/* Finds 0x... in what passes, and notes those that are addresses of blocks. */
static void
look(struct pager *p, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *hex = "0123456789abcdef", *d = s[i] ? strchr(hex, s[i]) : NULL;
		if (p->digits >= 2 && d) {
			p->number = p->number << 4 | (uint64_t)(d - hex);
			p->digits++;
		} else {
			if (p->digits > 2 && p->number % p->blksz == 0)
				see(p->sh, p->number);
			p->digits = s[i] == '0' ? 1 : s[i] == 'x' && p->digits == 1 ? 2 : 0;
			p->number = 0;
		}
	}
}

static bool
hold(struct pager *p, const char *s, size_t n)
{
	if (p->cap - p->n < n) {
		size_t cap = p->n + n + 65536;
		char *held = realloc(p->held, cap);
		if (!held)
			return false;
		p->held = held;
		p->cap = cap;
	}
	memcpy(p->held + p->n, s, n);
	p->n += n;
	count(p, s, n);
	return true;
}

static bool
give(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, s, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		s += k;
		n -= (size_t)k;
	}
	return true;
}

/* In the child: the pager on the terminal. */
static void
become_pager(const struct pager *p, int in)
{
	const char *command = getenv("PAGER");
	sigset_t none;

	dup2(in, STDIN_FILENO);
	dup2(p->terminal, STDOUT_FILENO);
	dup2(p->errors, STDERR_FILENO);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL); /* the thread has all signals blocked */
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_IGN); /* an interrupt is for the command that prints */
	setenv("LESS", "FRX", 0); /* colours as they are, and nothing is left of it on short texts */
	execl("/bin/sh", "sh", "-c", command && *command ? command : "less", (char *)NULL);
	_exit(127);
}

static void
start_child(struct pager *p)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) < 0)
		return;
	p->child = fork();
	if (p->child == 0)
		become_pager(p, fd[0]);
	close(fd[0]);
	p->started = p->child > 0;
	if (p->started)
		p->to = fd[1];
	else
		close(fd[1]);
}

/* Waits for the pager. Did it fail to run, as sh says it of commands that are not there? Then there is to be none again. */
static bool
pager_failed(struct pager *p)
{
	int status = 0;

	if (p->to >= 0)
		close(p->to);
	p->to = -1;
	while (p->child > 0 && waitpid(p->child, &status, 0) < 0 && errno == EINTR)
		continue;
	p->failed = p->child > 0 && WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127);
	p->child = 0;
	return p->failed;
}

/* Where the rest goes: to the pager, or without one to the terminal. Of what goes to a pager the beginning is kept, longer
 * than a pipe is, until it is known to run. */
static bool
pass_on(struct pager *p, const char *s, size_t n, bool kept)
{
	if (p->to < 0)
		return give(p->terminal, s, n);
	if (!kept && p->n < KEPT)
		hold(p, s, n);
	return give(p->to, s, n) || (pager_failed(p) && give(p->terminal, p->held, p->n));
}

static void *
reader(void *arg)
{
	struct pager *p = arg;
	bool holding = p->pages;
	char buf[16384];
	ssize_t n;

	while ((n = read(p->in, buf, sizeof buf)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		look(p, buf, (size_t)n);
		p->last = buf[n - 1];
		if (holding && hold(p, buf, (size_t)n) && p->lines + (p->column > 0) <= p->rows)
			continue;
		if (holding) {
			holding = false;
			start_child(p);
			if (!pass_on(p, p->held, p->n, true))
				break;
		} else if (!pass_on(p, buf, (size_t)n, false)) {
			break;
		}
	}
	if (holding)
		give(p->terminal, p->held, p->n);
	close(p->in); /* whoever still prints, fails */
	return NULL;
}

static bool
redirect(struct pager *p, int out)
{
	fflush(stdout);
	p->terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	p->errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (p->terminal < 0 || p->errors < 0)
		return false;
	dup2(out, STDOUT_FILENO);
	if (p->with_errors)
		dup2(out, STDERR_FILENO);
	return true;
}

static void
restore(struct pager *p)
{
	fflush(stdout);
	if (p->terminal >= 0)
		dup2(p->terminal, STDOUT_FILENO);
	if (p->errors >= 0)
		dup2(p->errors, STDERR_FILENO);
}

/* Signals are for the main thread. */
static bool
start_thread(struct pager *p)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	bool ok = pthread_create(&p->thread, NULL, reader, p) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ok;
}

struct pager *
pager_start(struct shell *sh, bool with_errors)
{
	struct winsize size = {.ws_row = 0};
	int fd[2];

	if (!sh->interactive)
		return NULL;
	bool pages = !sh->no_pager && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1;
	struct pager *p = calloc(1, sizeof *p);
	if (!p || pipe2(fd, O_CLOEXEC) < 0) {
		free(p);
		return NULL;
	}
	*p = (struct pager){.sh = sh,
			    .blksz = gefs_block_size(sh->img),
			    .pages = pages,
			    .in = fd[0],
			    .with_errors = with_errors && isatty(STDERR_FILENO),
			    .terminal = -1,
			    .errors = -1,
			    .rows = size.ws_row - 1u,
			    .columns = size.ws_col ? size.ws_col : 80u,
			    .to = -1};
	bool ok = redirect(p, fd[1]) && start_thread(p);
	close(fd[1]);
	if (ok)
		return p;
	restore(p);
	close(fd[0]);
	free(p);
	return NULL;
}

void
pager_end(struct pager *p)
{
	if (!p)
		return;
	restore(p); /* that closes the pipe's end, so that the thread comes to its end */
	pthread_join(p->thread, NULL);
	if (p->child > 0 && pager_failed(p))
		give(p->terminal, p->held, p->n);
	p->sh->no_pager |= p->failed;
	if ((!p->started || p->failed) && p->last && p->last != '\n')
		give(p->terminal, "\n", 1); /* what comes next begins a line */
	close(p->terminal);
	close(p->errors);
	free(p->held);
	free(p);
}
