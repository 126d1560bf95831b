#include "disk/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

struct spool {
	int fd;
	const char *dir, *name;
	uint64_t written;
};

/* The file vanishes with its last descriptor, however the program ends. */
static int
spool_create(struct spool *s, gefs_error *e)
{
	char path[4096];
	const char *dir = getenv("TMPDIR");

	s->dir = dir && *dir ? dir : "/tmp";
#ifdef O_TMPFILE
	s->fd = open(s->dir, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (s->fd >= 0)
		return 0;
#endif
	/* Not every file system has files without names. */
	if (snprintf(path, sizeof path, "%s/gefs-XXXXXX", s->dir) >= (int)sizeof path)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "TMPDIR is too long");
	s->fd = mkostemp(path, O_CLOEXEC);
	if (s->fd < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s: cannot make a temporary file in %s to unpack it",
				       s->name, s->dir);
	unlink(path);
	return 0;
}

static int
spool_out(void *arg, uint64_t off, const uint8_t *p, size_t n, gefs_error *e)
{
	struct spool *s = arg;

	for (size_t done = 0; done < n;) {
		ssize_t k = pwrite(s->fd, p + done, n - done, (off_t)(off + done));
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0 && (errno == ENOSPC || errno == EDQUOT))
			return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL,
					       "%s: no room in %s to unpack it (%" PRIu64 " bytes of data so far); set TMPDIR to a "
					       "directory with more room",
					       s->name, s->dir, s->written + done);
		if (k < 0)
			return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s: cannot unpack it to %s", s->name, s->dir);
		done += (size_t)k;
	}
	s->written += n;
	return 0;
}

struct disk *
spool_open(struct unpack *u, enum compression c, gefs_error *e)
{
	struct spool s = {.fd = -1, .name = u->name};

	if (spool_create(&s, e) < 0)
		return NULL;
	u->out = spool_out;
	u->out_arg = &s;
	if (unpack(u, c, e) < 0) {
		close(s.fd);
		return NULL;
	}
	/* What the image ends with may be a hole. */
	if (ftruncate(s.fd, (off_t)u->size) < 0) {
		gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s: cannot unpack it to %s", u->name, s.dir);
		close(s.fd);
		return NULL;
	}
	struct disk *d = disk_of_fd(s.fd, u->size, 0, false, e);
	if (d)
		d->unpacked = true;
	return d;
}
