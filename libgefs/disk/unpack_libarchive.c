/* Unpacking everything that is not zstd, with libarchive's filters. */
#include <archive.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "disk/compressed.h"

enum { CHUNK = 64 << 10 };

struct source {
	struct disk *file;
	uint64_t at;
	gefs_error error; /* why reading failed */
	uint8_t buf[CHUNK];
};

static la_ssize_t
source_read(struct archive *a, void *arg, const void **p)
{
	struct source *s = arg;
	uint64_t left = s->file->size - s->at;
	size_t n = left < CHUNK ? (size_t)left : CHUNK;

	*p = s->buf;
	if (disk_read(s->file, s->buf, n, s->at, &s->error) < 0) {
		archive_set_error(a, EIO, "%s", s->error.text);
		return ARCHIVE_FATAL;
	}
	s->at += n;
	return (la_ssize_t)n;
}

/* Only the filter of what the file is: libarchive must not find anything else in it. */
static int
support(struct archive *a, enum compression c)
{
	switch (c) {
	case GZIP_FILE:
		return archive_read_support_filter_gzip(a);
	case XZ_FILE:
		return archive_read_support_filter_xz(a);
	case BZIP2_FILE:
		return archive_read_support_filter_bzip2(a);
	default:
		return archive_read_support_filter_lz4(a);
	}
}

/* How much of the file the filter took; not every one tells in the end. */
static uint64_t
consumed(struct archive *a, const struct source *s)
{
	la_int64_t n = archive_filter_bytes(a, -1);
	return n >= 0 ? (uint64_t)n : s->at;
}

static int
run(struct archive *a, struct unpack *u, enum compression c, struct source *s, gefs_error *e)
{
	struct archive_entry *entry;
	const void *p;
	size_t n;
	la_int64_t off;
	int rc = support(a, c);

	if (rc == ARCHIVE_OK)
		rc = archive_read_support_format_raw(a);
	if (rc == ARCHIVE_OK)
		rc = archive_read_open(a, s, NULL, source_read, NULL);
	if (rc == ARCHIVE_OK)
		rc = archive_read_next_header(a, &entry);
	while (rc == ARCHIVE_OK) {
		rc = archive_read_data_block(a, &p, &n, &off);
		if (rc == ARCHIVE_OK && unpack_feed(u, p, n, consumed(a, s), e) < 0)
			return -1;
	}
	if (rc == ARCHIVE_EOF)
		return 0;
	if (s->error.code)
		return gefs_fail(e, s->error.code, GEFS_NIL, "%s: %s", u->name, s->error.text);
	return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL, "%s: cannot unpack it (%s): %s, near byte %" PRIu64 " of the file",
			 u->name, compression_name(c), archive_error_string(a) ? archive_error_string(a) : "damaged",
			 consumed(a, s));
}

int
unpack_libarchive(struct unpack *u, enum compression c, gefs_error *e)
{
	struct archive *a = archive_read_new();
	struct source *s = calloc(1, sizeof *s);
	int rc = -1;

	if (!a || !s) {
		gefs_fail_memory(e);
	} else {
		s->file = u->file;
		rc = run(a, u, c, s, e);
	}
	archive_read_free(a);
	free(s);
	return rc;
}
