/* What a check found, in text and JSON, from the same findings. */
#ifndef VIEWS_REPORT_H
#define VIEWS_REPORT_H

#include "gefs.h"

struct report_style {
	bool json, quiet, verbose;
};

void report(const struct report_style *, const char *path, const gefs_image *, const gefs_check *);
/* The image could not be opened: JSON still gets its summary. */
void report_failure(const char *path, const gefs_error *);
void list_findings(const struct report_style *);

#endif
