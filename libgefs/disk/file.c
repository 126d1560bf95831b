#include "disk/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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

static int64_t
file_pwrite(struct disk *d, const void *buf, size_t len, uint64_t off)
{
	struct file_disk *f = (struct file_disk *)d;
	return pwrite(f->fd, buf, len, (off_t)(f->offset + off));
}

static int
file_barrier(struct disk *d)
{
	return fdatasync(((struct file_disk *)d)->fd);
}

static const struct disk_ops reading = {.pread = file_pread, .close = file_close};
static const struct disk_ops writing = {.pread = file_pread, .pwrite = file_pwrite, .barrier = file_barrier, .close = file_close};

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

/* The file descriptor, or -1. */
static int
open_file(const char *path, bool write, gefs_error *e)
{
	struct stat st;
	/* O_NONBLOCK: opening a FIFO by mistake must not hang. */
	int flags = (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK;

	/* For a device O_EXCL means: fail if it is in use. */
	if (write && stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		flags |= O_EXCL;
	int fd = open(path, flags);
	if (fd < 0 && errno == EBUSY)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s: the device is mounted or otherwise in use", path);
	if (fd < 0 && write && errno == EISDIR)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "%s: is a directory, not a disk image", path);
	if (fd < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, write ? "%s: cannot be opened for writing" : "%s", path);
	if (!write || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		gefs_fail(e, GEFS_EIO, GEFS_NIL, "%s: is in use: locked by another process", path);
	else
		gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s: cannot be locked", path);
	close(fd);
	return -1;
}

struct disk *
disk_of_fd(int fd, uint64_t size, uint64_t offset, bool write, gefs_error *e)
{
	struct file_disk *f = calloc(1, sizeof *f);
	if (!f) {
		gefs_fail_memory(e);
		close(fd);
		return NULL;
	}
	f->disk.ops = write ? &writing : &reading;
	f->disk.size = size - offset;
	f->fd = fd;
	f->offset = offset;
	return &f->disk;
}

struct disk *
disk_open_file(const char *path, uint64_t offset, bool write, gefs_error *e)
{
	uint64_t size = 0;
	int fd = open_file(path, write, e);

	if (fd < 0)
		return NULL;
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
	return disk_of_fd(fd, size, offset, write, e);
fail:
	close(fd);
	return NULL;
}
