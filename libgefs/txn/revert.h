/* Putting back what a commit has overwritten. */
#ifndef GEFS_TXN_REVERT_H
#define GEFS_TXN_REVERT_H

#include "txn/undofile.h"

/* As gefs_undo, with both open already. img: NULL, or the image on the disk, which has to be the one that was changed;
 * a change in place may have left none. */
int revert(struct undofile *, struct disk *, const gefs_image *img, bool dry_run, gefs_undo_result *, gefs_error *);

#endif
