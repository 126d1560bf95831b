/* A directory as the target. Nothing outside it is ever touched: every step is taken by openat from the directory before
 * and follows no links, and steps back are checked against the directories that were come from. */
#include "archive/made.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"

struct level {
	char *name;       /* in the archive */
	struct stat st;   /* of the directory */
	bool made;        /* by this export; gets mode and times at the end, when nothing is written in it any more */
	bool has_entry;   /* d tells which; else it is one on the way to a path that was asked for */
	gefs_dirent d;
};

struct directory {
	struct target t;
	bool force, owners;
	int fd;               /* of the last level */
	struct level *level;  /* level[0] is the directory itself */
	size_t n, cap;
	struct made made;
	uint64_t numbers;     /* given to names that fall together */
	int trouble;          /* why some mode or time could not be set, or 0 */
	bool told;
	int file;             /* being written, or -1 */
	gefs_dirent entry;    /* of that */
};

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* Owners were asked for, so that they have to be; not every file system has modes, or times like these. */
static int
set_meta(struct directory *x, int fd, const gefs_dirent *d, gefs_error *e)
{
	struct unix_time a = unix_time(d->atime_ns), m = unix_time(d->mtime_ns);
	struct timespec times[2] = {{(time_t)a.sec, (long)a.nsec}, {(time_t)m.sec, (long)m.nsec}};

	if (x->owners && fchown(fd, unix_id(d->uid), unix_id(d->gid)) < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "cannot set owners");
	if (fchmod(fd, d->mode & 0777) < 0 || futimens(fd, times) < 0)
		x->trouble = errno;
	return 0;
}

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

/* Back to the directory above. */
static int
leave(struct directory *x, gefs_error *e)
{
	struct level *l = &x->level[x->n - 1], *above = l - 1;
	int up = openat(x->fd, "..", OPEN_DIR), rc = 0;
	struct stat st;

	if (up < 0 || fstat(up, &st) < 0 || st.st_dev != above->st.st_dev || st.st_ino != above->st.st_ino)
		rc = gefs_fail(e, GEFS_EIO, GEFS_NIL, "the directory was moved meanwhile");
	if (rc == 0 && l->made && l->has_entry)
		rc = set_meta(x, x->fd, &l->d, e);
	close(x->fd);
	x->fd = up;
	free(l->name);
	x->n--;
	return rc;
}

/* Makes or opens a directory whose name nothing of this export has. */
static int
open_dir(struct directory *x, const char *disk, struct level *l)
{
	l->made = mkdirat(x->fd, disk, 0700) == 0;
	if (!l->made && errno != EEXIST)
		return -1;
	int fd = openat(x->fd, disk, OPEN_DIR);
	if (fd >= 0 && fstat(fd, &l->st) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* A name that is free, for one that the file system does not tell from another one that was stored. */
static const char *
other_name(struct directory *x, const char *name, char buf[NAME_MAX + 1])
{
	struct stat st;

	do
		snprintf(buf, NAME_MAX + 1, "%.220s%%~%" PRIu64, name, ++x->numbers);
	while (fstatat(x->fd, buf, &st, AT_SYMLINK_NOFOLLOW) == 0);
	return buf;
}

/* Is there something of this name that this export has made? */
static bool
clashes(struct directory *x, const char *name)
{
	struct stat st;
	return fstatat(x->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && made_has(&x->made, &st);
}

static int
tell_clash(const char *disk, gefs_error *e)
{
	gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "the file system does not tell its name from another one: stored as %s", disk);
	return TARGET_CHANGED;
}

static int
omit(gefs_error *e, const char *what)
{
	int sys = errno;
	gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s", what);
	return sys == ENOSPC || sys == EIO || sys == EDQUOT ? -1 : TARGET_OMITTED;
}

static int
enter(struct directory *x, const char *name, const gefs_dirent *d, gefs_error *e)
{
	struct level l = {.has_entry = d};
	char buf[NAME_MAX + 1];
	bool clash = clashes(x, name);
	const char *disk = clash ? other_name(x, name, buf) : name;
	int fd = open_dir(x, disk, &l);

	if (fd < 0)
		return omit(e, "cannot make the directory");
	if (d)
		l.d = *d;
	l.name = strdup(name);
	if (!l.name || !made_add(&x->made, &l.st) || !vec_push(x->level, x->n, x->cap, l)) {
		free(l.name);
		close(fd);
		return gefs_fail_memory(e);
	}
	close(x->fd);
	x->fd = fd;
	return clash ? tell_clash(disk, e) : 0;
}

/* Goes to the directory that path is in; *rest is the path's last component, to be freed. */
static int
go(struct directory *x, const char *path, char **rest, gefs_error *e)
{
	char *copy = *rest = strdup(path), *at = copy, *slash;
	size_t depth = 1;
	int rc = 0, changed = 0;

	if (!copy)
		return gefs_fail_memory(e);
	for (; (slash = strchr(at, '/')) && depth < x->n; depth++, at = slash + 1) {
		*slash = 0;
		if (strcmp(x->level[depth].name, at) != 0) {
			*slash = '/';
			break;
		}
	}
	while (rc == 0 && x->n > depth)
		rc = leave(x, e);
	for (; rc == 0 && (slash = strchr(at, '/')); at = slash + 1) {
		*slash = 0;
		rc = enter(x, at, NULL, e);
		if (rc == TARGET_CHANGED)
			changed = rc, rc = 0;
	}
	memmove(copy, at, strlen(at) + 1);
	return rc ? rc : changed;
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
	if (clashes(x, name)) {
		*clash = true;
		return create(x, other_name(x, name, disk));
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
	return clash ? tell_clash(disk, e) : 0;
}

static int
directory_begin(struct target *t, const struct item *it, gefs_error *e)
{
	struct directory *x = (struct directory *)t;
	char *name;
	int way = go(x, it->path, &name, e), rc = way;

	if (way == 0 || way == TARGET_CHANGED)
		rc = it->entry->is_dir ? enter(x, name, it->entry, e) : begin_file(x, it, name, e);
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
		rc = leave(x, e);
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
target_directory(const char *path, bool force, bool owners, gefs_error *e)
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
	x->fd = x->file = -1;
	if (open_root(x, path, e) == 0)
		return &x->t;
	directory_free(&x->t);
	return NULL;
}
