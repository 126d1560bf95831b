#include "pack/metadata.h"

#include "base/error.h"
#include "block/cache.h"
#include "fs/files.h"
#include "fs/users.h"
#include "snap/snaps.h"
#include "survey/survey.h"

/* A block can have several: damaged images have pointers to anything. */
enum {
	SURE = 1 << 0,    /* metadata: its hash, or its place, says so */
	LIKELY = 1 << 1,  /* looks like what it is taken for, but for its hash */
	CONTENTS = 1 << 2, /* a pointer to file data leads here */
	USERS = 1 << 3,   /* contents of the users file */
	CLAIMED = 1 << 4  /* something takes it for metadata */
};

static int
mark(struct metadata *m, uint64_t addr, uint8_t bits)
{
	uint8_t *b = blockmap_at(&m->marks, addr / m->img->f->blksz);

	if (!b)
		return gefs_fail_memory(m->e);
	*b |= bits;
	return 0;
}

static bool
keeps(uint8_t bits)
{
	return bits & (SURE | USERS) || (bits & (LIKELY | CONTENTS)) == LIKELY;
}

bool
metadata_has(const struct metadata *m, uint64_t addr)
{
	return keeps(blockmap_get(&m->marks, addr / m->img->f->blksz));
}

/* The body of a log or deadlist block that has a hash of its own. */
static bool
list_proves(const struct format *f, const uint8_t *block, gefs_block_type type)
{
	bool log = type == GEFS_BLOCK_LOG;
	struct log_header h;
	const char *why = log ? f->log_decode(f, block, &h) : f->dead_decode(f, block, &h);

	return !why && h.covered > 0 && f->hash(block + (log ? f->log_header : f->dead_header), h.covered) == h.hash;
}

/* What the block is by its own bytes; hash: what a pointer to it says, if one does. */
static uint8_t
judge(const struct metadata *m, const struct gefs_node *g, const uint64_t *hash)
{
	const struct format *f = m->img->f;
	gefs_block_type type = f->classify(f, g->data);

	switch (type) {
	case GEFS_BLOCK_PIVOT:
	case GEFS_BLOCK_LEAF:
		if (hash && g->hash == *hash)
			return SURE;
		/* A block of zeros is a node without records, too. */
		return g->n.usable && g->n.nval > 0 ? LIKELY : 0;
	case GEFS_BLOCK_LOG:
	case GEFS_BLOCK_DEADLIST:
		return list_proves(f, g->data, type) ? SURE : LIKELY;
	case GEFS_BLOCK_ARENA:
	case GEFS_BLOCK_SUPER:
		return LIKELY;
	default:
		return 0;
	}
}

/* A block that something takes for metadata. */
static int
claim(struct metadata *m, uint64_t addr, const uint64_t *hash)
{
	uint8_t bits = CLAIMED;

	if (addr % m->img->f->blksz || addr / m->img->f->blksz >= image_blocks(m->img))
		return 0;
	struct gefs_node *g = cache_load(m->img, addr, NULL);
	if (g)
		bits |= judge(m, g, hash);
	gefs_node_close(g);
	return mark(m, addr, bits);
}

/* A place that is no file's, in whatever state it is; inside an arena only the bytes of the block can tell. */
static int
claim_fixed(struct metadata *m, uint64_t addr)
{
	return gefs_arena_of(m->img, addr) ? claim(m, addr, NULL) : mark(m, addr, CLAIMED | SURE);
}

/* Where the superblock says that an arena begins. */
static int
claim_header(struct metadata *m, uint64_t addr)
{
	return m->img->copy[m->img->used].state == GEFS_COPY_GOOD ? claim_fixed(m, addr) : claim(m, addr, NULL);
}

static int
note(void *arg, uint64_t addr, const gefs_owner *o)
{
	struct metadata *m = arg;

	switch (o->use) {
	case GEFS_USE_DATA:
		return mark(m, addr, CONTENTS);
	case GEFS_USE_LISTED:
		return 0; /* a list does not tell what was in it, and nobody reads it */
	case GEFS_USE_SUPER:
		return claim_fixed(m, addr);
	case GEFS_USE_HEADER:
		return claim_header(m, addr);
	case GEFS_USE_NODE:
	case GEFS_USE_SNAPTREE:
		return claim(m, addr, &o->hash);
	default:
		return claim(m, addr, NULL);
	}
}

/* A block that cannot be read as what it should be is not told as a reference, but is what a report is about. */
static int
note_damage(void *arg, const gefs_error *why)
{
	struct metadata *m = arg;
	return why->addr == GEFS_NIL ? 0 : claim(m, why->addr, NULL);
}

static int
note_users(void *arg, const gefs_extent *x)
{
	struct metadata *m = arg;
	return x->data ? mark(m, x->ptr.addr, USERS) : 0;
}

/* Without the users file no owner has a name. It is verified: a wrong pointer does not have other contents kept. */
static int
find_users(struct metadata *m)
{
	const struct format *f = m->img->f;
	uint8_t storage[KEY_MAX];
	gefs_dirent d;
	gefs_tree t;
	gefs_error why;

	if (!format_has(f, GEFS_HAS_TREES) || gefs_tree_find(m->img, f->users.label, &t, &why) < 0 ||
	    gefs_file_find(m->img, &t, f->users.path, &d, storage, &why) < 0 || d.length >= USERS_MAX)
		return 0;
	return gefs_file_read(m->img, &t, &d, 0, d.length, note_users, m, m->e);
}

static void
count(struct metadata *m)
{
	for (size_t i = 0; i < m->marks.cap; i++)
		for (int k = 0; m->marks.group[i].key && k < BLOCKMAP_GROUP; k++) {
			uint8_t bits = m->marks.group[i].byte[k];
			m->kept += keeps(bits);
			m->doubtful += !keeps(bits) && bits & CLAIMED;
		}
}

int
metadata_find(struct metadata *m, gefs_image *img, gefs_error *e)
{
	struct survey s = {img, note, m, note_damage, m};

	*m = (struct metadata){.img = img, .e = e};
	int rc = survey_walk(&s, e);
	for (uint32_t i = 0; rc == 0 && i < img->ncopies; i++)
		rc = claim_fixed(m, img->copy[i].addr);
	if (rc == 0)
		rc = find_users(m);
	count(m);
	return rc;
}

void
metadata_free(struct metadata *m)
{
	blockmap_free(&m->marks);
}
