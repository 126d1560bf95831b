/* Commands that change things, a file or two for each; change.c has their table. */
#ifndef SH_CHANGE_H
#define SH_CHANGE_H

#include "sh.h"

#endif
