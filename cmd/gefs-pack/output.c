#include "output.h"

#include <errno.h>
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

/* Where a name leads: writing goes behind links, not over them. NULL after a complaint. */
static char *
resolve(const struct output *o, const char *input)
{
	struct stat out, in;
	char *path = NULL;

	if (stat(o->name, &out) < 0)
		path = strdup(o->name);
	else if (stat(input, &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
		return complain("%s: the output would replace the input", o->name), NULL;
	else if (!S_ISREG(out.st_mode))
		return complain("%s: is there already, and no regular file; -o - writes to standard output", o->name), NULL;
	else
		path = realpath(o->name, NULL);
	if (!path)
		fail(o, "cannot write");
	return path;
}

bool
output_open(struct output *o, const char *name, const char *input)
{
	*o = (struct output){.name = name, .fd = STDOUT_FILENO, .file.fd = -1};
	if (strcmp(name, "-") == 0) {
		o->name = "standard output";
		widen_output();
		return !isatty(STDOUT_FILENO) || (complain("an image is nothing for a terminal: redirect the output"), false);
	}
	char *path = resolve(o, input);
	if (!path)
		return false;
	o->to_file = newfile_open(&o->file, path, newfile_mode()) || fail(o, "cannot write");
	o->fd = o->file.fd;
	free(path);
	return o->to_file;
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

	if (!o->to_file) {
		if (write_zeros(o, off))
			return 1;
	} else if (lseek(o->fd, (off_t)off, SEEK_SET) < 0) {
		o->error = errno;
		return 1;
	}
	return write_all(o, p, n);
}

bool
output_finish(struct output *o, uint64_t size)
{
	if (!o->to_file) {
		if (write_zeros(o, size) == 0)
			return true;
		errno = o->error;
		return errno == EPIPE ? false : fail(o, "cannot write");
	}
	if (ftruncate(o->fd, (off_t)size) < 0 || fsync(o->fd) < 0 || !newfile_keep(&o->file))
		return fail(o, "cannot write");
	return newfile_sync_folder(&o->file) || fail(o, "cannot sync its directory");
}

void
output_close(struct output *o)
{
	newfile_close(&o->file);
}
