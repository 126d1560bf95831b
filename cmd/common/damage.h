/* Damage met on the way. Said once, and no more than a screenful. */
#ifndef COMMON_DAMAGE_H
#define COMMON_DAMAGE_H

#include <stdbool.h>

#include "gefs.h"

void damage_tell(const gefs_error *);
int damage_fn(void *arg, const gefs_error *); /* a gefs_damage_fn that goes on */
int damage_ignore(void *arg, const gefs_error *); /* one that says nothing, where the same damage is told elsewhere */
void damage_end(void);                        /* how many were not shown */
bool damage_met(void);
void damage_forget(void); /* what was met so far */
void complain_error(const gefs_error *);
/* Status for a call that failed: damage is told, all else is a failure. */
int failed(const gefs_error *);

#endif
