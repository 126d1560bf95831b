/* A sparse temporary file without a name, in TMPDIR or /tmp, for images that cannot be read where they lie. */
#ifndef GEFS_DISK_SPOOL_H
#define GEFS_DISK_SPOOL_H

#include "disk/compressed.h"

/* Unpacks the whole of u->file (whose out need not be set) and gives a disk of the result. */
struct disk *spool_open(struct unpack *u, enum compression, gefs_error *);

#endif
