/* df */
#include "around.h"

struct space {
	uint64_t used, size;
};

static double
percent(const struct space *s)
{
	return s->size ? 100.0 * (double)s->used / (double)s->size : 0.0;
}

static void
space_json(const struct shell *sh, struct json *j, const struct space *s)
{
	uint32_t blksz = gefs_block_size(sh->img);

	json_uint(j, "used", s->used);
	json_uint(j, "free", s->size - s->used);
	json_uint(j, "size", s->size);
	json_uint(j, "used_blocks", s->used / blksz);
	json_uint(j, "free_blocks", (s->size - s->used) / blksz);
	json_uint(j, "size_blocks", s->size / blksz);
}

static void
arena_json(const struct shell *sh, const gefs_arena *a, const struct space *s)
{
	struct json j;

	json_begin(&j, stdout);
	json_uint(&j, "arena", a->index);
	json_bool(&j, "known", a->header_ok && a->log_ok);
	if (a->header_ok)
		space_json(sh, &j, s);
	json_end(&j);
}

static void
space_text(const struct shell *sh, const struct space *s)
{
	uint32_t blksz = gefs_block_size(sh->img);
	uint64_t free = s->size - s->used;
	char text[32];

	printf("%9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %14" PRIu64 " %14" PRIu64 " %11s %6.2f%%", s->size / blksz,
	       s->used / blksz, free / blksz, s->used, free, human_size(free, text), percent(s));
}

static void
arena_text(const struct shell *sh, const gefs_arena *a, const struct space *s)
{
	printf("%5" PRIu32 " ", a->index);
	if (!a->header_ok) {
		puts("unknown: its header is unusable");
		return;
	}
	space_text(sh, s);
	puts(a->log_ok ? "" : "  log damaged");
}

int
around_df(struct shell *sh, const struct call *c)
{
	struct space total = {0, 0};
	struct json j;

	(void)c;
	if (!sh->json)
		printf("arena %9s %9s %9s %14s %14s %11s %7s\n", "blocks", "used", "free", "bytes used", "bytes free", "", "used");
	for (uint32_t i = 0; i < gefs_arena_count(sh->img); i++) {
		const gefs_arena *a = gefs_arena_get(sh->img, i);
		struct space s = {a->used, a->size};
		if (sh->json)
			arena_json(sh, a, &s);
		else
			arena_text(sh, a, &s);
		if (a->error)
			damage_tell(a->error);
		total.used += a->header_ok ? s.used : 0;
		total.size += a->header_ok ? s.size : 0;
	}
	if (sh->json) {
		json_begin(&j, stdout);
		json_string(&j, "type", "total");
		space_json(sh, &j, &total);
		json_end(&j);
		return EXIT_DONE;
	}
	fputs("total ", stdout);
	space_text(sh, &total);
	putchar('\n');
	return EXIT_DONE;
}
