/* What gefs-check's files share: the settings, and the reports in text and JSON made from the same findings. */
#ifndef GEFS_CHECK_CMD_H
#define GEFS_CHECK_CMD_H

#include "gefs.h"

struct settings {
	gefs_options open;
	gefs_check_options check;
	bool json, progress, quiet, verbose, list, many;
};

void report(const struct settings *, const char *path, const gefs_image *, const gefs_check *);
/* The image could not be opened: JSON still gets its summary. */
void report_failure(const char *path, const gefs_error *);
void list_findings(const struct settings *);

#endif
