/* An edit of an image in memory, for tests; what fails that should not ends the program. */
#ifndef GEFS_EDIT_TESTING_BENCH_H
#define GEFS_EDIT_TESTING_BENCH_H

#include "compact/testing/scene.h"
#include "edit/edit.h"

struct bench {
	struct scene scene;
	gefs_image *img; /* on the scene's overlay */
	gefs_edit *edit;
};

struct bench bench_open(const char *image);
void bench_close(struct bench *);

void bench_find(gefs_edit *, const char *where, gefs_field *);
uint64_t bench_get(gefs_edit *, const char *where);
void bench_set(gefs_edit *, const char *where, const char *value);
void bench_rehash(gefs_edit *);
/* What the edit would leave has no errors; of file contents, too. */
bool bench_sound(gefs_edit *);
uint64_t bench_random(uint64_t *state); /* xorshift64: the same everywhere */

#endif
