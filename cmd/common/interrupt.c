#include <signal.h>

#include "common.h"

static volatile sig_atomic_t caught;

static void
on_signal(int sig)
{
	(void)sig;
	caught = 1;
}

void
catch_interrupts(void)
{
	struct sigaction sa = {.sa_handler = on_signal};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

bool
interrupted(void)
{
	return caught;
}
