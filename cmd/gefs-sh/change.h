/* Commands that change things, a file or two for each; change.c has their table. */
#ifndef SH_CHANGE_H
#define SH_CHANGE_H

#include "cursor.h"

int change_set(struct shell *, const struct call *);
int change_add(struct shell *, const struct call *);
int change_fuzz(struct shell *, const struct call *);
int change_zap(struct shell *, const struct call *);
int change_clone(struct shell *, const struct call *);
int change_delete(struct shell *, const struct call *);
int change_insert(struct shell *, const struct call *);
int change_message(struct shell *, const struct call *);
int change_append(struct shell *, const struct call *);
int change_copysuper(struct shell *, const struct call *);
int change_copyheader(struct shell *, const struct call *);
int change_rehash(struct shell *, const struct call *);
int change_diff(struct shell *, const struct call *);
int change_commit(struct shell *, const struct call *);
int change_abort(struct shell *, const struct call *);
int change_undo(struct shell *, const struct call *);

/* set without arguments, or with the name of a setting: an EXIT_ status; -1: it is about a field. */
int settings(struct shell *, const struct call *);

/* After the edit was changed: hashes, if the user wants them to follow, and a new look at the image. An EXIT_ status; rc and
 * e are what the change itself returned. */
int change_done(struct shell *, int rc, const gefs_error *);

#endif
