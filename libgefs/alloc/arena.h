/* Arenas: the good header copy, and the free ranges that the log leaves. */
#ifndef GEFS_ALLOC_ARENA_H
#define GEFS_ALLOC_ARENA_H

#include "image.h"

/* Loads every arena; damage is recorded in each, only want of memory fails. */
int arenas_load(gefs_image *, gefs_error *);
void arenas_free(gefs_image *);

/* Reads one block of the arena's log chain and checks what its header says. */
int log_block_read(gefs_image *, const gefs_arena *, uint64_t addr, uint8_t *block, struct log_header *, gefs_error *);

#endif
