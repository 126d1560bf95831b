/* What the parts of gefs-export share. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include <inttypes.h>

#include "../common/common.h"
#include "../common/newfile.h"

struct settings {
	gefs_options open;
	gefs_export_options export;
	const char *image;
	const char *file; /* where the archive goes; NULL: standard output */
	const char *format, *filter;
	bool list, json, quiet, verbose, progress;
};

/* options.c: -1 to go on, else the exit status. */
int parse_options(int argc, char **argv, struct settings *);

/* file.c: the archive's file, which gets its name when it is complete. */
struct outfile {
	const char *path; /* NULL: standard output */
	bool to_file;     /* else path is no regular file, or standard output */
	struct newfile file;
	int fd;           /* of any of them */
};
bool outfile_open(struct outfile *, const char *path, const char *image); /* false after a complaint */
bool outfile_done(struct outfile *, bool keep);

/* tell.c: the callbacks of an export, and its end. */
struct teller {
	gefs_image *img;
	const struct settings *s;
	struct progress *progress;
	uint64_t notes; /* that were shown */
};
int tell_entry(void *teller, const gefs_export_entry *);
int tell_note(void *teller, const gefs_export_note *);
int tell_progress(void *teller, const char *what, uint64_t done, uint64_t total);
void tell_end(const struct teller *, const gefs_export_stats *, int status);

#endif
