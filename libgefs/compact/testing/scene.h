/* An image in memory, what is known to be true of it, and disks that a test makes of it. */
#ifndef GEFS_COMPACT_TESTING_SCENE_H
#define GEFS_COMPACT_TESTING_SCENE_H

#include "disk/testing/layers.h"
#include "image.h"

struct facts {
	uint64_t files;                  /* digest of all entries and contents of all labels */
	uint64_t free[GEFS_MAX_ARENAS];  /* digest of the free ranges of each arena */
	uint32_t narenas;
};

struct scene {
	const uint8_t *base;
	uint64_t size;
	struct disk *overlay;
	struct facts before, after; /* the change: after is taken by scene_compact */
	char undo[64];              /* name of the undo file of the change */
};

/* An unpacked image of the corpus; `arenas` times as many arenas, if that is not 1. */
struct scene scene_open(const char *name, uint32_t arenas);
void scene_close(struct scene *);

/* Opens what is on a disk, which must work. */
gefs_image *scene_image(struct disk *);
struct facts scene_facts(struct disk *);

/* Compacts what is on a disk; undoes it. */
int scene_change(const struct scene *, struct disk *, gefs_error *);
int scene_undo(const struct scene *, struct disk *, gefs_error *);

/* Compacts the overlay through a recorder, which is returned. */
struct disk *scene_compact(struct scene *);

/* The disk opens, has no errors, the same files, and the free space of before or after; *state, if not NULL, gets 0 or
 * 1, or -1 for before in some arenas and after in others. */
bool scene_sound(const struct scene *, struct disk *, int *state);

#endif
