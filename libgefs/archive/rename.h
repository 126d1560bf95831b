/* Names that a target can hold. A name that it cannot hold is escaped, so that its bytes can be had back:
 * %XX stands for a byte, also for a percent sign in such a name; %~N at the end is no part of the name and tells it from
 * others. All other names stay as they are. */
#ifndef GEFS_ARCHIVE_RENAME_H
#define GEFS_ARCHIVE_RENAME_H

#include "archive/target.h"

enum { STORED_NAME_MAX = 3 * 4096 };

struct renamer {
	const struct name_rules *rules;
	uint64_t count; /* of the names that got a number */
	/* Is there such a name beside this one? */
	bool (*taken)(void *arg, gefs_bytes name);
	void *arg;
};

/* The name to store, NUL-terminated; true when it is another one. */
bool rename_make(struct renamer *, gefs_bytes name, char out[STORED_NAME_MAX]);

#endif
