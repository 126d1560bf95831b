/* Files that are the same in one snapshot as in the one before. */
#ifndef GEFS_ARCHIVE_LINKS_H
#define GEFS_ARCHIVE_LINKS_H

#include "gefs.h"

struct links;
struct links *links_new(gefs_image *); /* NULL: out of memory */
void links_free(struct links *);
/* From now on files are those of this tree: forgets whose contents are not the same as in the tree before. */
int links_enter(struct links *, const gefs_tree *, gefs_error *);
/* Where the archive has this file, with the same contents and everything else but the time of its last use; or NULL. */
const char *links_find(const struct links *, const gefs_dirent *);
int links_add(struct links *, const gefs_dirent *, const char *path, gefs_error *);

#endif
