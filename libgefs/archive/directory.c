#include "archive/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/vec.h"

/* Told once. */
static int
tell_trouble(struct directory *x, gefs_error *e)
{
	if (!x->trouble || x->told)
		return 0;
	x->told = true;
	errno = x->trouble;
	gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "not all modes and times can be set here");
	return TARGET_CHANGED;
}

static int
create(struct directory *x, const char *name)
{
	return openat(x->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* A new file, never one that was there; *clash and disk tell when its name had to be another. */
static int
create_file(struct directory *x, const char *name, bool *clash, char disk[NAME_MAX + 1])
{
	int fd = create(x, name);

	if (fd >= 0 || errno != EEXIST)
		return fd;
	if (levels_clash(x, name)) {
		*clash = true;
		return create(x, levels_other_name(x, name, disk));
	}
	errno = EEXIST;
	if (!x->force || unlinkat(x->fd, name, 0) < 0)
		return -1;
	return create(x, name);
}

static int
begin_file(struct directory *x, const struct item *it, const char *name, gefs_error *e)
{
	char disk[NAME_MAX + 1];
	bool clash = false;
	struct stat st;

	x->file = create_file(x, name, &clash, disk);
	if (x->file < 0)
		return omit(e, "cannot be created");
	if (ftruncate(x->file, (off_t)it->length) < 0) {
		int rc = omit(e, "its length cannot be had");
		close(x->file);
		x->file = -1;
		unlinkat(x->fd, clash ? disk : name, 0);
		return rc;
	}
	x->entry = *it->entry;
	if (fstat(x->file, &st) < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "cannot look at the new file");
	if (!made_add(&x->made, &st))
		return gefs_fail_memory(e);
	return clash ? levels_tell_clash(disk, e) : 0;
}

static int
directory_begin(struct target *t, const struct item *it, gefs_error *e)
{
	struct directory *x = (struct directory *)t;
	char *name;
	int way = levels_go(x, it->path, &name, e), rc = way;

	if (way == 0 || way == TARGET_CHANGED)
		rc = it->entry->is_dir ? levels_enter(x, name, it->entry, e) : begin_file(x, it, name, e);
	free(name);
	return rc ? rc : way;
}

static int
directory_data(struct target *t, uint64_t off, const uint8_t *p, size_t n, gefs_error *e)
{
	struct directory *x = (struct directory *)t;

	while (n) {
		ssize_t done = pwrite(x->file, p, n, (off_t)off);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "cannot write");
		p += done;
		off += (uint64_t)done;
		n -= (size_t)done;
	}
	return 0;
}

static int
directory_end(struct target *t, gefs_error *e)
{
	struct directory *x = (struct directory *)t;

	if (x->file < 0)
		return 0;
	int rc = set_meta(x, x->file, &x->entry, e);
	if (close(x->file) < 0 && rc == 0)
		rc = gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "cannot write");
	x->file = -1;
	return rc ? rc : tell_trouble(x, e);
}

static int
directory_finish(struct target *t, gefs_error *e)
{
	struct directory *x = (struct directory *)t;
	int rc = 0;

	while (rc == 0 && x->n > 1)
		rc = levels_leave(x, e);
	return rc ? rc : tell_trouble(x, e);
}

static void
directory_free(struct target *t)
{
	struct directory *x = (struct directory *)t;

	if (x->file >= 0)
		close(x->file);
	if (x->fd >= 0)
		close(x->fd);
	while (x->n > 0)
		free(x->level[--x->n].name);
	free(x->level);
	made_free(&x->made);
	free(x);
}

static int
open_root(struct directory *x, const char *path, gefs_error *e)
{
	struct level root = {.name = NULL};

	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%.400s: cannot make the directory", path);
	x->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (x->fd < 0 || fstat(x->fd, &root.st) < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%.400s", path);
	return vec_push(x->level, x->n, x->cap, root) ? 0 : gefs_fail_memory(e);
}

struct target *
target_directory(const char *path, bool force, bool owners, uint32_t mask, gefs_error *e)
{
	struct directory *x = calloc(1, sizeof *x);

	if (!x) {
		gefs_fail_memory(e);
		return NULL;
	}
	x->t = (struct target){.begin = directory_begin, .data = directory_data, .end = directory_end,
			       .finish = directory_finish, .free = directory_free};
	x->force = force;
	x->owners = owners;
	x->mask = mask;
	x->fd = x->file = -1;
	if (open_root(x, path, e) == 0)
		return &x->t;
	directory_free(&x->t);
	return NULL;
}
