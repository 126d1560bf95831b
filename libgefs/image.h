/* An open image: what the floors of the library share. */
#ifndef GEFS_IMAGE_H
#define GEFS_IMAGE_H

#include <stdatomic.h>

#include "disk/disk.h"
#include "format/format.h"

struct super_copy {
	gefs_super super;
	gefs_copy_state state;
	uint64_t addr;
	gefs_block_type type;
};

enum log_problem { LOG_FINE, LOG_BAD_HEAD, LOG_BAD_BLOCK, LOG_CYCLE, LOG_BAD_ENTRY, LOG_BAD_REPLAY };

struct arena {
	gefs_arena pub;
	enum log_problem problem; /* the kind of what error tells */
	uint64_t size_stored;     /* as the header says */
	gefs_range *free;
	gefs_error error;
};

struct gefs_image {
	struct disk *disk;
	const struct format *f; /* &format */
	struct format format;
	bool format_given; /* by the user, not found out */
	struct pool *pool;
	struct super_copy *copy;
	uint32_t ncopies;
	uint32_t used; /* which copy */
	struct arena *arenas;
	uint32_t narenas;
	struct cache *cache;
	uint8_t *bulk_buffers; /* one piece for each thread; NULL until first needed */
	struct snaps *snaps; /* NULL until first needed */
	struct users *users; /* likewise */
	_Atomic uint64_t bytes_read;
	atomic_bool interrupted;  /* gefs_interrupt */
	_Atomic uint64_t refused; /* reads that failed because of it */
};

static inline const gefs_super *
image_super(const gefs_image *img)
{
	return &img->copy[img->used].super;
}

/* Of root data that is repeated in every arena header: the same in what never changes? */
static inline bool
super_same_shape(const gefs_super *a, const gefs_super *b)
{
	return a->narena == b->narena && a->arena_size == b->arena_size && a->blksz == b->blksz && a->bufspc == b->bufspc;
}

/* Whole blocks on the device. */
static inline uint64_t
image_blocks(const gefs_image *img)
{
	return img->disk->size / img->f->blksz;
}

/* Opens what is on a disk, which it closes in the end, also on failure. name is for messages. */
gefs_image *image_open_disk(struct disk *, const gefs_options *, const char *name, gefs_error *);

/* The copy of the root data that the file server takes; a doubtful one if there is no better one; -1: none. */
int image_best_root(const gefs_image *);

/* Reads from the disk, counted, unless the image is interrupted: everything that is read goes this way. Thread safe. */
int image_read(gefs_image *, void *buf, size_t len, uint64_t off, gefs_error *);
/* -1 with GEFS_ECANCEL while nothing is to be read. */
int image_proceed(gefs_image *, gefs_error *);
/* Fails as well when only now and then something was refused, since image->refused was as before. */
int image_uninterrupted(const gefs_image *, uint64_t refused_before, gefs_error *);
/* The error of all of them. */
extern const gefs_error image_interruption;

/* An aligned address inside some arena's blocks. */
bool image_addr_ok(const gefs_image *, uint64_t addr);

#endif
