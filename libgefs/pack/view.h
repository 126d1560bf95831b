/* An image as it is packed when file contents are left out: a disk over its disk. */
#ifndef GEFS_PACK_VIEW_H
#define GEFS_PACK_VIEW_H

#include "pack/metadata.h"

struct hide;

/* What is no metadata reads as zeros. hide: names are replaced; may be NULL. All must outlive the view; NULL: no memory. */
struct disk *view_new(const struct metadata *, const struct hide *, gefs_error *);

#endif
