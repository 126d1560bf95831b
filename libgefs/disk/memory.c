#include "disk/disk.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

struct memory_disk {
	struct disk disk;
	const uint8_t *data;
};

static int64_t
memory_pread(struct disk *d, void *buf, size_t len, uint64_t off)
{
	struct memory_disk *m = (struct memory_disk *)d;
	if (off >= d->size)
		return 0;
	if (len > d->size - off)
		len = (size_t)(d->size - off);
	memcpy(buf, m->data + off, len);
	return (int64_t)len;
}

static void
memory_close(struct disk *d)
{
	free(d);
}

static const struct disk_ops memory_ops = {.pread = memory_pread, .close = memory_close};

struct disk *
disk_open_memory(const void *data, size_t len, gefs_error *e)
{
	struct memory_disk *m = calloc(1, sizeof *m);
	if (!m) {
		gefs_fail_memory(e);
		return NULL;
	}
	m->disk.ops = &memory_ops;
	m->disk.size = len;
	m->data = data;
	return &m->disk;
}
