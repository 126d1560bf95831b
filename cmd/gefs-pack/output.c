#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"

static bool
fail(const struct output *o, const char *what)
{
	complain("%s: %s: %s", o->name, what, strerror(errno));
	return false;
}

/* Where a name leads: writing goes behind links, not over them. */
static bool
resolve(struct output *o, const char *input)
{
	struct stat out, in;

	if (stat(o->name, &out) < 0) {
		o->path = strdup(o->name);
		return o->path || fail(o, "cannot write");
	}
	if (stat(input, &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
		return complain("%s: the output would replace the input", o->name), false;
	if (!S_ISREG(out.st_mode))
		return complain("%s: is there already, and no regular file; -o - writes to standard output", o->name), false;
	o->path = realpath(o->name, NULL);
	return o->path || fail(o, "cannot write");
}

bool
output_open(struct output *o, const char *name, const char *input)
{
	*o = (struct output){.name = name, .fd = STDOUT_FILENO};
	if (strcmp(name, "-") == 0) {
		o->name = "standard output";
		widen_output();
		return !isatty(STDOUT_FILENO) || (complain("an image is nothing for a terminal: redirect the output"), false);
	}
	if (!resolve(o, input))
		return false;
	if (asprintf(&o->temporary, "%s.XXXXXX", o->path) < 0) {
		o->temporary = NULL;
		return fail(o, "cannot write");
	}
	o->fd = mkostemp(o->temporary, O_CLOEXEC);
	if (o->fd < 0) {
		free(o->temporary);
		o->temporary = NULL;
		return fail(o, "cannot write");
	}
	mode_t mask = umask(0);
	umask(mask);
	return fchmod(o->fd, 0666 & ~mask) == 0 || fail(o, "cannot write");
}

static int
write_all(struct output *o, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = write(o->fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0) {
			o->error = errno;
			return 1;
		}
		p += k;
		n -= (size_t)k;
		o->at += (uint64_t)k;
	}
	return 0;
}

int
output_write(void *output, const void *p, size_t n)
{
	return write_all(output, p, n);
}

/* A stream has no holes. */
static int
write_zeros(struct output *o, uint64_t to)
{
	static const char zeros[64 << 10];
	int rc = 0;

	while (rc == 0 && o->at < to)
		rc = write_all(o, zeros, to - o->at < sizeof zeros ? (size_t)(to - o->at) : sizeof zeros);
	return rc;
}

int
output_piece(void *output, uint64_t off, const void *p, size_t n)
{
	struct output *o = output;

	if (!o->path) {
		if (write_zeros(o, off))
			return 1;
	} else if (lseek(o->fd, (off_t)off, SEEK_SET) < 0) {
		o->error = errno;
		return 1;
	}
	return write_all(o, p, n);
}

/* The new name is on the disk only when its directory is. */
static bool
sync_directory(const struct output *o)
{
	char *copy = strdup(o->path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL); /* not every file system can */

	if (fd >= 0)
		close(fd);
	free(copy);
	return ok;
}

bool
output_finish(struct output *o, uint64_t size)
{
	if (!o->path) {
		if (write_zeros(o, size) == 0)
			return true;
		errno = o->error;
		return errno == EPIPE ? false : fail(o, "cannot write");
	}
	if (ftruncate(o->fd, (off_t)size) < 0 || fsync(o->fd) < 0 || rename(o->temporary, o->path) < 0)
		return fail(o, "cannot write");
	free(o->temporary);
	o->temporary = NULL;
	return sync_directory(o) || fail(o, "cannot sync its directory");
}

void
output_close(struct output *o)
{
	if (o->temporary)
		unlink(o->temporary);
	if (o->path && o->fd > STDERR_FILENO)
		close(o->fd);
	free(o->temporary);
	free(o->path);
}
