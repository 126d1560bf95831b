#include "damage.h"

#include <inttypes.h>
#include <string.h>

#include "common.h"

enum { SHOWN_MAX = 20, SEEN = 4096 };

/* Hashes of what was said; open addressing, and when it is full nothing is recognised any more. */
static uint64_t seen[SEEN];
static unsigned nseen;
static uint64_t told;

static uint64_t
fnv(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
	return h | 1;
}

static bool
said_before(const char *text)
{
	uint64_t h = fnv(text);
	unsigned i = (unsigned)(h >> 32) % SEEN;

	for (; seen[i]; i = (i + 1) % SEEN)
		if (seen[i] == h)
			return true;
	if (nseen < SEEN / 2) {
		seen[i] = h;
		nseen++;
	}
	return false;
}

void
damage_tell(const gefs_error *e)
{
	char text[4 * sizeof e->text];

	if (said_before(e->text))
		return;
	if (told++ < SHOWN_MAX)
		complain("%s", printable(e->text, strlen(e->text), text, sizeof text));
}

int
damage_fn(void *arg, const gefs_error *e)
{
	(void)arg;
	damage_tell(e);
	return 0;
}

int
damage_ignore(void *arg, const gefs_error *e)
{
	(void)arg;
	(void)e;
	return 0;
}

void
damage_end(void)
{
	if (told > SHOWN_MAX)
		complain("and %" PRIu64 " more", told - SHOWN_MAX);
}

bool
damage_met(void)
{
	return told > 0;
}

void
damage_forget(void)
{
	memset(seen, 0, sizeof seen);
	nseen = 0;
	told = 0;
}

void
complain_error(const gefs_error *e)
{
	char text[4 * sizeof e->text];

	complain("%s", printable(e->text, strlen(e->text), text, sizeof text));
}

int
failed(const gefs_error *e)
{
	if (e->code == GEFS_EDAMAGE || e->code == GEFS_EIO || e->code == GEFS_ELEFTOUT) {
		damage_tell(e);
		return EXIT_DONE;
	}
	if (e->code != GEFS_ECANCEL || !interrupted()) /* which is said in the end */
		complain_error(e);
	return EXIT_FAILED;
}
