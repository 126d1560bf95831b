#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

const char *program = "gefs";

bool
finish_output(void)
{
	bool failed = ferror(stdout) != 0;
	struct pollfd pipe = {.fd = STDOUT_FILENO, .events = POLLOUT};
	/* The write that failed may be long past, and its errno with it: ask whether the reader is gone. */
	bool unread = poll(&pipe, 1, 0) == 1 && (pipe.revents & POLLERR);

	errno = 0;
	if (fclose(stdout) == 0 && !failed)
		return true;
	if (errno != EPIPE && !unread)
		fprintf(stderr, "%s: cannot write the output: %s\n", program,
			errno ? strerror(errno) : "an earlier write failed");
	return false;
}

void
widen_output(void)
{
#ifdef F_SETPIPE_SZ
	fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 1 << 20); /* what Linux allows to everybody */
#endif
}

int
print_version(void)
{
	char names[128];

	printf("%s %s (gefs-tools), reads %s\n", program, GEFS_VERSION, gefs_format_names(names, sizeof names));
	return finish_output() ? EXIT_DONE : EXIT_FAILED;
}

const char *
human_size(uint64_t bytes, char buf[32])
{
	static const char unit[] = "KMGTPE";
	double x = (double)bytes;
	int u = -1;

	for (; x >= 1023.95 && unit[u + 1]; u++)
		x /= 1024;
	if (u < 0)
		snprintf(buf, 32, "%u B", (unsigned)bytes);
	else
		snprintf(buf, 32, "%.1f %ciB", x, unit[u]);
	return buf;
}

/* C1 controls, and what reorders or breaks lines: a name must not be able to rewrite the screen. */
static bool
harmless(uint32_t r)
{
	if (r < 0x20 || (r >= 0x7f && r < 0xa0))
		return false;
	return !(r >= 0x200b && r <= 0x200f) && !(r >= 0x2028 && r <= 0x202e) && !(r >= 0x2066 && r <= 0x2069) &&
	       r != 0xfeff;
}

/* Escapes what is not harmless; with backslashes also those, so that no escape can be a name's own. */
static char *
escape(const void *p, size_t n, bool backslashes, char *buf, size_t size)
{
	const uint8_t *s = p;
	size_t at = 0, out = 0;
	uint32_t rune = 0;

	if (size == 0)
		return buf;
	while (at < n) {
		size_t len = gefs_utf8_next(s + at, n - at, &rune);
		bool backslash = len && rune == '\\' && backslashes;
		bool ok = len && harmless(rune) && !backslash;
		size_t step = len ? len : 1;
		size_t need = ok ? len : backslash ? 2 : 4 * step;
		if (out + need + 1 > size)
			break;
		if (ok) {
			memcpy(buf + out, s + at, len);
		} else if (need == 2) {
			memcpy(buf + out, "\\\\", 2);
		} else {
			for (size_t i = 0; i < step; i++)
				snprintf(buf + out + 4 * i, 5, "\\x%02x", s[at + i]);
		}
		out += need;
		at += step;
	}
	buf[out] = 0;
	return buf;
}

void
complain(const char *fmt, ...)
{
	char *text = NULL, *shown;
	va_list ap;
	int n;

	/* What was said so far comes first, also when both streams go to one file. */
	fflush(stdout);
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	/* Words of the user and names of an image are in it: they must not be able to rewrite the screen. */
	shown = n >= 0 ? malloc(4 * (size_t)n + 1) : NULL;
	if (shown)
		escape(text, (size_t)n, false, shown, 4 * (size_t)n + 1);
	fprintf(stderr, "%s: %s\n", program, shown ? shown : "out of memory");
	free(shown);
	if (n >= 0)
		free(text);
}

char *
printable(const void *p, size_t n, char *buf, size_t size)
{
	return escape(p, n, true, buf, size);
}

bool
is_printable(const char *text)
{
	uint32_t rune;

	for (size_t n = strlen(text), len; n > 0; text += len, n -= len) {
		len = gefs_utf8_next((const uint8_t *)text, n, &rune);
		if (len == 0 || !harmless(rune))
			return false;
	}
	return true;
}

char *
printable_new(const void *p, size_t n)
{
	char *buf = malloc(4 * n + 1);
	return buf ? printable(p, n, buf, 4 * n + 1) : NULL;
}

void
print_bytes(const void *p, size_t n)
{
	char *text = printable_new(p, n);
	fputs(text ? text : "?", stdout);
	free(text);
}

void
print_time(int64_t ns)
{
	time_t s = (time_t)(ns / 1000000000 - (ns % 1000000000 < 0));
	struct tm tm;
	char text[40];

	if (gmtime_r(&s, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm))
		fputs(text, stdout);
	else
		printf("%" PRId64, ns);
}
