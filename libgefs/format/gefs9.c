/* The current format, "gefs9.00": docs/format.md sections 1 to 12. Big-endian throughout. */
#include "format/format.h"

#include "base/metro.h"

enum {
	BLKSZ = 16384,
	PIVHDSZ = 10,
	LEAFHDSZ = 6,
	LOGHDSZ = 36,
	LOGSLOP = 40,
	BUFSPC = (BLKSZ - PIVHDSZ) / 2,
	DIRENTSZ = 61,
	SNAPSZ = 72,
	LABELSZ = 13,
	DEADSZ = 48,
	SUPERHDSZ = 104,
	HASH_SEED = 0x6765,
	SUPER_TYPE = 0x6765, /* "ge": the version string doubles as type */
	MAX_ARENAS = 255,
	REAM_SMALLEST = (128 << 20) + BLKSZ
};

static uint64_t
hash(const void *data, size_t len)
{
	return gefs_metro64(data, len, HASH_SEED);
}

static gefs_block_type
classify(const struct format *f, const uint8_t *b)
{
	uint16_t t = be16(b);
	(void)f;
	if (t == SUPER_TYPE)
		return GEFS_BLOCK_SUPER;
	return t <= GEFS_BLOCK_ARENA ? (gefs_block_type)t : GEFS_BLOCK_UNKNOWN;
}

static bool
super_decode(const struct format *f, const uint8_t *b, gefs_super *s)
{
	if (memcmp(b, f->version, 8) != 0)
		return false;
	memset(s, 0, sizeof *s);
	memcpy(s->version, b, 8);
	s->blksz = be32(b + 8);
	s->bufspc = be32(b + 12);
	s->narena = be32(b + 16);
	s->snap_height = be32(b + 20);
	s->snap_root = (gefs_ptr){be64(b + 24), be64(b + 32), GEFS_NIL};
	s->snapdl_head = (gefs_ptr){be64(b + 40), be64(b + 48), GEFS_NIL};
	s->snapdl_tail = (gefs_ptr){be64(b + 56), be64(b + 64), GEFS_NIL};
	s->flag = be64(b + 72);
	s->nextqid = be64(b + 80);
	s->nextgen = be64(b + 88);
	s->qgen = be64(b + 96);
	if (s->narena == 0 || s->narena > GEFS_MAX_ARENAS)
		return false;
	for (uint32_t i = 0; i < s->narena; i++) {
		s->arena[i].addr = be64(b + SUPERHDSZ + 16 * i);
		s->arena[i].hash = be64(b + SUPERHDSZ + 8 + 16 * i);
	}
	size_t covered = SUPERHDSZ + 16 * (size_t)s->narena;
	s->hash = be64(b + covered);
	s->computed = hash(b, covered);
	return true;
}

static void
super_encode(const struct format *f, const gefs_super *s, uint8_t *b)
{
	size_t covered = SUPERHDSZ + 16 * (size_t)s->narena;

	memset(b, 0, BLKSZ);
	memcpy(b, f->version, 8);
	put_be32(b + 8, s->blksz);
	put_be32(b + 12, s->bufspc);
	put_be32(b + 16, s->narena);
	put_be32(b + 20, s->snap_height);
	put_be64(b + 24, s->snap_root.addr);
	put_be64(b + 32, s->snap_root.hash);
	put_be64(b + 40, s->snapdl_head.addr);
	put_be64(b + 48, s->snapdl_head.hash);
	put_be64(b + 56, s->snapdl_tail.addr);
	put_be64(b + 64, s->snapdl_tail.hash);
	put_be64(b + 72, s->flag);
	put_be64(b + 80, s->nextqid);
	put_be64(b + 88, s->nextgen);
	put_be64(b + 96, s->qgen);
	for (uint32_t i = 0; i < s->narena; i++) {
		put_be64(b + SUPERHDSZ + 16 * i, s->arena[i].addr);
		put_be64(b + SUPERHDSZ + 8 + 16 * i, s->arena[i].hash);
	}
	put_be64(b + covered, hash(b, covered));
}

static void
root_rehash(const struct format *f, uint8_t *b, uint64_t snap_hash)
{
	gefs_super s;

	if (!super_decode(f, b, &s))
		return;
	s.snap_root.hash = snap_hash;
	super_encode(f, &s, b);
}

static bool
arena_decode(const struct format *f, const uint8_t *b, struct arena_header *a)
{
	(void)f;
	a->log_head = be64(b + 2);
	a->size = be64(b + 18);
	a->used = be64(b + 26);
	return be16(b) == GEFS_BLOCK_ARENA;
}

static void
arena_encode(const struct format *f, const struct arena_header *a, const gefs_super *root, uint8_t *b)
{
	(void)f;
	(void)root;
	memset(b, 0, BLKSZ);
	put_be16(b, GEFS_BLOCK_ARENA);
	put_be64(b + 2, a->log_head);
	put_be64(b + 10, GEFS_NIL);
	put_be64(b + 18, a->size);
	put_be64(b + 26, a->used);
}

static const char *
log_decode(const struct format *f, const uint8_t *b, struct log_header *h)
{
	h->type = classify(f, b);
	h->size = h->covered = be16(b + 2);
	h->hash = be64(b + 4);
	h->next = ptr_decode(f, b + 12);
	if (h->size <= BLKSZ - LOGHDSZ && h->size % 8 == 0)
		return NULL;
	return "an impossible size of its body";
}

static uint32_t
log_entry(const struct format *f, const uint8_t *body, uint32_t size, uint32_t at, gefs_log_entry *e, const char **why)
{
	uint64_t w = be64(body + at);
	unsigned op = w & 0xff;

	(void)f;
	if (op < GEFS_LOG_ALLOC1 || op > GEFS_LOG_FREE) {
		*why = op == 0 ? "a nop, which is never written" : "an unknown operation";
		return 0;
	}
	e->op = (gefs_log_op)op;
	e->offset = at;
	e->addr = w & ~(uint64_t)0xff;
	e->len = BLKSZ;
	if (op == GEFS_LOG_SYNC) {
		e->addr = w >> 8;
		e->len = 0;
	}
	if (op < GEFS_LOG_ALLOC)
		return 8;
	if (size - at < 16) {
		*why = "a range without its length";
		return 0;
	}
	e->len = be64(body + at + 8);
	return 16;
}

/* Ranges take two words, as in logs that the server compresses. */
static uint32_t
log_put(const struct format *f, uint8_t *b, uint32_t at, gefs_log_op op, uint64_t addr, uint64_t len)
{
	uint8_t *p = b + LOGHDSZ + at;

	(void)f;
	put_be64(p, (op == GEFS_LOG_SYNC ? addr << 8 : addr) | op);
	if (op < GEFS_LOG_ALLOC)
		return 8;
	put_be64(p + 8, len);
	return 16;
}

static void
list_seal(uint8_t *b, gefs_block_type type, uint32_t size, gefs_ptr next)
{
	put_be16(b, type);
	put_be16(b + 2, (uint16_t)size);
	put_be64(b + 4, hash(b + LOGHDSZ, size));
	ptr_encode(&format_gefs9, next, b + 12);
	memset(b + LOGHDSZ + size, 0, BLKSZ - LOGHDSZ - size);
}

static void
log_seal(const struct format *f, uint8_t *b, uint32_t size, uint64_t next)
{
	(void)f;
	list_seal(b, GEFS_BLOCK_LOG, size, (gefs_ptr){next, GEFS_NIL, GEFS_NIL});
}

/* As the server leaves the pointer in its deadlists: without a hash, born in generation 0. */
static void
dead_seal(const struct format *f, uint8_t *b, uint32_t size, uint64_t next)
{
	(void)f;
	list_seal(b, GEFS_BLOCK_DEADLIST, size, (gefs_ptr){next, GEFS_NIL, 0});
}

/* Section 6: an arena for each 4 TiB, but 8 at least and 32 at most. */
static bool
ream(const struct format *f, uint64_t size, struct arena_layout *a)
{
	enum { UNIT = 42, LEAST = 8, MOST = 32 };

	if (size < REAM_SMALLEST)
		return false;
	uint64_t room = size - size % BLKSZ - 2 * BLKSZ;
	uint64_t n = (room + (UINT64_C(1) << UNIT) - 1) >> UNIT;
	a->narena = n < LEAST ? LEAST : n > MOST ? MOST : (uint32_t)n;
	a->first = BLKSZ;
	a->stride = room / a->narena;
	a->stride -= a->stride % BLKSZ;
	a->size = a->stride - (uint64_t)f->header_copies * BLKSZ;
	return true;
}

/* A deadlist's body is an array of addresses. */
static uint32_t
dead_entry(const struct format *f, const uint8_t *body, uint32_t size, uint32_t at, gefs_dead_entry *e,
	   const char **why)
{
	(void)f;
	(void)size;
	(void)why;
	*e = (gefs_dead_entry){GEFS_DEAD_KILL, be64(body + at), GEFS_NIL};
	return 8;
}

static void
record_decode(const struct format *f, const uint8_t *p, gefs_snap *s)
{
	s->nref = be32(p);
	s->nlbl = be32(p + 4);
	s->height = be32(p + 8);
	s->flag = be32(p + 12);
	s->gen = be64(p + 16);
	s->pred = be64(p + 24);
	s->succ = be64(p + 32);
	s->base = be64(p + 40);
	s->root = ptr_decode(f, p + 48);
}

static void
record_encode(const struct format *f, const gefs_snap *s, uint8_t *p)
{
	put_be32(p, s->nref);
	put_be32(p + 4, s->nlbl);
	put_be32(p + 8, s->height);
	put_be32(p + 12, s->flag);
	put_be64(p + 16, s->gen);
	put_be64(p + 24, s->pred);
	put_be64(p + 32, s->succ);
	put_be64(p + 40, s->base);
	ptr_encode(f, s->root, p + 48);
}

static void
label_put(const struct format *f, const struct label_value *l, uint8_t *p)
{
	p[0] = f->key_byte[KEY_SNAP];
	put_be64(p + 1, l->snap);
	put_be32(p + 9, l->flags);
}

static bool
label_value(const struct format *f, const uint8_t *p, struct label_value *l)
{
	(void)f;
	l->snap = be64(p + 1);
	l->flags = be32(p + 9);
	l->mutable = (l->flags & 1) != 0;
	return true;
}

static bool
add_counter(uint8_t *at, int8_t delta)
{
	int64_t n = (int64_t)be32(at) + delta;
	put_be32(at, (uint32_t)n);
	return n >= 0;
}

static const char *
snap_update(const struct format *f, int op, gefs_bytes o, uint8_t *v)
{
	(void)f;
	memcpy(v + (op == GEFS_OP_RELINK ? 32 : 24), o.p, 8);
	bool nlbl = add_counter(v + 4, (int8_t)o.p[8]);
	bool nref = add_counter(v, (int8_t)o.p[9]);
	return nlbl && nref ? NULL : "a counter became negative";
}

static uint32_t
roots(const struct format *f, const struct probe *p, uint64_t addr[GEFS_MAX_ARENAS])
{
	addr[0] = 0;
	addr[1] = p->size - p->size % f->blksz - f->blksz;
	return 2;
}

static bool
begins_with_version(const struct probe *p, uint64_t addr)
{
	uint8_t head[8];
	return p->read(p->arg, head, sizeof head, addr) && memcmp(head, format_gefs9.version, sizeof head) == 0;
}

static bool
probe(const struct probe *p, bool forced, struct format *f)
{
	uint64_t place[GEFS_MAX_ARENAS];

	*f = format_gefs9;
	if (p->size < BLKSZ)
		return false;
	roots(f, p, place);
	return forced || begins_with_version(p, place[0]) || begins_with_version(p, place[1]);
}

const struct format format_gefs9 = {
	.name = "gefs9.00",
	.version = "gefs9.00",
	.words = "the current format",
	.features = GEFS_HAS_SUPERBLOCKS | GEFS_HAS_HEADER_HASHES | GEFS_HAS_BARRIERS | GEFS_HAS_SNAP_LINKS |
		    GEFS_HAS_TREES | GEFS_HAS_NUMERIC_KEYS,
	.blksz = BLKSZ,
	.bufspc = BUFSPC,
	.pivot_header = PIVHDSZ,
	.leaf_header = LEAFHDSZ,
	.log_header = LOGHDSZ,
	.dead_header = LOGHDSZ,
	.leaf_space = BLKSZ - LEAFHDSZ,
	.pivot_space = BLKSZ - PIVHDSZ - BUFSPC,
	.buffer_space = BUFSPC,
	.log_space = BLKSZ - LOGHDSZ,
	.dead_space = BLKSZ - LOGHDSZ,
	.max_arenas = MAX_ARENAS,
	.header_copies = 2,
	.header_bytes = BLKSZ,
	.reserved_blocks = 2,
	.exact_lifetimes = true,
	.key_max = 256,
	.name_max = 244,
	.key_byte = {0, 1, 2, 3, 4, 5, 6},
	.op_type = {0, GEFS_OP_INSERT, GEFS_OP_DELETE, GEFS_OP_CLEARB, GEFS_OP_CLOBBER, GEFS_OP_WSTAT, GEFS_OP_RELINK,
		    GEFS_OP_REPREV},
	.dirent_at = 8,
	.dirent_size = DIRENTSZ,
	.snap_size = SNAPSZ,
	.label_size = LABELSZ,
	.dead_size = DEADSZ,
	.snap_root_at = 48,
	.users = {"adm", "/users", NULL},
	.hash = hash,
	.classify = classify,
	.super_decode = super_decode,
	.arena_decode = arena_decode,
	.super_encode = super_encode,
	.root_rehash = root_rehash,
	.arena_encode = arena_encode,
	.log_put = log_put,
	.log_seal = log_seal,
	.log_full = BLKSZ - LOGHDSZ - LOGSLOP,
	.dead_seal = dead_seal,
	.ream = ream,
	.snap_encode = record_encode,
	.label_encode = label_put,
	.log_decode = log_decode,
	.dead_decode = log_decode,
	.log_entry = log_entry,
	.dead_entry = dead_entry,
	.snap_decode = record_decode,
	.label_decode = label_value,
	.snap_update = snap_update,
	.snap_operand = 10,
};

const struct version version_gefs9 = {"gefs9.00", probe, roots};
