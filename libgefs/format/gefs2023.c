/* The revision of April and May 2023, of which only the block layer is known: docs/format.md section 33. What is
 * not known for certain is inferred from the versions before and after it, and found out by trying. */
#include "base/metro.h"
#include "format/gefs0001.h"

enum { DEAD_HEADER = 28, HASH_SEED = 0x6765, BLKSZ_MAX = 16384 };

static uint64_t
metro(const void *data, size_t len)
{
	return gefs_metro64(data, len, HASH_SEED);
}

/* A deadlist block has no hash of its own. */
static const char *
dead_decode(const struct format *f, const uint8_t *b, struct log_header *h)
{
	h->type = gefs0001_classify(f, b);
	h->size = be16(b + 2);
	h->covered = 0;
	h->hash = 0;
	h->next = ptr_decode(f, b + 4);
	return h->size <= f->dead_space && h->size % 8 == 0 ? NULL : "an impossible size of its body";
}

static uint32_t
dead_entry(const struct format *f, const uint8_t *body, uint32_t size, uint32_t at, gefs_dead_entry *e,
	   const char **why)
{
	(void)size;
	(void)why;
	*e = (gefs_dead_entry){GEFS_DEAD_KILL, get64(f, body + at), GEFS_NIL};
	return 8;
}

static const struct format base = {
	.name = "gefs-2023",
	.version = "gefs0001",
	.words = "a revision of spring 2023, big-endian, of which only the block layer is known",
	.features = GEFS_HAS_INFERENCES,
	.pivot_header = GEFS0001_PIVOT_HEADER,
	.leaf_header = GEFS0001_LEAF_HEADER,
	.log_header = GEFS0001_LIST_HEADER,
	.dead_header = DEAD_HEADER,
	.max_arenas = 128,
	.header_copies = 1,
	.header_bytes = GEFS0001_ROOT_SIZE,
	.last_root_wins = true,
	.size_counts_header = true,
	.dead_hash_in_pointer = true,
	.leaves = LEAVES_RELEASED | LEAVES_STALE_UP | LEAVES_ROUGH_COUNTS | LEAVES_CLEARS |
		  LEAVES_WILD_REFS, /* as before */
	.hash = metro,
	.classify = gefs0001_classify,
	.super_decode = gefs0001_root_decode,
	.arena_decode = gefs0001_arena_decode,
	.super_encode = gefs0001_root_encode,
	.arena_encode = gefs0001_arena_encode,
	.log_put = gefs0001_log_put,
	.log_seal = gefs0001_log_seal,
	.log_ends_empty = true,
	.log_decode = gefs0001_log_decode,
	.log_entry = gefs0001_log_entry,
	.dead_decode = dead_decode,
	.dead_entry = dead_entry,
};

static void
set_block_size(struct format *f, uint32_t blksz)
{
	f->blksz = blksz;
	f->bufspc = f->buffer_space = (blksz - f->pivot_header) / 2;
	f->pivot_space = blksz - f->pivot_header - f->bufspc;
	f->leaf_space = blksz - f->leaf_header;
	f->log_space = blksz - f->log_header;
	f->log_full = f->log_space - GEFS0001_LOG_SLOP;
	f->dead_space = blksz - f->dead_header;
}

/* What lies above the block layer is read as in a neighbouring version. */
static void
borrow(struct format *f, const struct format *from)
{
	f->features |= from->features & (GEFS_HAS_TREES | GEFS_HAS_SNAP_LINKS | GEFS_HAS_NUMERIC_KEYS);
	f->key_max = from->key_max;
	f->name_max = from->name_max;
	memcpy(f->key_byte, from->key_byte, sizeof f->key_byte);
	memcpy(f->op_type, from->op_type, sizeof f->op_type);
	f->dirent_at = from->dirent_at;
	f->dirent_size = from->dirent_size;
	f->snap_size = from->snap_size;
	f->label_size = from->label_size;
	f->dead_size = from->dead_size;
	f->users = from->users;
	f->snap_decode = from->snap_decode;
	f->label_decode = from->label_decode;
	f->snap_deadlists = from->snap_deadlists;
	f->snap_update = from->snap_update;
	f->snap_operand = from->snap_operand;
}

/* Does a node of the snapshot tree hold a snapshot's record as long as those of that version? */
static bool
speaks(const struct format *f, const uint8_t *node, const struct format *version)
{
	uint32_t n = be16(node + 2);

	for (uint32_t i = 0; i < n && 2 * (i + 1) <= f->leaf_space; i++) {
		uint32_t at = be16(node + f->leaf_header + 2 * i), nk, nv;
		const uint8_t *r = node + f->leaf_header + at;
		if (at + 4 > f->leaf_space || at + 4 + (nk = be16(r)) > f->leaf_space)
			return false;
		nv = be16(r + 2 + nk);
		if (nk == 9 && r[2] == version->key_byte[KEY_SNAP] && nv == version->snap_size)
			return true;
	}
	return false;
}

/* Goes down to a leaf of the snapshot tree to see what is written there. */
static void
find_neighbour(struct format *f, const struct probe *p, const gefs_super *s)
{
	uint8_t node[BLKSZ_MAX];
	uint64_t addr = s->snap_root.addr;

	for (int depth = 0; depth < 8 && addr != GEFS_NIL && p->read(p->arg, node, f->blksz, addr); depth++) {
		gefs_block_type type = f->classify(f, node);
		if (type == GEFS_BLOCK_LEAF) {
			if (speaks(f, node, &format_gefs9))
				borrow(f, &format_gefs9);
			else if (speaks(f, node, &format_gefs0001_be))
				borrow(f, &format_gefs0001_be);
			return;
		}
		uint32_t at = be16(node + f->pivot_header), nk;
		if (type != GEFS_BLOCK_PIVOT || at + 4 > f->pivot_space)
			return;
		nk = be16(node + f->pivot_header + at);
		if (at + 4 + nk + PTR_SIZE > f->pivot_space)
			return;
		addr = be64(node + f->pivot_header + at + 4 + nk);
	}
}

/* Both hashes are tried on the first log block of each arena. */
static bool
find_hash(struct format *f, const struct probe *p, const gefs_super *s)
{
	static uint64_t (*const hashes[])(const void *, size_t) = {metro, gefs0001_hash};
	uint8_t block[BLKSZ_MAX];
	struct arena_header a;

	for (uint32_t i = 0; i < s->narena; i++) {
		if (!p->read(p->arg, block, GEFS0001_ROOT_SIZE, s->arena[i].addr) || !f->arena_decode(f, block, &a) ||
		    !p->read(p->arg, block, f->blksz, a.log_head))
			continue;
		for (size_t k = 0; k < sizeof hashes / sizeof *hashes; k++)
			if (hashes[k](block + f->log_header, f->log_space) == be64(block + 2)) {
				f->hash = hashes[k];
				return true;
			}
	}
	return false;
}

/* Blocks of 8 KiB are also those of 2022, whose hash is the other one. */
static bool
probe(const struct probe *p, bool forced, struct format *f)
{
	static const uint32_t sizes[] = {16384, 8192};
	gefs_super s;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		*f = base;
		memset(f->key_byte, NO_KEY, sizeof f->key_byte);
		set_block_size(f, sizes[i]);
		if (!gefs0001_find_root(f, p, &s))
			continue;
		bool known = find_hash(f, p, &s);
		find_neighbour(f, p, &s);
		return forced || sizes[i] == 16384 || (known && f->hash == metro);
	}
	return forced;
}

const struct version version_gefs2023 = {"gefs-2023", probe, gefs0001_roots};
