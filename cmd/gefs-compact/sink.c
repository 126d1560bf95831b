#include "sink.h"

#include <errno.h>
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
		*mode = newfile_mode();
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
	widen_output();
	if (!isatty(STDOUT_FILENO))
		return true;
	complain("an image does not go to a terminal; redirect it");
	return false;
}

bool
sink_open(struct sink *s, const char *out, const char *image)
{
	mode_t mode;

	*s = (struct sink){.name = out, .file.fd = -1};
	if (strcmp(out, "-") == 0)
		return open_stream(s);
	if (!may_replace(out, image, &mode))
		return false;
	/* Through a link to what it leads to, so that the file is replaced and not the link. */
	char *path = realpath(out, NULL);
	bool ok = newfile_open(&s->file, path ? path : out, mode);
	free(path);
	s->to_file = true;
	return ok || failure(s, "cannot make a file beside it") == 0;
}

/* ---- writing ---- */

static int
write_all(struct sink *s, const uint8_t *p, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t k = s->to_file ? pwrite(s->file.fd, p, n, (off_t)at) : write(STDOUT_FILENO, p, n);
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

	if (s->to_file)
		return write_sparse(s, data, len, offset);
	if (write_zeros(s, offset) < 0 || write_all(s, data, len, offset) < 0)
		return -1;
	s->at += len;
	return 0;
}

/* ---- the end ---- */

bool
sink_finish(struct sink *s, uint64_t size)
{
	if (!s->to_file)
		return write_zeros(s, size) == 0;
	if (ftruncate(s->file.fd, (off_t)size) < 0 || fsync(s->file.fd) < 0)
		return failure(s, "cannot write") == 0;
	if (!newfile_keep(&s->file))
		return failure(s, "cannot give the new image its name") == 0;
	return newfile_sync_folder(&s->file) || failure(s, "cannot make its name permanent") == 0;
}

void
sink_close(struct sink *s)
{
	newfile_close(&s->file);
}
