/* The options by which every command is told how to open an image. */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include "common.h"

/* Each complains and returns false when the text is not acceptable. */
bool option_offset(const char *text, gefs_options *);
bool option_super(const char *text, gefs_options *);
bool option_format(const char *text, gefs_options *);
bool option_jobs(const char *text, gefs_options *);

/* "gefs-dump: text; try gefs-dump --help"; returns EXIT_USAGE. */
int wrong_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
