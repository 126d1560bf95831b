/* The different names of one kind, and their replacements. */
#ifndef GEFS_HIDE_NAMESET_H
#define GEFS_HIDE_NAMESET_H

#include "hide/renaming.h"

struct nameset {
	struct name *v;
	size_t n, cap;
	uint32_t *table; /* of hashes: index + 1 */
	size_t slots;    /* 0 or a power of two */
};

/* Adds a name, unless it is there. stays: it is not to be replaced. False: no memory. */
bool nameset_add(struct nameset *, gefs_bytes, bool stays);
/* Finds replacements; no name may be added any more. by_length: shorter names sort first, whatever their bytes; else names
 * sort by their bytes alone. False: there are too many names of some length (*length). */
bool nameset_assign(struct nameset *, bool by_length, const char *never, uint32_t *length);
/* Puts the replacement in the place of a name. False: it is not in the set. */
bool nameset_replace(const struct nameset *, uint8_t *name, size_t n);
void nameset_free(struct nameset *);

#endif
