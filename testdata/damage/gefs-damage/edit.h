/* Changes that move bytes about inside a block. */
#ifndef GEFS_DAMAGE_EDIT_H
#define GEFS_DAMAGE_EDIT_H

#include "find.h"

/* Removes a record from its node. */
bool edit_delete(uint8_t *block, const struct spot *record);
/* Adds a value (op 0) or a message; it goes where its key belongs. False when the node has no room. */
bool edit_insert(uint8_t *block, int op, gefs_bytes key, gefs_bytes value);
/* "alloc:ADDR:LEN" and such, comma separated, before the last barrier of a log; plain numbers for a deadlist. */
bool edit_append(uint8_t *block, const char *words);

#endif
