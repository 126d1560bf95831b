/* For those who make something new of an image: of damage they would make what looks sound. */
#ifndef GEFS_CHECK_SOUND_H
#define GEFS_CHECK_SOUND_H

#include "gefs.h"

/* Fails on an image with errors, naming the first one. File contents are not looked at. Progress as in a check. */
int check_sound(gefs_image *, int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total), void *arg,
		gefs_error *);

#endif
