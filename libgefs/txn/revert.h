/* Putting back what a commit has overwritten. */
#ifndef GEFS_TXN_REVERT_H
#define GEFS_TXN_REVERT_H

#include "txn/undofile.h"

/* As gefs_undo, with both open already. */
int revert(struct undofile *, gefs_image *, bool dry_run, gefs_undo_result *, gefs_error *);

#endif
