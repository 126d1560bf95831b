/* The cursor: a structure of the image that is being looked at by its fields. */
#ifndef SH_CURSOR_H
#define SH_CURSOR_H

#include "sh.h"

/* The edit through which fields are found, whether there is going to be a change or not; NULL after a complaint. */
gefs_edit *shell_edit(struct shell *);

/* The structure at the cursor; false after a complaint. */
bool cursor_structure(struct shell *, gefs_field *);
/* A field of it by its name, or any by a whole WHERE; NULL: the structure. False after a complaint. */
bool cursor_field(struct shell *, const char *name, gefs_field *);
/* Where the cursor is, as text; NULL: nowhere. */
const char *cursor_where(const struct shell *);
void cursor_free(struct cursor *);

#endif
