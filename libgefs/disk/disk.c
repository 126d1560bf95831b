#include "disk/disk.h"

#include <errno.h>
#include <inttypes.h>

#include "base/error.h"

static int
check_range(const struct disk *d, size_t len, uint64_t off, gefs_error *e)
{
	if (off > d->size || len > d->size - off)
		return gefs_fail(e, GEFS_EDAMAGE, off,
				 "address 0x%" PRIx64 " lies beyond the end of the device (0x%" PRIx64 " bytes)", off,
				 d->size);
	return 0;
}

int
disk_read(struct disk *d, void *buf, size_t len, uint64_t off, gefs_error *e)
{
	if (check_range(d, len, off, e) < 0)
		return -1;
	if (d->ops->read)
		return d->ops->read(d, buf, len, off, e);
	for (size_t done = 0; done < len;) {
		int64_t n = d->ops->pread(d, (char *)buf + done, len - done, off + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return gefs_fail_errno(e, GEFS_EIO, off + done, "cannot read at 0x%" PRIx64,
					       off + (uint64_t)done);
		if (n == 0)
			return gefs_fail(e, GEFS_EIO, off + done,
					 "the file ended at 0x%" PRIx64 " while it was being read: did it shrink?",
					 off + (uint64_t)done);
		done += (size_t)n;
	}
	return 0;
}

int
disk_write(struct disk *d, const void *buf, size_t len, uint64_t off, gefs_error *e)
{
	if (!disk_writable(d))
		return gefs_fail(e, GEFS_EINVAL, off, "cannot write at 0x%" PRIx64 ": the image was opened for reading only", off);
	if (check_range(d, len, off, e) < 0)
		return -1;
	for (size_t done = 0; done < len;) {
		int64_t n = d->ops->pwrite(d, (const char *)buf + done, len - done, off + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return gefs_fail_errno(e, GEFS_EIO, off + done, "cannot write at 0x%" PRIx64,
					       off + (uint64_t)done);
		if (n == 0)
			return gefs_fail(e, GEFS_EIO, off + done, "cannot write at 0x%" PRIx64 ": nothing was taken",
					 off + (uint64_t)done);
		done += (size_t)n;
	}
	return 0;
}

int
disk_barrier(struct disk *d, gefs_error *e)
{
	if (!disk_writable(d))
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "the image was opened for reading only");
	while (d->ops->barrier(d) < 0)
		if (errno != EINTR)
			return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "what was written cannot be made durable");
	return 0;
}

void
disk_close(struct disk *d)
{
	if (d)
		d->ops->close(d);
}
