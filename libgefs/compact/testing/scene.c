#include "compact/testing/scene.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/metro.h"
#include "compact/testing/split.h"
#include "txn/revert.h"

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	abort();
}

static uint8_t *
map_file(const char *name, uint64_t *size)
{
	const char *dir = getenv("GEFS_TEST_CACHE");
	char path[512];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s.img", dir ? dir : "build/testimg", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		die(path, "cannot be opened");
	*size = (uint64_t)st.st_size;
	uint8_t *p = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		die(path, "cannot be mapped");
	close(fd);
	return p;
}

struct scene
scene_open(const char *name, uint32_t arenas)
{
	struct scene s = {0};
	uint8_t *p = map_file(name, &s.size);

	if (arenas > 1)
		split_arenas(p, s.size, arenas);
	s.base = p;
	s.overlay = overlay_new(s.base, s.size);
	s.before = scene_facts(s.overlay);
	snprintf(s.undo, sizeof s.undo, "/tmp/gefs-scene-%ld.undo", (long)getpid());
	unlink(s.undo);
	return s;
}

void
scene_close(struct scene *s)
{
	overlay_free(s->overlay);
	munmap((void *)(uintptr_t)s->base, s->size);
	unlink(s->undo);
}

static gefs_image *
open_disk(struct disk *d, gefs_error *e)
{
	const gefs_options o = {.super = -1, .jobs = 1};
	return image_open_disk(d, &o, "test image", e);
}

gefs_image *
scene_image(struct disk *d)
{
	gefs_error e;
	gefs_image *img = open_disk(d, &e);

	if (!img)
		die("test image", e.text);
	return img;
}

/* ---- facts ---- */

static void
mix(uint64_t *digest, const void *p, size_t n)
{
	*digest = gefs_metro64(p, n, *digest);
}

struct reading {
	gefs_image *img;
	const gefs_tree *tree;
	uint64_t digest;
};

static int
on_extent(void *arg, const gefs_extent *x)
{
	struct reading *r = arg;

	mix(&r->digest, &x->offset, sizeof x->offset);
	if (x->data)
		mix(&r->digest, x->data, (size_t)x->len);
	return 0;
}

static int
on_file(void *arg, const gefs_file *f)
{
	struct reading *r = arg;
	const gefs_dirent *d = f->entry;
	const uint64_t fields[] = {d->qpath, d->qvers, d->mode, (uint64_t)d->atime_ns, (uint64_t)d->mtime_ns, d->length,
				   (uint64_t)d->uid, (uint64_t)d->gid, (uint64_t)d->muid};

	mix(&r->digest, f->path, f->path_len);
	mix(&r->digest, fields, sizeof fields);
	if (!d->is_dir && gefs_file_read(r->img, r->tree, d, 0, UINT64_MAX, on_extent, r, NULL) < 0)
		r->digest++;
	return 0;
}

static uint64_t
digest_files(gefs_image *img)
{
	struct reading r = {.img = img};
	gefs_tree tree;

	for (size_t i = 0; i < gefs_label_count(img); i++) {
		const gefs_label *l = gefs_label_get(img, i);
		mix(&r.digest, l->name, l->len);
		r.tree = &tree;
		if (gefs_tree_find(img, l->name, &tree, NULL) < 0 ||
		    gefs_files_walk(img, &tree, on_file, NULL, &r, NULL) < 0)
			r.digest++;
	}
	return r.digest;
}

static void
take_facts(gefs_image *img, struct facts *f)
{
	f->files = digest_files(img);
	f->narenas = gefs_arena_count(img);
	for (uint32_t i = 0; i < f->narenas; i++) {
		const gefs_arena *a = gefs_arena_get(img, i);
		f->free[i] = a->log_ok;
		mix(&f->free[i], a->free, a->nfree * sizeof *a->free);
	}
}

struct facts
scene_facts(struct disk *d)
{
	struct facts f = {0};
	gefs_image *img = scene_image(d);

	take_facts(img, &f);
	gefs_close(img);
	return f;
}

/* ---- the change ---- */

int
scene_change(const struct scene *s, struct disk *d, gefs_error *e)
{
	static gefs_compact_result res;
	const gefs_compact_options o = {.arena = -1, .undo = s->undo};
	gefs_image *img = open_disk(d, e);
	int rc = img ? gefs_compact(img, &o, &res, e) : -1;

	gefs_close(img);
	return rc;
}

struct disk *
scene_compact(struct scene *s)
{
	struct disk *rec = record_new(s->overlay);
	gefs_error e;

	if (scene_change(s, rec, &e) < 0)
		die("compacting", e.text);
	s->after = scene_facts(s->overlay);
	return rec;
}

int
scene_undo(const struct scene *s, struct disk *d, gefs_error *e)
{
	struct undofile u;
	gefs_undo_result res;

	if (undofile_open(&u, s->undo, e) < 0)
		return -1;
	gefs_image *img = open_disk(d, e);
	int rc = img ? revert(&u, img->disk, img, false, &res, e) : -1;
	gefs_close(img);
	undofile_close(&u);
	return rc;
}

/* ---- is it sound? ---- */

static bool
free_space_known(const struct scene *s, const struct facts *f, int *state)
{
	bool before = true, after = true;

	for (uint32_t i = 0; i < f->narenas; i++) {
		if (f->free[i] != s->before.free[i] && f->free[i] != s->after.free[i])
			return false;
		before &= f->free[i] == s->before.free[i];
		after &= f->free[i] == s->after.free[i];
	}
	if (state)
		*state = before ? 0 : after ? 1 : -1;
	return true;
}

static bool
without_errors(gefs_image *img)
{
	const gefs_check_options o = {.no_data = true, .max_findings = 100};
	gefs_check *c = gefs_check_run(img, &o, NULL);
	bool sound = c && gefs_check_stats_get(c)->count[GEFS_ERROR] == 0;

	gefs_check_free(c);
	return sound;
}

bool
scene_sound(const struct scene *s, struct disk *d, int *state)
{
	gefs_image *img = open_disk(d, NULL);
	struct facts f = {0};
	bool sound = img && without_errors(img);

	if (sound)
		take_facts(img, &f);
	gefs_close(img);
	return sound && f.files == s->before.files && f.narenas == s->before.narenas && free_space_known(s, &f, state);
}
