/* The undo file: every write of a commit, with what it overwrites. Big-endian, in two parts:
 *
 *	header   0  8  "gefsundo"
 *	         8  4  1, the version of this layout
 *	        12  4  block size
 *	        16  8  device size
 *	        24 16  name of the on-disk version, filled up with zeros
 *	        40  8  hash of the root of the snapshot tree, which the change does not alter; 0: it may
 *	        48  8  number of writes
 *	        56  8  MetroHash64 of all before, seed 0
 *	write    0  4  phase
 *	         4  4  n
 *	         8  8  address
 *	        16  n  a zstd frame: the block before, the block after
 *	      16+n  8  MetroHash64 of the record so far; the seed is the hash before it, so that the last one covers all
 *
 * Writes are in the order of the commit: by phase, then by address. */
#ifndef GEFS_TXN_UNDOFILE_H
#define GEFS_TXN_UNDOFILE_H

#include "txn/txn.h"

/* Makes the file, complete and durable, or leaves none behind. Never overwrites one. */
int undofile_save(const char *path, const gefs_image *, bool in_place, const struct txn_write *, size_t n,
		  gefs_error *);

struct undo_record {
	unsigned phase;
	uint64_t addr;
	/* where it is in the file */
	uint64_t at;
	uint32_t len;
	uint64_t seed;
};

struct undofile {
	int fd;
	const char *path; /* the caller's */
	uint64_t at;      /* while reading */
	uint64_t hash;
	uint32_t blksz;
	uint64_t device_size, root_hash; /* root_hash: 0 when in_place was said */
	char format[17];
	struct undo_record *rec;
	size_t n, cap;
	uint8_t *raw; /* room for one record */
	size_t cap_raw;
};

/* Reads and verifies all of it. Memory grows with the file, not with what it unpacks to. */
int undofile_open(struct undofile *, const char *path, gefs_error *);
/* The two blocks of one write; each has blksz bytes. */
int undofile_blocks(struct undofile *, const struct undo_record *, uint8_t *before, uint8_t *after, gefs_error *);
void undofile_close(struct undofile *);

#endif
