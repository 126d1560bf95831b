/* Where bytes come from and go. A disk knows its size, reads, and may be written if it was opened for that; what the
 * bytes mean is for the floors above. */
#ifndef GEFS_DISK_DISK_H
#define GEFS_DISK_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gefs.h"

struct disk;

struct disk_ops {
	/* Reads up to len bytes at off; returns the number read, 0 at the end, -1 with errno. */
	int64_t (*pread)(struct disk *, void *buf, size_t len, uint64_t off);
	/* The same for writing; NULL, as the next one, when the disk is read-only. */
	int64_t (*pwrite)(struct disk *, const void *buf, size_t len, uint64_t off);
	/* What was written before is durable before anything that is written later; 0, or -1 with errno. */
	int (*barrier)(struct disk *);
	void (*close)(struct disk *);
	/* NULL, or used instead of pread: all of [off, off+len), or an error that knows more than errno. */
	int (*read)(struct disk *, void *buf, size_t len, uint64_t off, gefs_error *);
};

struct disk {
	const struct disk_ops *ops;
	uint64_t size; /* bytes */
	const char *compression; /* "zstd", "gzip", ... of the file that holds the bytes, which cannot be written in
				  * place; NULL when they lie there as they are */
	uint32_t unit;           /* bytes that are got at once, at its multiples, however few are asked for; 0: no matter */
	bool metadata_only;      /* file contents were left out: their blocks are zeros */
	bool names_hidden;       /* names were replaced as well */
	bool unpacked;           /* the compressed file could not be read in place: a temporary file holds the bytes */
};

/* An image, compressed or not: what it is the first bytes tell. Of the options, offset, write and progress count here. */
struct disk *disk_open_image(const char *path, const gefs_options *, gefs_error *);

/* A regular file or block device as it is; the image begins offset bytes into it. For writing it is locked, without
 * waiting, until it is closed, and a device must not be in use. */
struct disk *disk_open_file(const char *path, uint64_t offset, bool write, gefs_error *);

/* An open file, which it closes in the end, also on failure. */
struct disk *disk_of_fd(int fd, uint64_t size, uint64_t offset, bool write, gefs_error *);

/* The caller's memory, which must outlive the disk. */
struct disk *disk_open_memory(const void *data, size_t len, gefs_error *);

/* Reads all of [off, off+len) or fails, naming the address. Thread safe. */
int disk_read(struct disk *, void *buf, size_t len, uint64_t off, gefs_error *);

static inline bool
disk_writable(const struct disk *d)
{
	return d->ops->pwrite != NULL;
}

/* Writes all of [off, off+len) or fails, naming the address. */
int disk_write(struct disk *, const void *buf, size_t len, uint64_t off, gefs_error *);
int disk_barrier(struct disk *, gefs_error *);

void disk_close(struct disk *);

#endif
