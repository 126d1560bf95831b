/* stat */
#include <string.h>

#include "../views/view.h"
#include "around.h"

struct stat {
	bool extents; /* list them */
	struct shell *sh;
	const struct target *target;
	struct json j;
};

static void
time_line(const char *what, int64_t ns)
{
	printf("  %-10s", what);
	print_time(ns);
	printf(".%09d\n", (int)((ns % 1000000000 + 1000000000) % 1000000000));
}

static void
owner_line(const char *what, const char *name, int32_t number)
{
	printf("  %-10s", what);
	print_bytes(name, strlen(name));
	printf(" (%" PRId32 ")\n", number);
}

static void
show_text(const struct stat *s, const struct layout *l)
{
	const gefs_dirent *e = &s->target->entry;
	gefs_image *img = s->sh->img;
	char mode[12], parent[24];

	entry_mode(e->mode, mode);
	print_typed(s->sh, s->target, (const uint8_t *)"", 0, e->is_dir);
	printf("\n  type      %s\n", e->is_dir ? "directory" : "file");
	printf("  qid       path %" PRIu64 ", version %" PRIu32 ", type 0x%02x\n", e->qpath, e->qvers, e->qtype);
	printf("  parent    qid path %s\n", number_text(e->parent, parent));
	printf("  mode      %" PRIo32 " %s\n", e->mode, mode);
	owner_line("owner", gefs_user_name(img, e->uid), e->uid);
	owner_line("group", gefs_group_name(img, e->gid), e->gid);
	owner_line("modifier", gefs_user_name(img, e->muid), e->muid);
	time_line("modified", e->mtime_ns);
	time_line("accessed", e->atime_ns);
	printf("  length    %" PRIu64 "\n", e->length);
	if (!e->is_dir)
		printf("  contents  %" PRIu64 " bytes in %" PRIu64 " block%s, %" PRIu64 " extent%s, %" PRIu64 " hole%s\n",
		       l->allocated, l->blocks, plural(l->blocks), l->extents, plural(l->extents), l->holes, plural(l->holes));
}

static void
show_json(struct stat *s, const struct layout *l)
{
	const gefs_dirent *e = &s->target->entry;
	const uint8_t *path = (const uint8_t *)s->target->place.path;
	struct json *j = &s->j;

	json_begin(j, stdout);
	entry_json(j, s->sh->img, &(gefs_file){e, path, strlen((const char *)path), 0});
	json_addr(j, "parent", e->parent);
	json_uint(j, "blocks", l->blocks);
	json_uint(j, "allocated", l->allocated);
	json_uint(j, "holes", l->holes);
	json_uint(j, "extent_count", l->extents);
}

static void
show_extent(void *arg, const struct extent *x)
{
	struct stat *s = arg;
	char birth[24];

	if (!s->sh->json) {
		printf("    offset %" PRIu64 ", length %" PRIu64 ", at 0x%" PRIx64 ", of generation %s\n", x->offset, x->len,
		       x->addr, number_text(x->birth, birth));
		return;
	}
	json_object(&s->j, NULL);
	json_uint(&s->j, "offset", x->offset);
	json_uint(&s->j, "length", x->len);
	json_uint(&s->j, "addr", x->addr);
	json_addr(&s->j, "birth", x->birth);
	json_object_end(&s->j);
}

static int
layout(struct stat *s, struct layout *l, extent_fn fn)
{
	const struct target *t = s->target;
	gefs_error e;

	if (layout_of(s->sh, &t->place.tree, &t->entry, (const uint8_t *)t->place.path, strlen(t->place.path), l, fn, s, &e) < 0)
		return failed(&e);
	return EXIT_DONE;
}

static int
stat_one(struct shell *sh, const struct target *t, void *arg)
{
	struct stat *s = arg;
	struct layout l;

	s->target = t;
	int status = layout(s, &l, NULL), again = EXIT_DONE;
	if (sh->json)
		show_json(s, &l);
	else
		show_text(s, &l);
	if (s->extents) {
		if (sh->json)
			json_array(&s->j, "extents");
		again = layout(s, &l, show_extent);
		if (sh->json)
			json_array_end(&s->j);
	}
	if (sh->json)
		json_end(&s->j);
	return status != EXIT_DONE ? status : again;
}

int
around_stat(struct shell *sh, const struct call *c)
{
	struct stat s = {.extents = sh_opt(c, "extents"), .sh = sh};
	return each_target(sh, c->arg, c->n, stat_one, &s);
}
