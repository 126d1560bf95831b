/* Where bytes come from. A disk knows its size and reads; what the bytes mean is for the floors above. */
#ifndef GEFS_DISK_DISK_H
#define GEFS_DISK_DISK_H

#include <stddef.h>
#include <stdint.h>

#include "gefs.h"

struct disk;

struct disk_ops {
	/* Reads up to len bytes at off; returns the number read, 0 at the end, -1 with errno. */
	int64_t (*pread)(struct disk *, void *buf, size_t len, uint64_t off);
	void (*close)(struct disk *);
};

struct disk {
	const struct disk_ops *ops;
	uint64_t size; /* bytes */
};

/* A regular file or block device, read-only; the image begins offset bytes into it. */
struct disk *disk_open_file(const char *path, uint64_t offset, gefs_error *);

/* The caller's memory, which must outlive the disk. */
struct disk *disk_open_memory(const void *data, size_t len, gefs_error *);

/* Reads all of [off, off+len) or fails, naming the address. Thread safe. */
int disk_read(struct disk *, void *buf, size_t len, uint64_t off, gefs_error *);

void disk_close(struct disk *);

#endif
