/* Images inside compressed files. A zstd file made of frames that know their sizes is read in place, a frame at a
 * time; everything else is unpacked once, into a sparse temporary file. docs/compressed.md describes the container. */
#ifndef GEFS_DISK_COMPRESSED_H
#define GEFS_DISK_COMPRESSED_H

#include "disk/disk.h"

enum compression { NOT_COMPRESSED, ZSTD_FILE, GZIP_FILE, XZ_FILE, BZIP2_FILE, LZ4_FILE };

/* By the first bytes. */
enum compression compression_of(struct disk *file);
const char *compression_name(enum compression);

/* Where what is unpacked goes. Pieces come in ascending order; what is left out is zeros. */
struct unpack {
	struct disk *file;
	const char *name; /* of the file, for messages */
	int (*out)(void *arg, uint64_t off, const uint8_t *p, size_t n, gefs_error *);
	void *out_arg;
	int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *progress_arg;
	uint64_t size;  /* bytes that came out so far */
	uint64_t limit; /* and may come out */
};

/* An image larger than this is no image. */
#define UNPACK_MAX (UINT64_C(1) << 45)

/* Takes the file over, also on failure. */
struct disk *compressed_open(struct disk *file, enum compression, const char *name, const gefs_options *, gefs_error *);

/* The whole file, from its beginning to its end, through u->out. */
int unpack(struct unpack *, enum compression, gefs_error *);
int unpack_zstd(struct unpack *, gefs_error *);
int unpack_libarchive(struct unpack *, enum compression, gefs_error *);
/* For the two above: the next n bytes that came out, after `consumed` bytes of the file. */
int unpack_feed(struct unpack *, const uint8_t *p, size_t n, uint64_t consumed, gefs_error *);

/* A disk of zstd frames. 0: made; 1: the file is not of such frames, and has to be unpacked; -1: it is damaged. The
 * file is taken over in the first case only. */
int frames_open(struct disk *file, const char *name, struct disk **, gefs_error *);
/* How many frames were decompressed so far. */
uint64_t frames_decompressed(const struct disk *);

#endif
