/* cat, head */
#include <string.h>

#include "around.h"

struct cat {
	bool by_line;
	uint64_t lines, bytes; /* of each file, at most */
	bool title;            /* several were asked for: head says which is which */
	unsigned done;
};

/* Lets so many lines through. */
struct lines {
	const struct contents_sink *to;
	uint64_t left;
};

static int
pass_lines(void *arg, const uint8_t *p, size_t n)
{
	struct lines *l = arg;
	const uint8_t *at = p, *end = p + n;

	while (l->left && (at = memchr(at, '\n', (size_t)(end - at)))) {
		at++;
		if (--l->left == 0)
			end = at;
	}
	int rc = l->to->bytes(l->to->arg, p, (size_t)(end - p));
	return rc ? rc : l->left == 0;
}

static int
pass_zeros(void *arg, uint64_t n)
{
	struct lines *l = arg;
	return l->to->zeros(l->to->arg, n);
}

static int
cat(struct shell *sh, const struct target *t, void *arg)
{
	struct cat *c = arg;
	struct pieces pieces = {t, 0};
	struct contents_sink to = sh->json ? pieces_sink(&pieces) : contents_stdout;
	struct lines lines = {&to, c->lines};
	struct contents_sink some = {pass_lines, pass_zeros, &lines};

	if (c->title && !sh->json && !t->entry.is_dir) {
		fputs(c->done++ ? "\n" : "", stdout);
		sh_color(sh, "head");
		fputs("==> ", stdout);
		print_typed(sh, t, (const uint8_t *)"", 0, false);
		fputs(" <==", stdout);
		sh_color(sh, NULL);
		putchar('\n');
	}
	return target_read(sh, t, 0, c->by_line && c->lines == 0 ? 0 : c->bytes, c->by_line ? &some : &to);
}

int
around_cat(struct shell *sh, const struct call *c)
{
	struct cat all = {.bytes = UINT64_MAX};
	return each_target(sh, c->arg, c->n, cat, &all);
}

int
around_head(struct shell *sh, const struct call *c)
{
	struct cat some = {.by_line = !sh_opt(c, "bytes"), .lines = 10, .bytes = UINT64_MAX, .title = c->n > 1};

	if (sh_opt(c, "lines") && sh_opt(c, "bytes")) {
		complain("-n and -c exclude each other");
		return EXIT_USAGE;
	}
	if (!sh_opt_number(c, "lines", &some.lines) || !sh_opt_number(c, "bytes", &some.bytes))
		return EXIT_USAGE;
	return each_target(sh, c->arg, c->n, cat, &some);
}
