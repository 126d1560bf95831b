/* Commands for looking under, a file or two for each; under.c has their table. */
#ifndef SH_UNDER_H
#define SH_UNDER_H

#include "sh.h"

#endif
