/* A libarchive writer for an output: its filter, and its file descriptor. */
#ifndef GEFS_ARCHIVE_OUTPUT_H
#define GEFS_ARCHIVE_OUTPUT_H

#include <archive.h>
#include <archive_entry.h>

#include "archive/target.h"

/* The format is set by set, and perhaps options: "module:option=value,...". */
struct archive *output_open(const struct output *, int (*set)(struct archive *), const char *options, gefs_error *);
int output_failed(struct archive *, gefs_error *); /* fills in why; -1 */
int output_write(struct archive *, const void *p, size_t n, gefs_error *);
int output_close(struct archive *, gefs_error *);

#endif
