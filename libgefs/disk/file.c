#include "disk/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/fs.h>
#endif

#include "base/error.h"

struct file_disk {
	struct disk disk;
	int fd;
	uint64_t offset;
};

static int64_t
file_pread(struct disk *d, void *buf, size_t len, uint64_t off)
{
	struct file_disk *f = (struct file_disk *)d;
	return pread(f->fd, buf, len, (off_t)(f->offset + off));
}

static void
file_close(struct disk *d)
{
	struct file_disk *f = (struct file_disk *)d;
	close(f->fd);
	free(f);
}

static const struct disk_ops file_ops = {.pread = file_pread, .close = file_close};

static int
file_size(int fd, const char *path, uint64_t *size, gefs_error *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s", path);
	if (S_ISREG(st.st_mode)) {
		*size = (uint64_t)st.st_size;
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "%s: is a directory, not a disk image", path);
#ifdef BLKGETSIZE64
	if (S_ISBLK(st.st_mode)) {
		if (ioctl(fd, BLKGETSIZE64, size) < 0)
			return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s: cannot learn the size of the device", path);
		return 0;
	}
#endif
	/* Other systems, and their raw devices: the end is where seeking says it is. */
	off_t end = lseek(fd, 0, SEEK_END);
	if (end <= 0)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "%s: neither a regular file nor a block device", path);
	*size = (uint64_t)end;
	return 0;
}

struct disk *
disk_of_fd(int fd, uint64_t size, uint64_t offset, gefs_error *e)
{
	struct file_disk *f = calloc(1, sizeof *f);
	if (!f) {
		gefs_fail_memory(e);
		close(fd);
		return NULL;
	}
	f->disk.ops = &file_ops;
	f->disk.size = size - offset;
	f->fd = fd;
	f->offset = offset;
	return &f->disk;
}

struct disk *
disk_open_file(const char *path, uint64_t offset, gefs_error *e)
{
	uint64_t size = 0;
	/* O_NONBLOCK: opening a FIFO by mistake must not hang. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s", path);
		return NULL;
	}
	if (file_size(fd, path, &size, e) < 0)
		goto fail;
	if (size == 0) {
		gefs_fail(e, GEFS_EFORMAT, GEFS_NIL, "%s: the file is empty", path);
		goto fail;
	}
	if (offset >= size) {
		gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
			  "%s: offset %" PRIu64 " lies beyond the end of the file (%" PRIu64 " bytes)", path, offset,
			  size);
		goto fail;
	}
	return disk_of_fd(fd, size, offset, e);
fail:
	close(fd);
	return NULL;
}
