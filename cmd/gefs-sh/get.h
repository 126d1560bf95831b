/* Files of the image on their way to the host. */
#ifndef SH_GET_H
#define SH_GET_H

#include "around.h"

/* Writes a file's contents to path, which appears when it is complete; an EXIT_ status. *damaged: some is lost. */
int get_file(struct shell *, const struct target *, const char *path, bool force, bool *damaged);

/* ---- gettell.c ---- */

/* A file, and what became of it. */
struct got {
	char *path, *to;   /* in the image, and here; path NULL: there is none */
	gefs_dirent entry; /* without its name */
	bool damaged, omitted;
	char **note;
	size_t nnote;
};

/* False after a complaint. */
bool got_set(struct got *, const char *path, const char *to, const gefs_dirent *);
void got_note(struct got *, const char *text);
/* A line for it; in JSON with its hash, for which it is read once more. */
void got_tell(struct shell *, const struct place *from, const struct got *);
void got_free(struct got *);

#endif
