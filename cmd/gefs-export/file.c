#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

#include "export.h"

static bool
open_temporary(struct outfile *o)
{
	size_t n = strlen(o->path) + 8;
	mode_t mask = umask(0);

	umask(mask);
	if (!(o->temporary = malloc(n)))
		return complain("out of memory"), false;
	snprintf(o->temporary, n, "%s.XXXXXX", o->path);
	o->fd = mkstemp(o->temporary);
	if (o->fd >= 0 && fchmod(o->fd, 0666 & ~mask) == 0)
		return true;
	complain("%s: %s", o->path, strerror(errno));
	if (o->fd >= 0)
		unlink(o->temporary);
	free(o->temporary);
	o->temporary = NULL;
	return false;
}

bool
outfile_open(struct outfile *o, const char *path, const char *image)
{
	struct stat st, in;

	*o = (struct outfile){.path = path, .fd = STDOUT_FILENO};
	if (!path) {
		widen_output();
		return true;
	}
	if (stat(path, &st) < 0 || S_ISREG(st.st_mode)) {
		if (stat(path, &st) == 0 && stat(image, &in) == 0 && st.st_dev == in.st_dev && st.st_ino == in.st_ino)
			return complain("%s: is the image itself", path), false;
		return open_temporary(o);
	}
	/* A device or a pipe. */
	if (S_ISBLK(st.st_mode))
		return complain("%s: is a disk", path), false;
	o->fd = open(path, O_WRONLY | O_CLOEXEC);
	if (o->fd < 0)
		complain("%s: %s", path, strerror(errno));
	return o->fd >= 0;
}

bool
outfile_done(struct outfile *o, bool keep)
{
	bool ok = true;

	if (!o->path)
		return true;
	if (close(o->fd) < 0 || (keep && o->temporary && rename(o->temporary, o->path) < 0)) {
		complain("%s: %s", o->path, strerror(errno));
		ok = false;
	}
	if (o->temporary && (!keep || !ok))
		unlink(o->temporary);
	free(o->temporary);
	return ok;
}
