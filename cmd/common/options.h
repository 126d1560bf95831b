/* The options by which every command is told how to open an image. */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <getopt.h>

#include "common.h"

/* Each complains and returns false when the text is not acceptable. */
bool option_offset(const char *text, gefs_options *);
bool option_super(const char *text, gefs_options *);
bool option_format(const char *text, gefs_options *);
bool option_jobs(const char *text, gefs_options *);

/* The same for a command whose main does not want to know which ones there are: they go into its table of long options,
 * its own ones are numbered from OPTION_OWN on, its string of short ones begins with OPEN_SHORTS. */
enum { OPTION_OFFSET = 256, OPTION_SUPER, OPTION_FORMAT, OPTION_OWN };
#define OPEN_SHORTS ":hVj:"
#define OPEN_LONGS                                               \
	{"help", no_argument, NULL, 'h'},                        \
	{"version", no_argument, NULL, 'V'},                     \
	{"jobs", required_argument, NULL, 'j'},                  \
	{"offset", required_argument, NULL, OPTION_OFFSET},      \
	{"super", required_argument, NULL, OPTION_SUPER},        \
	{"format", required_argument, NULL, OPTION_FORMAT}
/* What getopt_long gave, if it is one of these or none at all: -1 to go on, else the exit status. */
int open_option(int c, char **argv, const char *help, gefs_options *);
/* Complains, points to --help, and returns EXIT_USAGE. */
int usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Opens the image, with a progress line while a compressed one is unpacked, and then the hint; NULL after a complaint. */
gefs_image *open_image(const char *path, const gefs_options *);
/* The tree of a label, or of a number, whose files are wanted; NULL is main. -1 to go on, else the exit status. */
int open_tree(gefs_image *, const char *snap, gefs_tree *);
/* Tells how much damage was not shown and closes both the image and standard output; the exit status. */
int close_image(gefs_image *, int status);

#endif
