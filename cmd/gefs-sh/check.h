/* A check of the image from inside the shell. */
#ifndef SH_CHECK_H
#define SH_CHECK_H

#include "../views/report.h"
#include "sh.h"

int check_image(struct shell *, const gefs_check_options *, const struct report_style *);

#endif
