/* Changes that move bytes about inside a block. */
#ifndef GEFS_DAMAGE_EDIT_H
#define GEFS_DAMAGE_EDIT_H

#include "find.h"

/* Removes a record from its node. */
bool edit_delete(const struct format *, uint8_t *block, const struct spot *record);
/* Adds a message (byte: its operation as on the disk) or a value (-1); it goes where its key belongs. False
 * when the node has no room. */
bool edit_insert(const struct format *, uint8_t *block, int byte, gefs_bytes key, gefs_bytes value);
/* "alloc:ADDR:LEN" and such, comma separated, before the last barrier, end or chain of a log or deadlist. */
bool edit_append(struct store *, uint8_t *block, const char *words);
/* Where in a log's body that entry stands; `size` when there is none. */
uint32_t edit_log_end(const struct format *, const uint8_t *block, uint32_t size);

#endif
