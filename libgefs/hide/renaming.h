/* Other names for names, which sort as these do. */
#ifndef GEFS_HIDE_RENAMING_H
#define GEFS_HIDE_RENAMING_H

#include "format/format.h"

struct name {
	uint8_t *old; /* n bytes */
	uint8_t *new; /* as many: what takes their place */
	uint32_t n;
	bool stays;   /* is its own replacement */
};

/* Replaces names of any lengths, which stand in ascending order (bytes_cmp) and differ: new ones have the same lengths and
 * stand in ascending order, too. Readable letters are used where they do, in the end all bytes but control characters,
 * and those in never (NUL-terminated). As far as possible no new name equals an old one, or at least not that which it
 * replaces. False: there are not enough. */
bool renaming(struct name *, size_t count, const char *never);

#endif
