/* The directories that lead to what is being written. */
#include "archive/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

int
set_meta(struct directory *x, int fd, const gefs_dirent *d, gefs_error *e)
{
	struct unix_time a = unix_time(d->atime_ns), m = unix_time(d->mtime_ns);
	struct timespec times[2] = {{(time_t)a.sec, (long)a.nsec}, {(time_t)m.sec, (long)m.nsec}};

	if (x->owners && fchown(fd, unix_id(d->uid), unix_id(d->gid)) < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "cannot set owners");
	if (fchmod(fd, d->mode & 0777 & ~x->mask) < 0 || futimens(fd, times) < 0)
		x->trouble = errno;
	return 0;
}

int
levels_leave(struct directory *x, gefs_error *e)
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

/* Makes or opens a directory whose name nothing of this export has. One that has an entry is nobody else's business until
 * that gives it its permissions; one that only leads to something has no others than usual. */
static int
open_dir(struct directory *x, const char *disk, struct level *l)
{
	l->made = mkdirat(x->fd, disk, l->has_entry ? 0700 : 0777) == 0;
	if (!l->made && errno != EEXIST)
		return -1;
	int fd = openat(x->fd, disk, OPEN_DIR);
	if (fd >= 0 && fstat(fd, &l->st) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

const char *
levels_other_name(struct directory *x, const char *name, char buf[NAME_MAX + 1])
{
	struct stat st;

	do
		snprintf(buf, NAME_MAX + 1, "%.220s%%~%" PRIu64, name, ++x->numbers);
	while (fstatat(x->fd, buf, &st, AT_SYMLINK_NOFOLLOW) == 0);
	return buf;
}

bool
levels_clash(struct directory *x, const char *name)
{
	struct stat st;
	return fstatat(x->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && made_has(&x->made, &st);
}

int
levels_tell_clash(const char *disk, gefs_error *e)
{
	gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "the file system does not tell its name from another one: stored as %s", disk);
	return TARGET_CHANGED;
}

int
omit(gefs_error *e, const char *what)
{
	int sys = errno;
	gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s", what);
	return sys == ENOSPC || sys == EIO || sys == EDQUOT ? -1 : TARGET_OMITTED;
}

int
levels_enter(struct directory *x, const char *name, const gefs_dirent *d, gefs_error *e)
{
	struct level l = {.has_entry = d};
	char buf[NAME_MAX + 1];
	bool clash = levels_clash(x, name);
	const char *disk = clash ? levels_other_name(x, name, buf) : name;
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
	return clash ? levels_tell_clash(disk, e) : 0;
}

int
levels_go(struct directory *x, const char *path, char **rest, gefs_error *e)
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
		rc = levels_leave(x, e);
	for (; rc == 0 && (slash = strchr(at, '/')); at = slash + 1) {
		*slash = 0;
		rc = levels_enter(x, at, NULL, e);
		if (rc == TARGET_CHANGED)
			changed = rc, rc = 0;
	}
	memmove(copy, at, strlen(at) + 1);
	return rc ? rc : changed;
}
