/* The options by which every command is told how to open an image. */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include "common.h"

/* Each complains and returns false when the text is not acceptable. */
bool option_offset(const char *text, gefs_options *);
bool option_super(const char *text, gefs_options *);
bool option_format(const char *text, gefs_options *);
bool option_jobs(const char *text, gefs_options *);

#endif
