/* Compacting in place: what may be compacted, and what it is to become. */
#ifndef GEFS_COMPACT_COMPACT_H
#define GEFS_COMPACT_COMPACT_H

#include "check/check.h"
#include "image.h"

/* The check on which everything relies, without a single error; NULL, with the reason in the error, if the image must
 * not be changed. */
gefs_check *compact_check(gefs_image *, const gefs_compact_options *, gefs_error *);

#endif
