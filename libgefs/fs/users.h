/* The users file: docs/format.md section 18. */
#ifndef GEFS_FS_USERS_H
#define GEFS_FS_USERS_H

#include "image.h"

enum { USERS_MAX = 1 << 20 }; /* the file is shorter, bytes */

struct users {
	gefs_user *user;
	size_t n, cap;
	size_t *by_name, *by_id; /* indexes into user, sorted: the file may have very many lines */
	char *text; /* what the names point into */
	gefs_error error;
	bool damaged;
};

struct users *users_get(gefs_image *);
/* Is the number in the users file? */
bool users_known(gefs_image *, int32_t id);
void users_free(struct users *);

#endif
