#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOLE = 4096, ZEROS = 1 << 20 };

static int
failure(struct sink *s, const char *what)
{
	complain("%s: %s: %s", s->name, what, strerror(errno));
	s->failed = true;
	return -1;
}

/* ---- opening ---- */

/* May a new image take the place of what out names? mode gets the permissions that it is to have. */
static bool
may_replace(const char *out, const char *image, mode_t *mode)
{
	struct stat new, old;

	if (stat(out, &new) < 0) {
		mode_t mask = umask(0);
		umask(mask);
		*mode = 0666 & ~mask;
		if (errno == ENOENT)
			return true;
		complain("%s: %s", out, strerror(errno));
		return false;
	}
	if (!S_ISREG(new.st_mode)) {
		complain("%s: is no regular file; a new image is made as a file, or with -o - given to standard output", out);
		return false;
	}
	if (stat(image, &old) == 0 && old.st_dev == new.st_dev && old.st_ino == new.st_ino) {
		complain("%s: is the image itself; give the new one another name", out);
		return false;
	}
	*mode = new.st_mode & 0777;
	return true;
}

static bool
open_stream(struct sink *s)
{
	s->name = "standard output";
	s->fd = STDOUT_FILENO;
	widen_output();
	if (!isatty(s->fd))
		return true;
	complain("an image does not go to a terminal; redirect it");
	return false;
}

bool
sink_open(struct sink *s, const char *out, const char *image)
{
	mode_t mode;

	*s = (struct sink){.name = out, .fd = -1};
	if (strcmp(out, "-") == 0)
		return open_stream(s);
	if (!may_replace(out, image, &mode))
		return false;
	/* Through a link to what it leads to, so that the file is replaced and not the link. */
	s->path = realpath(out, NULL);
	if (!s->path)
		s->path = strdup(out);
	size_t n = s->path ? strlen(s->path) + sizeof ".XXXXXX" : 0;
	char *temp = s->path ? malloc(n) : NULL;
	if (!temp) {
		complain("out of memory");
		return false;
	}
	snprintf(temp, n, "%s.XXXXXX", s->path);
	s->fd = mkostemp(temp, O_CLOEXEC);
	if (s->fd < 0) {
		free(temp);
		return failure(s, "cannot make a file beside it") == 0;
	}
	s->temp = temp;
	return fchmod(s->fd, mode) == 0 || failure(s, "cannot set its permissions") == 0;
}

/* ---- writing ---- */

static int
write_all(struct sink *s, const uint8_t *p, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t k = s->temp ? pwrite(s->fd, p, n, (off_t)at) : write(s->fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return failure(s, "cannot write");
		p += k;
		at += (uint64_t)k;
		n -= (size_t)k;
	}
	return 0;
}

/* The stream has no holes. */
static int
write_zeros(struct sink *s, uint64_t until)
{
	static const uint8_t zeros[ZEROS];

	while (s->at < until) {
		size_t n = until - s->at < ZEROS ? (size_t)(until - s->at) : ZEROS;
		if (write_all(s, zeros, n, 0) < 0)
			return -1;
		s->at += n;
	}
	return 0;
}

static bool
is_hole(const uint8_t *p, size_t n)
{
	return n == HOLE && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

/* A file has holes where there are zeros. */
static int
write_sparse(struct sink *s, const uint8_t *p, size_t len, uint64_t at)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i += HOLE) {
		if (!is_hole(p + i, len - i < HOLE ? len - i : HOLE))
			continue;
		if (write_all(s, p + from, i - from, at + from) < 0)
			return -1;
		from = i + HOLE;
	}
	return from < len ? write_all(s, p + from, len - from, at + from) : 0;
}

int
sink_write(void *arg, uint64_t offset, const void *data, size_t len)
{
	struct sink *s = arg;

	if (s->temp)
		return write_sparse(s, data, len, offset);
	if (write_zeros(s, offset) < 0 || write_all(s, data, len, offset) < 0)
		return -1;
	s->at += len;
	return 0;
}

/* ---- the end ---- */

/* The new name must outlive a crash as well. */
static int
sync_folder(struct sink *s)
{
	char *copy = strdup(s->path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	/* Some file systems cannot sync a directory: they keep names in another way. */
	int rc = fd < 0 || (fsync(fd) < 0 && errno != EINVAL && errno != EROFS) ? -1 : 0;

	if (rc < 0)
		failure(s, "cannot make its name permanent");
	if (fd >= 0)
		close(fd);
	free(copy);
	return rc;
}

bool
sink_finish(struct sink *s, uint64_t size)
{
	if (!s->temp)
		return write_zeros(s, size) == 0;
	if (ftruncate(s->fd, (off_t)size) < 0 || fsync(s->fd) < 0)
		return failure(s, "cannot write") == 0;
	if (rename(s->temp, s->path) < 0)
		return failure(s, "cannot give the new image its name") == 0;
	free(s->temp);
	s->temp = NULL;
	return sync_folder(s) == 0;
}

void
sink_close(struct sink *s)
{
	if (s->path && s->fd >= 0)
		close(s->fd);
	if (s->temp)
		unlink(s->temp);
	free(s->temp);
	free(s->path);
}
