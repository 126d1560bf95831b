#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../common/common.h"
#include "../common/json.h"

enum { NAMES_SHOWN = 5 };

static void
json_list(struct json *j, const char *key, const char *const *v, size_t n)
{
	json_array(j, key);
	for (size_t i = 0; i < n; i++)
		json_bytes(j, NULL, v[i], strlen(v[i]));
	json_array_end(j);
}

static void
json_finding(const char *path, const gefs_finding *f)
{
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "type", "finding");
	json_bytes(&j, "image", path, strlen(path));
	json_string(&j, "code", f->kind->name);
	json_uint(&j, "number", f->kind->number);
	json_string(&j, "severity", gefs_severity_name(f->kind->severity));
	json_bytes(&j, "text", f->text, strlen(f->text));
	json_addr(&j, "addr", f->addr);
	json_string(&j, "owner", f->owner);
	json_list(&j, "snapshots", f->snapshots, f->nsnapshots);
	json_list(&j, "paths", f->paths, f->npaths);
	json_bool(&j, "more_paths", f->more_paths);
	json_uint(&j, "repeats", f->repeats);
	json_end(&j);
}

static void
json_summary(const char *path, const gefs_image *img, const gefs_check_stats *s, const gefs_error *failure)
{
	static const gefs_check_stats none;
	struct json j;

	if (!s)
		s = &none;
	json_begin(&j, stdout);
	json_string(&j, "type", "summary");
	json_bytes(&j, "image", path, strlen(path));
	json_string(&j, "format", img ? gefs_version_name(img) : NULL);
	if (failure)
		json_bytes(&j, "failure", failure->text, strlen(failure->text));
	json_uint(&j, "errors", s->count[GEFS_ERROR]);
	json_uint(&j, "hazards", s->count[GEFS_HAZARD]);
	json_uint(&j, "warnings", s->count[GEFS_WARNING]);
	json_uint(&j, "notes", s->count[GEFS_NOTE]);
	json_uint(&j, "blocks", s->blocks);
	json_uint(&j, "bytes", s->bytes);
	json_uint(&j, "nodes", s->nodes);
	json_uint(&j, "data_blocks", s->data_blocks);
	json_uint(&j, "log_blocks", s->log_blocks);
	json_uint(&j, "deadlist_blocks", s->deadlist_blocks);
	json_uint(&j, "snapshots", s->snapshots);
	json_uint(&j, "files", s->files);
	json_uint(&j, "leaked_blocks", s->leaked_blocks);
	json_uint(&j, "leaked_bytes", s->leaked_bytes);
	json_uint(&j, "bytes_read", s->bytes_read);
	json_bool(&j, "data_checked", s->data_checked);
	json_bool(&j, "metadata_only", img && gefs_metadata_only(img));
	json_bool(&j, "all_snapshots", s->all_snapshots);
	json_bool(&j, "cancelled", s->cancelled);
	json_real(&j, "seconds", s->seconds);
	json_end(&j);
}

static void
text_names(const char *what, const char *const *v, size_t n, bool more, bool all)
{
	char name[4096];

	if (n == 0)
		return;
	printf("    %s:", what);
	for (size_t i = 0; i < n && (all || i < NAMES_SHOWN); i++)
		printf(" %s", printable(v[i], strlen(v[i]), name, sizeof name));
	if (!all && n > NAMES_SHOWN)
		printf(" and %zu more", n - NAMES_SHOWN);
	else if (more)
		printf(" and perhaps others");
	printf("\n");
}

static void
text_finding(const struct report_style *s, const gefs_finding *f)
{
	char text[4096];

	printf("%s: %s: %s\n", gefs_severity_name(f->kind->severity), f->kind->name,
	       printable(f->text, strlen(f->text), text, sizeof text));
	if (f->repeats)
		printf("    and %" PRIu32 " more like this\n", f->repeats);
	text_names("snapshots", f->snapshots, f->nsnapshots, false, s->verbose);
	text_names("paths", f->paths, f->npaths, f->more_paths, s->verbose);
	if (s->verbose && f->kind->explanation[0])
		printf("    %s\n", f->kind->explanation);
}

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void
text_summary(const struct report_style *s, const char *path, const gefs_image *img, const gefs_check_stats *st)
{
	char a[32], b[32];

	printf("%s: %s%s\n", path,
	       st->count[GEFS_ERROR] ? "DAMAGED" : st->count[GEFS_HAZARD] || st->count[GEFS_WARNING] ? "sound, but see above"
												     : "sound",
	       st->cancelled ? " (interrupted: not everything was checked)" : "");
	if (!(gefs_features(img) & GEFS_HAS_TREES))
		printf("  only logs and free space: no file trees can be read of %s\n", gefs_version_name(img));
	printf("  verified %" PRIu64 " blocks (%s), %" PRIu64 " snapshot%s, %" PRIu64 " file%s%s%s\n", st->blocks,
	       human_size(st->bytes, a), st->snapshots, plural(st->snapshots), st->files, plural(st->files),
	       st->data_checked	       ? ""
	       : gefs_metadata_only(img) ? "; file contents were left out when the image was packed"
					 : "; file contents were not read",
	       st->all_snapshots ? "" : "; only the chosen snapshots");
	printf("  %" PRIu64 " error%s, %" PRIu64 " hazard%s, %" PRIu64 " warning%s, %" PRIu64 " note%s%s\n",
	       st->count[GEFS_ERROR], plural(st->count[GEFS_ERROR]), st->count[GEFS_HAZARD], plural(st->count[GEFS_HAZARD]),
	       st->count[GEFS_WARNING], plural(st->count[GEFS_WARNING]), st->count[GEFS_NOTE], plural(st->count[GEFS_NOTE]),
	       st->count[GEFS_NOTE] && !s->verbose ? " (-v shows notes)" : "");
	if (st->leaked_blocks)
		printf("  leaked space: %s in %" PRIu64 " blocks\n", human_size(st->leaked_bytes, b), st->leaked_blocks);
	printf("  %.3f s\n", st->seconds);
}

static bool
shown(const struct report_style *s, const gefs_finding *f)
{
	if (s->quiet)
		return f->kind->severity == GEFS_ERROR;
	return s->verbose || f->kind->severity != GEFS_NOTE;
}

void
report(const struct report_style *s, const char *path, const gefs_image *img, const gefs_check *c)
{
	const gefs_check_stats *st = gefs_check_stats_get(c);
	uint64_t kept = 0;

	for (size_t i = 0; i < gefs_check_count(c); i++) {
		const gefs_finding *f = gefs_check_finding(c, i);
		kept += 1 + f->repeats;
		if (s->json)
			json_finding(path, f);
		else if (shown(s, f))
			text_finding(s, f);
	}
	if (s->json) {
		json_summary(path, img, st, NULL);
		return;
	}
	uint64_t all = st->count[0] + st->count[1] + st->count[2] + st->count[3];
	if (all > kept && !s->quiet)
		printf("and %" PRIu64 " more findings (see --max-findings)\n", all - kept);
	if (!s->quiet || st->count[GEFS_ERROR])
		text_summary(s, path, img, st);
}

void
report_failure(const char *path, const gefs_error *e)
{
	json_summary(path, NULL, NULL, e);
}

void
list_findings(const struct report_style *s)
{
	const gefs_finding_kind *k;

	for (size_t i = 0; (k = gefs_finding_kind_get(i)); i++) {
		if (!s->json) {
			printf("%3u %-8s %-24s %s\n", k->number, gefs_severity_name(k->severity), k->name, k->summary);
			if (s->verbose && k->explanation[0])
				printf("    %s\n", k->explanation);
			continue;
		}
		struct json j;
		json_begin(&j, stdout);
		json_string(&j, "type", "kind");
		json_uint(&j, "number", k->number);
		json_string(&j, "code", k->name);
		json_string(&j, "severity", gefs_severity_name(k->severity));
		json_string(&j, "invariants", k->invariant);
		json_string(&j, "summary", k->summary);
		json_string(&j, "explanation", k->explanation);
		json_end(&j);
	}
}
