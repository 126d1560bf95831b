#include <signal.h>
#include <stddef.h>

#include "common.h"

static volatile sig_atomic_t caught;
static gefs_image *volatile told; /* image that is to know */

void
interrupt_note(int sig)
{
	(void)sig;
	caught = 1;
	if (told)
		gefs_interrupt(told, true);
}

void
catch_interrupts(void)
{
	struct sigaction sa = {.sa_handler = interrupt_note};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

void
interrupts_forget(void)
{
	caught = 0;
	if (told)
		gefs_interrupt(told, false);
}

void
interrupt_image(gefs_image *img)
{
	told = img;
}

bool
interrupted(void)
{
	return caught;
}

int
progress_or_stop(void *progress, const char *what, uint64_t done, uint64_t total)
{
	return caught ? 1 : progress_show(progress, what, done, total);
}
