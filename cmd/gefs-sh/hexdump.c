/* hexdump */
#include <string.h>

#include "../views/view.h"
#include "around.h"

/* Bytes of contents as they come, made into lines. */
struct dump {
	uint64_t at;      /* of the line that is being filled */
	uint8_t line[16];
	size_t n;
	uint8_t last[16]; /* the line before it */
	bool any, starred;
};

static void
end_line(struct dump *d)
{
	if (d->any && d->n == 16 && memcmp(d->line, d->last, 16) == 0) {
		if (!d->starred)
			puts("*");
		d->starred = true;
	} else {
		hex_line(d->line, d->n, d->at);
		d->starred = false;
	}
	memcpy(d->last, d->line, 16);
	d->any = true;
	d->at += d->n;
	d->n = 0;
}

static int
dump_bytes(void *arg, const uint8_t *p, size_t n)
{
	struct dump *d = arg;

	while (n > 0) {
		size_t step = n < 16 - d->n ? n : 16 - d->n;
		memcpy(d->line + d->n, p, step);
		d->n += step;
		p += step;
		n -= step;
		if (d->n == 16)
			end_line(d);
	}
	return should_stop();
}

/* From the third line on all are the same, and none of them need be made. */
static int
dump_zeros(void *arg, uint64_t n)
{
	static const uint8_t zeros[128];
	struct dump *d = arg;

	if (n > sizeof zeros) {
		size_t some = 48 - d->n;
		dump_bytes(d, zeros, some);
		n -= some;
		d->at += n - n % 16;
		n %= 16;
	}
	return dump_bytes(d, zeros, (size_t)n);
}

struct range {
	uint64_t off, len;
};

static int
dump(struct shell *sh, const struct target *t, void *arg)
{
	const struct range *r = arg;
	struct pieces pieces = {t, r->off};
	struct dump d = {.at = r->off};
	struct contents_sink to = sh->json ? pieces_sink(&pieces) : (struct contents_sink){dump_bytes, dump_zeros, &d};

	int status = target_read(sh, t, r->off, r->len, &to);
	if (d.n)
		end_line(&d);
	if (d.any)
		printf("%08" PRIx64 "\n", d.at);
	return status;
}

int
around_hexdump(struct shell *sh, const struct call *c)
{
	struct range all = {0, UINT64_MAX};

	if (!sh_opt_number(c, "offset", &all.off) || !sh_opt_number(c, "length", &all.len))
		return EXIT_USAGE;
	return each_target(sh, c->arg, c->n, dump, &all);
}
