/* Where what a change overwrites is kept, when the user does not say. */
#ifndef COMMON_UNDONAME_H
#define COMMON_UNDONAME_H

#include <stdbool.h>

/* IMAGE.undo; numbered: the first of that, IMAGE.undo.2, ... that does not exist. Beside a device there is no good place:
 * NULL, with a complaint. Free it. */
char *undo_name(const char *image, bool numbered);

#endif
