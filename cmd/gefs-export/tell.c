#include <stdlib.h>
#include <string.h>

#include "../common/entry.h"
#include "export.h"

enum { SHOWN_MAX = 20 };

static void
list_json(const struct teller *t, const gefs_export_entry *n)
{
	struct json j;

	json_begin(&j, stdout);
	entry_json(&j, t->img, n->file);
	if (n->label[0])
		json_string(&j, "label", n->label);
	json_string(&j, "stored", n->path);
	json_string(&j, "link", n->link);
	json_uint(&j, "data", n->data);
	json_end(&j);
}

static void
list_text(const struct teller *t, const gefs_export_entry *n)
{
	if (!t->s->verbose) {
		print_bytes(n->path, strlen(n->path));
		puts(n->file->entry->is_dir ? "/" : "");
		return;
	}
	gefs_file shown = *n->file;
	shown.path = (const uint8_t *)n->path;
	shown.path_len = strlen(n->path);
	entry_text(t->img, &shown, NULL);
}

int
tell_entry(void *arg, const gefs_export_entry *n)
{
	struct teller *t = arg;

	if (t->s->list) {
		if (t->s->json)
			list_json(t, n);
		else
			list_text(t, n);
		return ferror(stdout);
	}
	if (t->s->verbose) {
		char *text = printable_new(n->path, strlen(n->path));
		fprintf(stderr, "%s%s\n", text ? text : "?", n->file->entry->is_dir ? "/" : "");
		free(text);
	}
	return 0;
}

int
tell_note(void *arg, const gefs_export_note *n)
{
	struct teller *t = arg;

	if (t->notes++ >= SHOWN_MAX && !t->s->verbose)
		return 0;
	char *path = printable_new(n->path, n->path_len), *why = printable_new(n->text, strlen(n->text));
	char *label = printable_new(n->label, strlen(n->label));
	complain("%s%s%s: %s%s", label && *label ? label : "", label && *label ? ":" : "", path ? path : "?",
		 n->kind == GEFS_EXPORT_OMITTED ? "left out: " : "", why ? why : "?");
	free(label);
	free(why);
	free(path);
	return 0;
}

int
tell_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct teller *t = arg;
	return progress_show(t->progress, what, done, total);
}

static void
summary_json(const gefs_export_stats *st)
{
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "type", "summary");
	json_uint(&j, "snapshots", st->snapshots);
	json_uint(&j, "dirs", st->dirs);
	json_uint(&j, "files", st->files);
	json_uint(&j, "links", st->links);
	json_uint(&j, "changed", st->changed);
	json_uint(&j, "omitted", st->omitted);
	json_uint(&j, "damaged", st->damaged);
	json_end(&j);
}

static void
line(FILE *out, uint64_t n, const char *one, const char *many)
{
	if (n)
		fprintf(out, ", %" PRIu64 " %s", n, n == 1 ? one : many);
}

void
tell_end(const struct teller *t, const gefs_export_stats *st, int status)
{
	char size[32];

	if (t->notes > SHOWN_MAX && !t->s->verbose)
		complain("and %" PRIu64 " more; -v shows all", t->notes - SHOWN_MAX);
	if (t->s->json)
		summary_json(st);
	if (t->s->quiet || t->s->list || status == EXIT_FAILED)
		return;
	fprintf(stderr, "%s: %" PRIu64 " files, %" PRIu64 " directories", t->s->image, st->files, st->dirs);
	line(stderr, st->links, "hard link", "hard links");
	fprintf(stderr, ", %s", human_size(st->bytes, size));
	line(stderr, st->changed, "name or time changed", "names or times changed");
	line(stderr, st->omitted, "LEFT OUT", "LEFT OUT");
	line(stderr, st->damaged, "DAMAGED", "DAMAGED");
	if (st->lost_bytes)
		fprintf(stderr, ": zeros for %s", human_size(st->lost_bytes, size));
	putc('\n', stderr);
}
