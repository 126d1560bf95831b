#include "newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

mode_t
newfile_mask(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return mask;
}

mode_t
newfile_mode(void)
{
	return 0666 & ~newfile_mask();
}

bool
newfile_open(struct newfile *f, const char *path, mode_t mode)
{
	*f = (struct newfile){.path = strdup(path), .fd = -1};
	if (!f->path)
		return false;
	if (asprintf(&f->temp, "%s.XXXXXX", path) < 0) {
		f->temp = NULL;
		return false;
	}
	f->fd = mkostemp(f->temp, O_CLOEXEC);
	if (f->fd >= 0)
		return fchmod(f->fd, mode) == 0;
	free(f->temp);
	f->temp = NULL;
	return false;
}

bool
newfile_keep(struct newfile *f)
{
	int fd = f->fd;

	f->fd = -1;
	if (close(fd) < 0 || rename(f->temp, f->path) < 0)
		return false;
	free(f->temp);
	f->temp = NULL;
	return true;
}

bool
newfile_sync_folder(const struct newfile *f)
{
	char *copy = strdup(f->path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	/* Some file systems cannot sync a directory: they keep names in another way. */
	bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL || errno == EROFS);
	int saved = errno;

	if (fd >= 0)
		close(fd);
	free(copy);
	errno = saved;
	return ok;
}

void
newfile_close(struct newfile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->temp)
		unlink(f->temp);
	free(f->temp);
	free(f->path);
	*f = (struct newfile){.fd = -1};
}
