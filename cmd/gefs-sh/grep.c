/* grep */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "around.h"

enum { LINE = 64 << 10 }; /* longer lines are looked at in pieces */

struct grep {
	struct shell *sh;
	const struct target *target;
	regex_t re;
	bool names, counts, below;
	const uint8_t *path; /* of the file at hand */
	size_t path_len;
	uint64_t line, found; /* found: lines of the file */
	bool counted;         /* a piece of the line has matched already */
	bool middle;          /* this piece is not the line's first */
	size_t n;
	uint8_t *piece;
	gefs_error fatal;     /* ends the walk */
};

static void
begin_json(const struct grep *g, struct json *j)
{
	json_begin(j, stdout);
	json_bytes(j, "path", g->path, g->path_len);
}

static void
show_line(const struct grep *g)
{
	struct json j;

	if (g->sh->json) {
		begin_json(g, &j);
		json_uint(&j, "line", g->line);
		json_bytes(&j, "text", g->piece, g->n);
		json_end(&j);
		return;
	}
	print_typed(g->sh, g->target, g->path, g->path_len, false);
	printf(":%" PRIu64 ":", g->line);
	print_bytes(g->piece, g->n);
	putchar('\n');
}

/* A piece of a line, or all of it. */
static int
end_piece(struct grep *g, bool end)
{
	regmatch_t m = {.rm_so = 0, .rm_eo = (regoff_t)g->n};
	g->piece[g->n] = 0; /* not for regexec, but for whoever watches over it */
	int flags = REG_STARTEND | (g->middle ? REG_NOTBOL : 0) | (end ? 0 : REG_NOTEOL);

	if (!g->counted && regexec(&g->re, (const char *)g->piece, 1, &m, flags) == 0) {
		g->counted = true;
		g->found++;
		if (!g->names && !g->counts)
			show_line(g);
	}
	g->n = 0;
	g->middle = !end;
	if (end) {
		g->line++;
		g->counted = false;
	}
	return should_stop() || (g->names && g->found);
}

static int
grep_bytes(void *arg, const uint8_t *p, size_t n)
{
	struct grep *g = arg;
	int rc = 0;

	while (rc == 0 && n > 0) {
		const uint8_t *newline = memchr(p, '\n', n);
		size_t len = newline ? (size_t)(newline - p) : n, step = len < LINE - g->n ? len : LINE - g->n;
		memcpy(g->piece + g->n, p, step);
		g->n += step;
		if (newline && step == len) {
			rc = end_piece(g, true);
			step++;
		} else if (g->n == LINE) {
			rc = end_piece(g, false);
		}
		p += step;
		n -= step;
	}
	return rc;
}

/* In a long hole there is nothing to be found. */
static int
grep_zeros(void *arg, uint64_t n)
{
	static const uint8_t zeros[4096];
	struct grep *g = arg;

	if (n <= sizeof zeros)
		return grep_bytes(g, zeros, (size_t)n);
	return end_piece(g, false);
}

static void
show_file(const struct grep *g)
{
	struct json j;

	if (!(g->counts || (g->names && g->found)))
		return;
	if (g->sh->json) {
		begin_json(g, &j);
		if (g->counts)
			json_uint(&j, "matches", g->found);
		json_end(&j);
		return;
	}
	print_typed(g->sh, g->target, g->path, g->path_len, false);
	if (g->counts)
		printf(":%" PRIu64, g->found);
	putchar('\n');
}

static int
grep_file(void *arg, const gefs_file *f)
{
	struct grep *g = arg;
	struct contents_sink to = {grep_bytes, grep_zeros, g};

	if (should_stop())
		return 1;
	if (f->entry->is_dir)
		return 0;
	g->path = f->path;
	g->path_len = f->path_len;
	g->line = 1;
	g->found = 0;
	g->n = 0;
	g->middle = g->counted = false;
	int rc = contents_read(g->sh->img, &g->target->place.tree, f->entry, f->path, f->path_len, 0, UINT64_MAX, &to, NULL,
			       &g->fatal);
	if (rc == 0 && (g->n || g->middle))
		end_piece(g, true);
	if (rc >= 0)
		show_file(g);
	return rc < 0 ? -1 : 0;
}

static int
grep(struct shell *sh, const struct target *t, void *arg)
{
	struct grep *g = arg;
	gefs_error e;

	if (t->entry.is_dir && !g->below) {
		complain("%s: is a directory; -r looks below it", t->word);
		return EXIT_FAILED;
	}
	g->target = t;
	g->fatal.code = GEFS_OK;
	if (gefs_files_walk_from(sh->img, &t->place.tree, t->place.path, grep_file, damage_fn, g, &e) < 0)
		return failed(g->fatal.code != GEFS_OK ? &g->fatal : &e);
	return EXIT_DONE;
}

/* A text as an expression that matches it alone; free it. */
static char *
literal(const char *text)
{
	char *out = malloc(2 * strlen(text) + 1), *p = out;

	for (; out && *text; text++) {
		if (strchr("\\^$.[]|()*+?{}", *text))
			*p++ = '\\';
		*p++ = *text;
	}
	if (out)
		*p = 0;
	return out;
}

static int
compile(struct grep *g, const struct call *c)
{
	char *fixed = sh_opt(c, "fixed") ? literal(c->arg[0]) : NULL, why[200];
	int rc = regcomp(&g->re, fixed ? fixed : c->arg[0], REG_EXTENDED | (sh_opt(c, "ignore-case") ? REG_ICASE : 0));

	free(fixed);
	if (rc == 0)
		return -1;
	regerror(rc, &g->re, why, sizeof why);
	complain("\"%s\": %s", c->arg[0], why);
	return EXIT_USAGE;
}

int
around_grep(struct shell *sh, const struct call *c)
{
	struct grep g = {.sh = sh, .names = sh_opt(c, "names"), .counts = sh_opt(c, "count"), .below = sh_opt(c, "recursive")};
	int status = compile(&g, c);

	if (status >= 0)
		return status;
	g.piece = malloc(LINE + 1);
	if (g.piece) {
		status = each_target(sh, c->arg + 1, c->n - 1, grep, &g);
	} else {
		complain("out of memory");
		status = EXIT_FAILED;
	}
	free(g.piece);
	regfree(&g.re);
	return status;
}
