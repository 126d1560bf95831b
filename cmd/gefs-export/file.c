#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

#include "export.h"

bool
outfile_open(struct outfile *o, const char *path, const char *image)
{
	struct stat st, in;
	bool there = path && stat(path, &st) == 0;

	*o = (struct outfile){.path = path, .fd = STDOUT_FILENO, .file.fd = -1};
	if (!path) {
		widen_output();
		return true;
	}
	if (there && S_ISREG(st.st_mode) && stat(image, &in) == 0 && st.st_dev == in.st_dev && st.st_ino == in.st_ino)
		return complain("%s: is the image itself", path), false;
	if (!there || S_ISREG(st.st_mode)) {
		o->to_file = newfile_open(&o->file, path, newfile_mode());
		o->fd = o->file.fd;
		if (!o->to_file) {
			complain("%s: %s", path, strerror(errno));
			newfile_close(&o->file);
		}
		return o->to_file;
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

	if (o->to_file)
		ok = !keep || newfile_keep(&o->file);
	else if (o->path)
		ok = close(o->fd) == 0;
	if (!ok)
		complain("%s: %s", o->path, strerror(errno));
	newfile_close(&o->file);
	return ok;
}
