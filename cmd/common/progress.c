#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

struct progress {
	bool shown;        /* a line stands on the terminal */
	double start;      /* of this phase, seconds */
	double last;       /* when the line was written last */
	uint64_t first;    /* done when the phase began */
	char what[64];
};

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct progress *
progress_new(bool force)
{
	return force || isatty(STDERR_FILENO) ? calloc(1, sizeof(struct progress)) : NULL;
}

static void
show_line(struct progress *p, uint64_t done, uint64_t total, double seconds)
{
	uint64_t since = done > p->first ? done - p->first : 0;
	double rate = seconds > 0 ? (double)since / seconds : 0;
	char size[32], speed[32];

	fprintf(stderr, "\r\033[K%s: ", p->what);
	if (total)
		fprintf(stderr, "%3.0f%% of %s", done < total ? 100.0 * (double)done / (double)total : 100.0,
			human_size(total, size));
	else
		fputs(human_size(done, size), stderr);
	fprintf(stderr, ", %s/s", human_size((uint64_t)rate, speed));
	if (total > done && rate > 0) {
		double left = (double)(total - done) / rate;
		if (left < 360000)
			fprintf(stderr, ", %u:%02u left", (unsigned)left / 60, (unsigned)left % 60);
	}
	fflush(stderr);
}

int
progress_show(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct progress *p = arg;
	double t;

	if (!p)
		return 0;
	t = now();
	if (strncmp(p->what, what, sizeof p->what - 1) != 0) {
		snprintf(p->what, sizeof p->what, "%s", what);
		p->start = t;
		p->first = done;
	}
	/* Ten times a second is enough, and nothing is shown of what takes no time. */
	if (t - p->start < 0.3 || t - p->last < 0.1)
		return 0;
	p->last = t;
	p->shown = true;
	show_line(p, done, total, t - p->start);
	return 0;
}

void
progress_end(struct progress *p)
{
	if (p && p->shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	free(p);
}
