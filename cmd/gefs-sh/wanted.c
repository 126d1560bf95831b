#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "find.h"

static const int64_t second = 1000000000;

/* ---- from words ---- */

static int
wrong(const char *option, const char *word, const char *expected)
{
	complain("-%s: \"%s\" is %s", option, word, expected);
	return EXIT_USAGE;
}

static bool
parse_amount(const char *word, struct amount *a)
{
	bool sign = *word == '+' || *word == '-';

	a->sign = sign ? *word : '=';
	return parse_size(word + sign, &a->n);
}

/* UTC */
static bool
parse_time(const char *word, int64_t *ns)
{
	static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct tm tm = {.tm_mday = 1};
		const char *end = strptime(word, forms[i], &tm);
		if (!end || *end)
			continue;
		int day = tm.tm_mday;
		int64_t s = timegm(&tm); /* makes March of the 30th of February */
		return tm.tm_mday == day && !__builtin_mul_overflow(s, second, ns);
	}
	return false;
}

static bool
parse_number(const char *word, int32_t *id)
{
	char *end;

	errno = 0;
	long long n = strtoll(word, &end, 10);
	*id = (int32_t)n;
	return end != word && !*end && errno == 0 && n == *id;
}

/* A name of the users file, or a number. */
static bool
parse_owner(struct shell *sh, const char *word, int32_t *id)
{
	for (size_t i = 0; i < gefs_user_count(sh->img); i++) {
		const gefs_user *u = gefs_user_get(sh->img, i);
		if (strcmp(u->name, word) == 0) {
			*id = u->id;
			return true;
		}
	}
	return parse_number(word, id);
}

static int
parse_owners(struct shell *sh, const struct call *c, struct wanted *w)
{
	const char *user = sh_opt(c, "user"), *group = sh_opt(c, "group");

	w->has_user = user != NULL;
	w->has_group = group != NULL;
	if (user && !parse_owner(sh, user, &w->user))
		return wrong("user", user, "neither a user of this image nor a number");
	if (group && !parse_owner(sh, group, &w->group))
		return wrong("group", group, "neither a group of this image nor a number");
	return -1;
}

static int
parse_newer(struct shell *sh, const char *word, int64_t *ns)
{
	uint8_t storage[GEFS_KEY_MAX];
	struct place p;
	gefs_dirent e;
	int status = place_find(sh, word, &p, &e, storage);

	if (status < 0)
		*ns = e.mtime_ns;
	place_free(&p);
	return status == EXIT_DONE ? EXIT_DAMAGE : status; /* it could not be read: there is nothing to compare with */
}

static int
parse_times(struct shell *sh, const struct call *c, struct wanted *w)
{
	const char *days = sh_opt(c, "mtime"), *after = sh_opt(c, "after"), *before = sh_opt(c, "before");
	const char *newer = sh_opt(c, "newer"), *expected = "no time, like 2026-11-21 or \"2026-11-21 12:04:51\"";
	struct timespec now;

	w->has_newer = newer != NULL;
	w->has_after = after != NULL;
	w->has_before = before != NULL;
	if (days && !parse_amount(days, &w->days))
		return wrong("mtime", days, "no number of days, like 3, +3 or -3");
	if (after && !parse_time(after, &w->after))
		return wrong("after", after, expected);
	if (before && !parse_time(before, &w->before))
		return wrong("before", before, expected);
	clock_gettime(CLOCK_REALTIME, &now);
	w->now = (int64_t)now.tv_sec * second + now.tv_nsec;
	return newer ? parse_newer(sh, newer, &w->newer) : -1;
}

int
wanted_parse(struct shell *sh, const struct call *c, struct wanted *w)
{
	const char *type = sh_opt(c, "type"), *size = sh_opt(c, "size");
	int status;

	*w = (struct wanted){.name = sh_opt(c, "name"), .iname = sh_opt(c, "iname"), .path = sh_opt(c, "path"),
			     .has_qid = sh_opt(c, "qid") != NULL};
	if (type && strcmp(type, "f") != 0 && strcmp(type, "d") != 0)
		return wrong("type", type, "neither f (file) nor d (directory)");
	w->type = type ? *type : 0;
	if (size && !parse_amount(size, &w->size))
		return wrong("size", size, "no number of bytes, like 100, +4K or -1M");
	if (!sh_opt_number(c, "qid", &w->qid))
		return EXIT_USAGE;
	if ((status = parse_owners(sh, c, w)) >= 0)
		return status;
	return parse_times(sh, c, w);
}

/* ---- what fits ---- */

static bool
fits(const struct amount *a, uint64_t n)
{
	return !a->sign || (a->sign == '+' ? n > a->n : a->sign == '-' ? n < a->n : n == a->n);
}

/* Whole days since then; what is to come is no day old. */
static uint64_t
age(const struct wanted *w, int64_t ns)
{
	return ns >= w->now ? 0 : ((uint64_t)w->now - (uint64_t)ns) / (uint64_t)second / 86400;
}

static bool
named(const struct wanted *w, const gefs_file *f)
{
	const gefs_bytes n = f->entry->name;
	char name[GEFS_KEY_MAX + 1] = "/"; /* the root has no other */

	if (n.n && n.n < sizeof name) {
		memcpy(name, n.p, n.n);
		name[n.n] = 0;
	}
	if (w->name && fnmatch(w->name, name, 0) != 0)
		return false;
	if (w->iname && fnmatch(w->iname, name, FNM_CASEFOLD) != 0)
		return false;
	return !w->path || fnmatch(w->path, (const char *)f->path, 0) == 0;
}

static bool
timely(const struct wanted *w, int64_t ns)
{
	return !(w->has_newer && ns <= w->newer) && !(w->has_after && ns < w->after) && !(w->has_before && ns >= w->before) &&
	       (!w->days.sign || fits(&w->days, age(w, ns)));
}

bool
wanted_is(const struct wanted *w, const gefs_file *f)
{
	const gefs_dirent *e = f->entry;

	return (!w->type || (w->type == 'd') == e->is_dir) && fits(&w->size, e->length) && timely(w, e->mtime_ns) &&
	       !(w->has_user && e->uid != w->user) && !(w->has_group && e->gid != w->group) &&
	       !(w->has_qid && e->qpath != w->qid) && named(w, f);
}
