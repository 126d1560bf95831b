/* Short allocation logs, in place. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../common/json.h"
#include "../common/undoname.h"
#include "compact.h"

struct sums {
	uint32_t logs;
	uint64_t before, after; /* blocks of these logs */
	uint64_t free_before, free_after, reclaimed;
};

static struct sums
add_up(const gefs_compact_result *r)
{
	struct sums s = {0};

	for (uint32_t i = 0; i < r->narenas; i++) {
		const gefs_compact_arena *a = &r->arena[i];
		s.logs += a->changed;
		s.before += a->changed ? a->blocks_before : 0;
		s.after += a->changed ? a->blocks_after : 0;
		s.free_before += a->free_before;
		s.free_after += a->free_after;
		s.reclaimed += a->reclaimed;
	}
	return s;
}

/* ---- JSON ---- */

static void
json_flags(struct json *j, const char *key, const bool *flag, int n)
{
	json_array(j, key);
	for (int i = 0; i < n; i++)
		json_bool(j, NULL, flag[i]);
	json_array_end(j);
}

static int
copies(const gefs_image *img)
{
	return gefs_features(img) & GEFS_HAS_SUPERBLOCKS ? 2 : 1;
}

static void
json_arena(const gefs_image *img, const gefs_compact_arena *a)
{
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "type", "arena");
	json_uint(&j, "arena", a->arena);
	json_bool(&j, "changed", a->changed);
	json_bool(&j, "no_room", a->no_room);
	json_uint(&j, "blocks_before", a->blocks_before);
	json_uint(&j, "blocks_after", a->blocks_after);
	json_uint(&j, "entries_before", a->entries_before);
	json_uint(&j, "entries_after", a->entries_after);
	json_uint(&j, "free_before", a->free_before);
	json_uint(&j, "free_after", a->free_after);
	json_uint(&j, "reclaimed", a->reclaimed);
	json_flags(&j, "header_mended", a->header_mended, copies(img));
	json_end(&j);
}

static void
json_summary(const struct settings *s, const gefs_image *img, const gefs_compact_result *r, const char *undo,
	     const gefs_error *failure)
{
	struct sums sum = add_up(r);
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "type", "summary");
	json_bytes(&j, "image", s->image, strlen(s->image));
	json_string(&j, "format", img ? gefs_version_name(img) : NULL);
	if (failure)
		json_bytes(&j, "failure", failure->text, strlen(failure->text));
	json_bool(&j, "dry_run", s->dry_run);
	json_bool(&j, "changed", r->changed);
	json_uint(&j, "logs", sum.logs);
	json_uint(&j, "blocks_before", sum.before);
	json_uint(&j, "blocks_after", sum.after);
	json_int(&j, "won", (int64_t)(sum.free_after - sum.free_before));
	json_uint(&j, "reclaimed", sum.reclaimed);
	json_uint(&j, "written", r->written);
	json_flags(&j, "super_mended", r->super_mended, img ? copies(img) : 0);
	if (undo)
		json_bytes(&j, "undo", undo, strlen(undo));
	else
		json_null(&j, "undo");
	json_end(&j);
}

/* ---- text ---- */

/* Space won or lost, for people. */
static const char *
won(uint64_t before, uint64_t after, char buf[48])
{
	char size[32];

	if (after >= before)
		snprintf(buf, 48, "%s won", human_size(after - before, size));
	else
		snprintf(buf, 48, "%s more in use", human_size(before - after, size));
	return buf;
}

static void
text_arena(const struct settings *s, const gefs_image *img, const gefs_compact_arena *a)
{
	char space[48], leaked[32];

	if (a->changed) {
		printf("arena %" PRIu32 ": log of %" PRIu32 " -> %" PRIu32 " blocks, %" PRIu64 " -> %" PRIu64 " entries; %s",
		       a->arena, a->blocks_before, a->blocks_after, a->entries_before, a->entries_after,
		       won(a->free_before, a->free_after, space));
		if (a->reclaimed)
			printf(", %s of it leaked before", human_size(a->reclaimed, leaked));
		putchar('\n');
	} else if (s->verbose && !a->no_room) {
		printf("arena %" PRIu32 ": log of %" PRIu32 " blocks, %" PRIu64 " entries: left as it is\n", a->arena,
		       a->blocks_before, a->entries_before);
	}
	for (int i = 0; i < copies(img); i++)
		if (a->header_mended[i])
			printf("arena %" PRIu32 ": %s\n", a->arena,
			       copies(img) == 1 ? "header made to agree with the last one" :
			       i		? "second header copy made like the first one" :
						  "first header copy made like the second one");
}

static void
text_supers(const gefs_image *img, const gefs_compact_result *r)
{
	const gefs_super *sb;
	uint64_t addr;

	for (int i = 0; i < 2 && copies(img) == 2; i++)
		if (r->super_mended[i]) {
			gefs_super_copy(img, i, &sb, &addr);
			printf("superblock at 0x%" PRIx64 ": made like the one in use\n", addr);
		}
}

static void
text_summary(const struct settings *s, const gefs_compact_result *r, const char *undo)
{
	struct sums sum = add_up(r);
	char space[48];

	if (!r->changed) {
		printf("%s: nothing to do\n", s->image);
		return;
	}
	printf("%s: %s%" PRIu32 " log%s of %" PRIu64 " -> %" PRIu64 " blocks; %s\n", s->image,
	       s->dry_run ? "would write " : "", sum.logs, sum.logs == 1 ? "" : "s", sum.before, sum.after,
	       won(sum.free_before, sum.free_after, space));
	if (undo && s->open.offset)
		printf("To undo this: gefs-undo --offset %" PRIu64 " %s %s\n", s->open.offset, undo, s->image);
	else if (undo)
		printf("To undo this: gefs-undo %s %s\n", undo, s->image);
}

static void
report(const struct settings *s, const gefs_image *img, const gefs_compact_result *r, const char *undo)
{
	for (uint32_t i = 0; i < r->narenas; i++) {
		if (r->arena[i].no_room)
			complain("%s: arena %" PRIu32 " has no room for a new log: left as it is", s->image, i);
		if (s->json)
			json_arena(img, &r->arena[i]);
		else if (!s->quiet)
			text_arena(s, img, &r->arena[i]);
	}
	if (!s->json && !s->quiet) {
		text_supers(img, r);
		text_summary(s, r, undo);
	}
}

/* ---- doing it ---- */

static int
compact(const struct settings *s, gefs_image *img, const char *undo, gefs_error *e)
{
	static gefs_compact_result r;
	struct progress *p = s->progress || !(s->quiet || s->json) ? progress_new(s->progress) : NULL;
	gefs_compact_options o = {.arena = s->arena,
				  .reclaim = s->reclaim,
				  .dry_run = s->dry_run,
				  .undo = undo,
				  .progress = progress_or_stop,
				  .progress_arg = p};
	int rc = img ? gefs_compact(img, &o, &r, e) : -1;

	if (!r.changed || rc < 0)
		undo = NULL; /* there is none */
	if (p)
		progress_end(p);
	if (rc == 0)
		report(s, img, &r, undo);
	if (s->json)
		json_summary(s, img, &r, undo, rc < 0 ? e : NULL);
	return rc;
}

int
compact_in_place(const struct settings *s)
{
	gefs_options how = s->open;
	gefs_error e = {0};
	char *undo = NULL;

	how.write = !s->dry_run;
	if (how.write && !s->no_undo && !(undo = s->undo ? strdup(s->undo) : undo_name(s->image, false)))
		return EXIT_FAILED;
	gefs_image *img = gefs_open(s->image, &how, &e);
	json_inferred(img && gefs_features(img) & GEFS_HAS_INFERENCES);
	int rc = compact(s, img, undo, &e);
	if (rc < 0 && img)
		complain("%s: %s", s->image, e.text);
	else if (rc < 0)
		complain("%s", e.text);
	gefs_close(img);
	free(undo);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
