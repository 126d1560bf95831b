/* Arenas: the good header copy, and the free ranges that the log leaves. */
#ifndef GEFS_ALLOC_ARENA_H
#define GEFS_ALLOC_ARENA_H

#include "image.h"

/* Loads every arena; damage is recorded in each, only want of memory fails. */
int arenas_load(gefs_image *, gefs_error *);
void arenas_free(gefs_image *);

#endif
