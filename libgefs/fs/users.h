/* The users file: docs/format.md section 18. */
#ifndef GEFS_FS_USERS_H
#define GEFS_FS_USERS_H

#include "image.h"

struct users {
	gefs_user *user;
	size_t n, cap;
	char *text; /* what the names point into */
	gefs_error error;
	bool damaged;
};

struct users *users_get(gefs_image *);
void users_free(struct users *);

#endif
