#include "disk/testing/layers.h"

#include <errno.h>
#include <stdlib.h>

struct fault {
	struct disk disk;
	struct disk *below;
	enum fault_kind kind;
	uint64_t left; /* operations before the one that fails */
	size_t partial;
	bool happened;
};

static bool
fails(struct fault *f, enum fault_kind kind)
{
	if (f->kind != kind || f->happened || f->left-- > 0)
		return false;
	f->happened = true;
	errno = EIO;
	return true;
}

static int64_t
fault_pread(struct disk *d, void *buf, size_t len, uint64_t off)
{
	struct fault *f = (struct fault *)d;
	return fails(f, FAULT_READ) ? -1 : f->below->ops->pread(f->below, buf, len, off);
}

static int64_t
fault_pwrite(struct disk *d, const void *buf, size_t len, uint64_t off)
{
	struct fault *f = (struct fault *)d;

	if (fails(f, FAULT_WRITE)) {
		disk_write(f->below, buf, f->partial < len ? f->partial : len, off, NULL);
		return -1;
	}
	return disk_write(f->below, buf, len, off, NULL) < 0 ? -1 : (int64_t)len;
}

static int
fault_barrier(struct disk *d)
{
	struct fault *f = (struct fault *)d;
	return fails(f, FAULT_BARRIER) ? -1 : f->below->ops->barrier(f->below);
}

static void
fault_close(struct disk *d)
{
	(void)d;
}

struct disk *
fault_new(struct disk *below, enum fault_kind kind, uint64_t nth, size_t partial)
{
	static const struct disk_ops ops = {.pread = fault_pread, .pwrite = fault_pwrite, .barrier = fault_barrier, .close = fault_close};
	struct fault *f = calloc(1, sizeof *f);

	if (!f)
		abort();
	*f = (struct fault){{.ops = &ops, .size = below->size}, below, kind, nth, partial, false};
	return &f->disk;
}

bool
fault_happened(const struct disk *d)
{
	return ((const struct fault *)d)->happened;
}

void
fault_free(struct disk *d)
{
	free(d);
}
