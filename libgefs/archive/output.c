#include "archive/output.h"

#include <errno.h>
#include <string.h>

static const struct filter {
	const char *name;
	int (*add)(struct archive *);
} filters[] = {
	{"none", archive_write_add_filter_none},   {"gzip", archive_write_add_filter_gzip},
	{"bzip2", archive_write_add_filter_bzip2}, {"xz", archive_write_add_filter_xz},
	{"zstd", archive_write_add_filter_zstd},   {"lz4", archive_write_add_filter_lz4},
};

int
output_failed(struct archive *a, gefs_error *e)
{
	const char *why = archive_error_string(a);
	int sys = archive_errno(a);

	gefs_fail(e, GEFS_EIO, GEFS_NIL, "cannot write the archive: %s", why ? why : "no reason given");
	if (e)
		e->sys = sys > 0 ? sys : 0;
	return -1;
}

static int
add_filter(struct archive *a, const char *name)
{
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		if (strcmp(filters[i].name, name) == 0) {
			int rc = filters[i].add(a);
			/* Otherwise the time of the export would be in the archive. */
			if (rc == ARCHIVE_OK && strcmp(name, "gzip") == 0)
				rc = archive_write_set_filter_option(a, "gzip", "timestamp", NULL);
			return rc;
		}
	return ARCHIVE_FATAL;
}

struct archive *
output_open(const struct output *o, int (*set)(struct archive *), const char *options, gefs_error *e)
{
	enum { PIECE = 1 << 16 }; /* what is smaller is collected, larger data goes on without being copied */
	struct archive *a = archive_write_new();

	if (!a) {
		gefs_fail_memory(e);
		return NULL;
	}
	if (set(a) != ARCHIVE_OK || (options && archive_write_set_options(a, options) != ARCHIVE_OK) ||
	    add_filter(a, o->filter) != ARCHIVE_OK || archive_write_set_bytes_per_block(a, PIECE) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK || archive_write_open_fd(a, o->fd) != ARCHIVE_OK) {
		output_failed(a, e);
		archive_write_free(a);
		return NULL;
	}
	return a;
}

int
output_write(struct archive *a, const void *p, size_t n, gefs_error *e)
{
	const uint8_t *b = p;

	while (n) {
		la_ssize_t done = archive_write_data(a, b, n);
		if (done <= 0)
			return output_failed(a, e);
		b += done;
		n -= (size_t)done;
	}
	return 0;
}

int
output_close(struct archive *a, gefs_error *e)
{
	return archive_write_close(a) == ARCHIVE_OK ? 0 : output_failed(a, e);
}
