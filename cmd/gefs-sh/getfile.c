#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/newfile.h"
#include "get.h"

struct copy {
	int fd;
	uint64_t at;
	int error; /* errno of what could not be written */
};

static int
copy_bytes(void *arg, const uint8_t *p, size_t n)
{
	struct copy *c = arg;

	while (n > 0) {
		ssize_t done = pwrite(c->fd, p, n, (off_t)c->at);
		if (done < 0 && errno == EINTR && !should_stop())
			continue;
		if (done <= 0) {
			c->error = done ? errno : EIO;
			return 1;
		}
		p += done;
		n -= (size_t)done;
		c->at += (uint64_t)done;
	}
	return should_stop();
}

/* Holes stay holes: what is not written is zeros. */
static int
copy_zeros(void *arg, uint64_t n)
{
	struct copy *c = arg;

	c->at += n;
	return should_stop();
}

/* What is there may be overwritten, but not the image. */
static bool
may_take(const struct shell *sh, const char *path, bool force)
{
	struct stat there, image;

	if (lstat(path, &there) < 0)
		return true;
	if (stat(sh->image, &image) == 0 && there.st_dev == image.st_dev && there.st_ino == image.st_ino)
		complain("%s: is the image itself", path);
	else if (!force)
		complain("%s: is there already; -f overwrites it", path);
	else if (!S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode))
		complain("%s: is no regular file", path);
	else
		return true;
	return false;
}

/* Length and time; false with errno set. */
static bool
finish(int fd, const gefs_dirent *e)
{
	int64_t ns = e->mtime_ns % 1000000000, s = e->mtime_ns / 1000000000 - (ns < 0);
	const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = s, .tv_nsec = ns < 0 ? ns + 1000000000 : ns}};

	if (e->length > INT64_MAX) {
		errno = EFBIG;
		return false;
	}
	return ftruncate(fd, (off_t)e->length) == 0 && futimens(fd, times) == 0;
}

/* All contents; an EXIT_ status. */
static int
copy_contents(struct shell *sh, const struct target *t, const struct contents_sink *to, bool *damaged)
{
	const char *path = t->place.path;
	uint64_t lost = 0;
	gefs_error e;
	int status = EXIT_DONE;

	int rc = contents_read(sh->img, &t->place.tree, &t->entry, (const uint8_t *)path, strlen(path), 0, UINT64_MAX,
			       to, &lost, &e);
	if (rc < 0)
		status = failed(&e);
	*damaged = lost > 0 || rc < 0;
	return status;
}

int
get_file(struct shell *sh, const struct target *t, const char *path, bool force, bool *damaged)
{
	struct copy c = {.at = 0};
	struct contents_sink to = {copy_bytes, copy_zeros, &c};
	struct newfile f = {.fd = -1};
	int status = EXIT_FAILED;

	if (t->entry.is_dir) {
		complain("%s: is a directory; -r copies it", t->word);
		return EXIT_FAILED;
	}
	if (gefs_metadata_only(sh->img)) {
		complain("there is nothing to copy: contents of files were left out when the image was packed");
		return EXIT_FAILED;
	}
	if (!may_take(sh, path, force))
		return EXIT_FAILED;
	/* As with cp: an image of somebody else does not decide that everybody may write here. */
	bool ok = newfile_open(&f, path, t->entry.mode & 0777 & ~newfile_mask());
	if (ok) {
		c.fd = f.fd;
		status = copy_contents(sh, t, &to, damaged);
		errno = c.error;
		ok = status != EXIT_DONE || should_stop() || (!c.error && finish(f.fd, &t->entry) && newfile_keep(&f));
	}
	if (!ok) {
		complain("%s: cannot be written: %s", path, strerror(errno));
		status = EXIT_FAILED;
	}
	newfile_close(&f);
	return status;
}
