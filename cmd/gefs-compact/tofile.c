/* gefs-compact -o: a whole image laid out anew. */
#include <inttypes.h>
#include <string.h>

#include "../common/json.h"
#include "compact.h"
#include "sink.h"

static void
report_json(const struct settings *s, const gefs_image *img, const gefs_rewrite_result *r, const char *failure)
{
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "type", "rewrite");
	json_bytes(&j, "image", s->image, strlen(s->image));
	json_bytes(&j, "output", s->out, strlen(s->out));
	if (failure) {
		json_bytes(&j, "failure", failure, strlen(failure));
	} else {
		json_null(&j, "failure");
		json_string(&j, "format", gefs_version_name(img));
		json_uint(&j, "old_size", gefs_device_size(img));
		json_uint(&j, "size", r->size);
		json_uint(&j, "block_size", gefs_block_size(img));
		json_uint(&j, "nodes", r->nodes);
		json_uint(&j, "deadlists", r->deadlists);
		json_uint(&j, "data", r->data);
		json_uint(&j, "used", r->used);
		json_uint(&j, "snapshots", r->snapshots);
		json_uint(&j, "labels", r->labels);
	}
	json_end(&j);
}

/* The name of the output in messages for people. */
static const char *
out_name(const struct settings *s)
{
	return strcmp(s->out, "-") == 0 ? "standard output" : s->out;
}

static void
report_text(const struct settings *s, const gefs_image *img, const gefs_rewrite_result *r)
{
	FILE *out = strcmp(s->out, "-") == 0 ? stderr : stdout;
	char size[32], used[32];

	fprintf(out, "%s -> %s: %s, %s, %s used\n", s->image, out_name(s), gefs_version_name(img),
		human_size(r->size, size), human_size(r->used, used));
	fprintf(out, "%" PRIu64 " blocks of file data, %" PRIu64 " tree nodes, %" PRIu64 " of deadlists; %" PRIu64
		" snapshots, %" PRIu64 " labels\n", r->data, r->nodes, r->deadlists, r->snapshots, r->labels);
}

static struct progress *
progress_for(const struct settings *s)
{
	if (s->quiet || s->json)
		return s->progress ? progress_new(true) : NULL;
	return progress_new(s->progress);
}

/* Opens the output, fills it, finishes it. */
static bool
rewrite_image(const struct settings *s, gefs_image *img, gefs_rewrite_result *r, gefs_error *e)
{
	struct sink sink;
	struct progress *p = progress_for(s);
	gefs_rewrite_options o = {.size = s->size, .smallest = s->smallest, .labels = s->label, .nlabels = s->nlabels,
				  .progress = progress_or_stop, .progress_arg = p};
	bool done = sink_open(&sink, s->out, s->image);

	if (!done) {
		snprintf(e->text, sizeof e->text, "%s cannot be written", out_name(s));
	} else if (gefs_rewrite(img, &o, sink_write, &sink, r, e) != 0) {
		char text[4 * sizeof e->text]; /* names in it are the image's */
		done = false;
		if (!sink.failed)
			complain("%s: %s", s->image, printable(e->text, strlen(e->text), text, sizeof text));
	} else if (!sink_finish(&sink, r->size)) {
		done = false;
		snprintf(e->text, sizeof e->text, "%s could not be finished", out_name(s));
	}
	if (p)
		progress_end(p);
	sink_close(&sink);
	return done;
}

int
compact_to_file(const struct settings *s)
{
	gefs_error e = {0};
	gefs_rewrite_result r = {0};

	if (s->json && strcmp(s->out, "-") == 0) {
		complain("--json does not go with --output -: both use the standard output");
		return EXIT_USAGE;
	}
	gefs_image *img = gefs_open(s->image, &s->open, &e);
	if (!img)
		complain("%s", e.text);
	bool done = img && rewrite_image(s, img, &r, &e);
	if (s->json)
		report_json(s, img, &r, done ? NULL : e.text);
	else if (done && !s->quiet)
		report_text(s, img, &r);
	gefs_close(img);
	return done ? EXIT_DONE : EXIT_FAILED;
}
