/* Files of the image on their way to the host. */
#ifndef SH_GET_H
#define SH_GET_H

#include "around.h"

/* Writes a file's contents to path, which appears when it is complete; an EXIT_ status. */
int get_file(struct shell *, const struct target *, const char *path, bool force);

#endif
