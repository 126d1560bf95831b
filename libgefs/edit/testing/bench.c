#include "edit/testing/bench.h"

#include <stdio.h>
#include <stdlib.h>

static void
die(const char *what, const gefs_error *e)
{
	fprintf(stderr, "%s: %s\n", what, e->text);
	abort();
}

struct bench
bench_open(const char *image)
{
	struct bench b = {.scene = scene_open(image, 1)};
	gefs_error e;

	b.img = scene_image(b.scene.overlay);
	b.edit = gefs_edit_begin(b.img, &e);
	if (!b.edit)
		die(image, &e);
	return b;
}

void
bench_close(struct bench *b)
{
	gefs_edit_end(b->edit);
	gefs_close(b->img);
	scene_close(&b->scene);
}

void
bench_find(gefs_edit *ed, const char *where, gefs_field *f)
{
	gefs_error e;
	if (gefs_field_find(ed, where, f, &e) < 0)
		die(where, &e);
}

uint64_t
bench_get(gefs_edit *ed, const char *where)
{
	gefs_error e;
	gefs_field f;
	uint64_t v = 0;

	bench_find(ed, where, &f);
	if (gefs_field_number(ed, &f, &v, &e) < 0)
		die(where, &e);
	return v;
}

void
bench_set(gefs_edit *ed, const char *where, const char *value)
{
	static gefs_value v;
	gefs_error e;
	gefs_field f;

	bench_find(ed, where, &f);
	if (gefs_edit_value(ed, value, &v, &e) < 0 || gefs_edit_set(ed, &f, &v, &e) < 0)
		die(where, &e);
}

void
bench_rehash(gefs_edit *ed)
{
	gefs_error e;
	if (gefs_edit_rehash(ed, &e) < 0)
		die("rehash", &e);
}

bool
bench_sound(gefs_edit *ed)
{
	const gefs_check_options o = {.max_findings = 100};
	gefs_image *view = gefs_edit_view(ed, NULL, NULL);
	gefs_check *c = view ? gefs_check_run(view, &o, NULL) : NULL;
	bool sound = c && gefs_check_stats_get(c)->count[GEFS_ERROR] == 0;

	gefs_check_free(c);
	gefs_close(view);
	return sound;
}

uint64_t
bench_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}
