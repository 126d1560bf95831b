/* Arenas, free space, allocation logs. */
#include <string.h>

#include "view.h"

static void
tell_damage(const gefs_arena *a)
{
	if (a->error)
		damage_tell(a->error);
}

struct total {
	uint64_t used, size;
};

/* Older versions have one header for each arena, without a hash. */
static bool
two_headers(const struct view *d)
{
	return gefs_features(d->img) & GEFS_HAS_HEADER_HASHES;
}

static void
arena_json(const struct view *d, const gefs_arena *a)
{
	struct json j;

	json_begin(&j, stdout);
	json_uint(&j, "arena", a->index);
	json_uint(&j, "header", a->header);
	json_string(&j, "copy0", copy_state_name(a->copy[0]));
	if (two_headers(d))
		json_string(&j, "copy1", copy_state_name(a->copy[1]));
	json_bool(&j, "copies_equal", a->copies_equal);
	json_bool(&j, "header_ok", a->header_ok);
	if (a->header_ok) {
		json_uint(&j, "start", a->start);
		json_uint(&j, "size", a->size);
		json_uint(&j, "used", a->used);
		json_uint(&j, "used_stored", a->used_stored);
		json_uint(&j, "free", a->size - a->used);
		json_addr(&j, "log_head", a->log_head);
		json_bool(&j, "log_ok", a->log_ok);
		json_uint(&j, "log_blocks", a->log_blocks);
		json_uint(&j, "log_entries", a->log_entries);
		json_addr(&j, "barrier", a->barrier ? a->barrier_gen : GEFS_NIL);
	}
	json_string(&j, "error", a->error ? a->error->text : NULL);
	json_end(&j);
}

static void
arena_text(const struct view *d, const gefs_arena *a)
{
	char size[32], used[32];
	char barrier[24] = "none";

	printf("%5" PRIu32 "  0x%-12" PRIx64, a->index, a->header);
	if (!a->header_ok) {
		printf(two_headers(d) ? "  unusable: copies %s and %s\n" : "  unusable: %s\n", copy_state_name(a->copy[0]),
		       copy_state_name(a->copy[1]));
		return;
	}
	if (a->barrier)
		number_text(a->barrier_gen, barrier);
	printf("  0x%-10" PRIx64 "  %10s  %10s  %5.1f%%  %4" PRIu32 " %7" PRIu64 "  %7s", a->start, human_size(a->size, size),
	       human_size(a->used, used), 100.0 * (double)a->used / (double)a->size, a->log_blocks, a->log_entries,
	       barrier);
	if (a->copy[0] == GEFS_COPY_GOOD && (a->copy[1] == GEFS_COPY_GOOD || !two_headers(d)))
		fputs("  good", stdout);
	else
		printf("  %s, %s%s", copy_state_name(a->copy[0]), copy_state_name(a->copy[1]),
		       a->copies_equal ? " (equal)" : "");
	puts(a->log_ok ? "" : "; log damaged");
}

static void
total_json(const struct total *t)
{
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "type", "total");
	json_uint(&j, "used", t->used);
	json_uint(&j, "size", t->size);
	json_uint(&j, "free", t->size - t->used);
	json_end(&j);
}

int
view_arenas(struct view *d)
{
	struct total t = {0, 0};
	char used[32], size[32];

	if (!wants(d, OPT_JSON))
		puts("arena  header          start               size        used    full   log entries  barrier  headers");
	for (uint32_t i = 0; i < gefs_arena_count(d->img); i++) {
		const gefs_arena *a = gefs_arena_get(d->img, i);
		if (wants(d, OPT_JSON))
			arena_json(d, a);
		else
			arena_text(d, a);
		tell_damage(a);
		if (a->header_ok) {
			t.used += a->used;
			t.size += a->size;
		}
	}
	if (wants(d, OPT_JSON))
		total_json(&t);
	else
		printf("used %s of %s (%.1f%%)\n", human_size(t.used, used), human_size(t.size, size),
		       t.size ? 100.0 * (double)t.used / (double)t.size : 0.0);
	return EXIT_DONE;
}

/* Calls fn for the arena that was asked for, or for all. */
static int
each_arena(struct view *d, int (*fn)(struct view *, const gefs_arena *))
{
	uint64_t only = GEFS_NIL;
	int status = EXIT_DONE;

	if (d->arg[0] && (!parse_size(d->arg[0], &only) || only >= gefs_arena_count(d->img))) {
		complain("there is no arena \"%s\": the image has %" PRIu32 ", counted from 0", d->arg[0],
			 gefs_arena_count(d->img));
		return EXIT_USAGE;
	}
	for (uint32_t i = 0; status == EXIT_DONE && i < gefs_arena_count(d->img); i++)
		if (only == GEFS_NIL || only == i)
			status = fn(d, gefs_arena_get(d->img, i));
	return status;
}

static void
free_json(const gefs_arena *a)
{
	struct json j;

	json_begin(&j, stdout);
	json_uint(&j, "arena", a->index);
	json_uint(&j, "start", a->header); /* the server's console calls it so */
	json_uint(&j, "size", a->size);
	json_array(&j, "ranges");
	for (size_t i = 0; i < a->nfree; i++) {
		json_array(&j, NULL);
		json_uint(&j, NULL, a->free[i].off);
		json_uint(&j, NULL, a->free[i].len);
		json_array_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
}

static int
free_arena(struct view *d, const gefs_arena *a)
{
	char size[32];

	tell_damage(a);
	if (wants(d, OPT_JSON)) {
		free_json(a);
		return EXIT_DONE;
	}
	if (!a->header_ok) {
		printf("arena %" PRIu32 ": unknown, its header is unusable\n", a->index);
		return EXIT_DONE;
	}
	printf("arena %" PRIu32 ": %s free in %zu range%s\n", a->index, human_size(a->size - a->used, size), a->nfree,
	       a->nfree == 1 ? "" : "s");
	for (size_t i = 0; i < a->nfree; i++)
		printf("  0x%-12" PRIx64 " to 0x%-12" PRIx64 " %s\n", a->free[i].off, a->free[i].off + a->free[i].len,
		       human_size(a->free[i].len, size));
	return EXIT_DONE;
}

int
view_free(struct view *d)
{
	return each_arena(d, free_arena);
}

void
print_log_entry(const gefs_log_entry *le)
{
	printf("    %5" PRIu32 " %-6s", le->offset, le->name);
	if (le->op == GEFS_LOG_SYNC)
		printf("  generation %" PRIu64, le->addr);
	else if (le->op != GEFS_LOG_END)
		printf("  0x%" PRIx64, le->addr);
	if (le->len)
		printf(" +0x%" PRIx64, le->len);
	putchar('\n');
}

struct log_dump {
	struct view *d;
	uint32_t arena;
};

static void
log_entry_json(const struct log_dump *l, const gefs_log_entry *le)
{
	struct json j;

	json_begin(&j, stdout);
	json_uint(&j, "arena", l->arena);
	json_uint(&j, "block", le->block);
	if (le->op == GEFS_LOG_BLOCK) {
		json_string(&j, "op", "block");
		json_uint(&j, "logsz", le->len);
		json_addr(&j, "next", le->addr);
	} else {
		json_uint(&j, "offset", le->offset);
		json_string(&j, "op", le->name);
		if (le->op != GEFS_LOG_END)
			json_uint(&j, le->op == GEFS_LOG_SYNC ? "gen" : "addr", le->addr);
		if (le->len)
			json_uint(&j, "length", le->len);
	}
	json_end(&j);
}

static int
log_entry(void *arg, const gefs_log_entry *le)
{
	const struct log_dump *l = arg;
	char next[24];

	if (wants(l->d, OPT_JSON))
		log_entry_json(l, le);
	else if (le->op == GEFS_LOG_BLOCK)
		printf("  block 0x%" PRIx64 ": %" PRIu64 " bytes, next %s\n", le->block, le->len, addr_text(le->addr, next));
	else
		print_log_entry(le);
	return 0;
}

static int
log_arena(struct view *d, const gefs_arena *a)
{
	struct log_dump l = {d, a->index};
	gefs_error e;

	if (!wants(d, OPT_JSON))
		printf("arena %" PRIu32 "\n", a->index);
	if (gefs_log_walk(d->img, a->index, log_entry, &l, &e) < 0)
		return failed(&e);
	return EXIT_DONE;
}

int
view_log(struct view *d)
{
	return each_arena(d, log_arena);
}
