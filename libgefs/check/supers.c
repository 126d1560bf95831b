/* Group A: the device and its root data. What needs the trees (next numbers) is at the end of usage.c. */
#include <inttypes.h>

#include "check/check.h"

static const char owner[] = "superblock";

static bool
was_grown_badly(const gefs_image *img)
{
	/* The bug stores all ones for every arena that existed before. */
	bool any = false;
	for (uint32_t i = 0; i < img->narenas; i++) {
		const gefs_arena *a = &img->arenas[i].pub;
		if (a->copy[0] == GEFS_COPY_GOOD && a->copy[1] == GEFS_COPY_GOOD)
			continue;
		if (image_super(img)->arena[i].hash != GEFS_NIL || !a->header_ok || !a->copies_equal)
			return false;
		any = true;
	}
	return any;
}

static void
check_copy(struct gefs_check *c, int i)
{
	const struct super_copy *s = &c->img->copy[i], *other = &c->img->copy[!i];
	struct place p = at_block(s->addr, owner);
	const char *which = i ? "last" : "first";

	if (s->type == GEFS_BLOCK_UNKNOWN)
		finding(c, F_SUPER_TYPE, &p, "%s superblock at 0x%" PRIx64 " does not begin with a known block type", which,
			s->addr);
	if (s->state == GEFS_COPY_GOOD)
		return;
	if (other->state != GEFS_COPY_GOOD)
		finding(c, F_SUPER_BOTH, &p,
			"%s superblock at 0x%" PRIx64 " is not good and neither is the other one: %s is read all the same",
			which, s->addr, c->img->used ? "the last" : "the first");
	else if (s->state == GEFS_COPY_BAD_HASH)
		finding(c, F_SUPER_COPY, &p,
			"%s superblock at 0x%" PRIx64 ": hash is %016" PRIx64 ", expected %016" PRIx64 "; the other one is used",
			which, s->addr, s->super.computed, s->super.hash);
	else
		finding(c, F_SUPER_COPY, &p, "there is no superblock at 0x%" PRIx64 " (the %s place); the other one is used",
			s->addr, which);
}

static bool
covered_equal(const gefs_super *a, const gefs_super *b)
{
	return a->hash == b->hash && a->narena == b->narena;
}

static void
check_fields(struct gefs_check *c)
{
	const gefs_super *s = image_super(c->img);
	const struct format *f = c->img->f;
	struct place p = at_block(c->img->copy[c->img->used].addr, owner);

	if (s->blksz != f->blksz)
		finding(c, F_SUPER_FIELDS, &p, "block size is %u, expected %u", s->blksz, f->blksz);
	if (s->bufspc != f->bufspc)
		finding(c, F_SUPER_FIELDS, &p, "buffer space is %u, expected %u", s->bufspc, f->bufspc);
	if (s->narena > f->max_arenas)
		finding(c, F_SUPER_FIELDS, &p, "%u arenas, at most %u are possible", s->narena, f->max_arenas);
	if (s->flag)
		finding(c, F_SUPER_FLAG, &p, "flags are 0x%" PRIx64 ", expected 0", s->flag);
	if (s->snapdl_head.addr != GEFS_NIL || s->snapdl_tail.addr != GEFS_NIL)
		finding(c, F_SUPER_SNAPDL, &p, "the snapshot tree's deadlist is 0x%" PRIx64 " to 0x%" PRIx64 ", expected nil",
			s->snapdl_head.addr, s->snapdl_tail.addr);
}

static void
check_superblocks(struct gefs_check *c)
{
	const gefs_image *img = c->img;

	for (int i = 0; i < 2; i++)
		check_copy(c, i);
	if (img->copy[0].state == GEFS_COPY_GOOD && img->copy[1].state == GEFS_COPY_GOOD &&
	    !covered_equal(&img->copy[0].super, &img->copy[1].super)) {
		struct place p = at_block(img->copy[1].addr, owner);
		finding(c, F_SUPER_DIFFER, &p,
			"the superblocks at 0x0 and 0x%" PRIx64 " are of different syncs (%" PRIu64 " and %" PRIu64 ")",
			img->copy[1].addr, img->copy[0].super.qgen, img->copy[1].super.qgen);
	}
	if (was_grown_badly(img)) {
		struct place p = at_block(img->copy[img->used].addr, owner);
		finding(c, F_SUPER_GROWN, &p,
			"the superblock holds all ones as the hash of old arenas: the disk was grown by a file server with the "
			"grow bug and cannot be loaded; everything else is intact and readable");
	}
}

static bool
same_root(const gefs_super *a, const gefs_super *b)
{
	return a->snap_root.addr == b->snap_root.addr && a->snap_root.hash == b->snap_root.hash &&
	       a->snap_height == b->snap_height && a->nextqid == b->nextqid && a->nextgen == b->nextgen;
}

/* Every arena header repeats the root data. Headers that are none are the business of arenas.c. */
static void
check_root_copies(struct gefs_check *c)
{
	const gefs_image *img = c->img;
	const gefs_super *used = image_super(img);

	for (uint32_t i = 0; i < img->ncopies; i++) {
		const struct super_copy *k = &img->copy[i];
		struct place p = at_block(k->addr, "arena header");
		if (i == img->used || memcmp(k->super.version, img->f->version, sizeof k->super.version) != 0)
			continue;
		if (!super_same_shape(&k->super, used)) {
			finding(c, F_SUPER_FIELDS, &p, "arena header %u at 0x%" PRIx64 " has %u arenas of 0x%" PRIx64
				" bytes, blocks of %u and buffers of %u; the one in use (%u) has %u of 0x%" PRIx64 ", %u and %u",
				i, k->addr, k->super.narena, k->super.arena_size, k->super.blksz, k->super.bufspc, img->used,
				used->narena, used->arena_size, used->blksz, used->bufspc);
			continue;
		}
		if (same_root(&k->super, used))
			continue;
		finding(c, F_ROOT_DIFFER, &p,
			"arena header %u at 0x%" PRIx64 " has the snapshot tree at 0x%" PRIx64 ", next qid %" PRIu64
			", next generation %" PRIu64 "; the one in use (%u) has 0x%" PRIx64 ", %" PRIu64 ", %" PRIu64,
			i, k->addr, k->super.snap_root.addr, k->super.nextqid, k->super.nextgen, img->used,
			used->snap_root.addr, used->nextqid, used->nextgen);
		/* Logs may be those of another state than the trees. */
		c->released |= (img->f->leaves & LEAVES_RELEASED) != 0;
	}
}

/* Do the arenas fit? */
static void
check_device(struct gefs_check *c)
{
	const gefs_image *img = c->img;
	const struct format *f = img->f;
	bool supers = format_has(f, GEFS_HAS_SUPERBLOCKS);
	uint64_t end = 0, room = supers ? img->copy[1].addr : image_blocks(img) * f->blksz;

	for (uint32_t i = 0; i < img->narenas; i++) {
		const gefs_arena *a = &img->arenas[i].pub;
		uint64_t reach; /* what the arena is known to need, its headers at least */
		if (__builtin_add_overflow(a->header, f->header_copies * (uint64_t)f->blksz, &reach))
			reach = GEFS_NIL;
		if (a->header_ok)
			reach = a->end;
		if (reach > end)
			end = reach;
	}
	if (end > room) {
		struct place p = at_block(room, "device");
		finding(c, F_DEVICE_SHORT, &p, "the arenas end at 0x%" PRIx64 ", the device leaves room up to 0x%" PRIx64 "%s",
			end, room, supers ? " before its last superblock" : "");
	}
}

void
check_supers(struct gefs_check *c)
{
	if (format_has(c->img->f, GEFS_HAS_INFERENCES)) {
		struct place p = NOWHERE;
		finding(c, F_FORMAT_INFERRED, &p, "the version is taken for %s: %s%s", c->img->f->name, c->img->f->words,
			format_has(c->img->f, GEFS_HAS_TREES) ? "" : "; no file trees are read");
	}
	if (format_has(c->img->f, GEFS_HAS_SUPERBLOCKS))
		check_superblocks(c);
	else
		check_root_copies(c);
	check_fields(c);
	check_device(c);
}
