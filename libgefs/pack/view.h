/* An image as it is packed when file contents are left out: a disk over its disk. */
#ifndef GEFS_PACK_VIEW_H
#define GEFS_PACK_VIEW_H

#include "hide/hide.h"
#include "pack/metadata.h"

/* What is no metadata reads as zeros; hide, if not NULL, changes the rest. Both must outlive the view. NULL: no memory. */
struct disk *view_new(const struct metadata *, const struct hide *, gefs_error *);

#endif
