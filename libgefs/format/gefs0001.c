/* The format of 2022, "gefs0001", in both byte orders: docs/format.md sections 23 to 32. */
#include "format/gefs0001.h"

#include "base/siphash.h"

enum {
	BLKSZ = 8192,
	BUFSPC = (BLKSZ - GEFS0001_PIVOT_HEADER) / 2,
	DIRENTSZ = 53,
	SNAPSZ = 232,
	LABELSZ = 9,
	NDEAD = 8,
	MAGIC = 0x6765, /* "ge": the version string doubles as type */
	MAX_ARENAS = 128,
	REAM_LEAST = 8, /* arenas */
	REAM_ARENA = 128 << 20 /* bytes of the smallest arena that ream makes */
};

enum log_op { LOG_ALLOC1 = 1, LOG_FREE1, LOG_CHAIN, LOG_END, LOG_ALLOC, LOG_FREE };
enum dead_op { OP_END, OP_CHAIN, OP_GRAFT, OP_KILL };

uint64_t
gefs0001_hash(const void *data, size_t len)
{
	const uint64_t key = 0x7366656773666567; /* "gefsgefs", twice */
	return gefs_siphash(data, len, key, key);
}

gefs_block_type
gefs0001_classify(const struct format *f, const uint8_t *b)
{
	uint16_t t = get16(f, b);
	if (be16(b) == MAGIC)
		return GEFS_BLOCK_ARENA;
	return t <= GEFS_BLOCK_DEADLIST ? (gefs_block_type)t : GEFS_BLOCK_UNKNOWN;
}

bool
gefs0001_root_decode(const struct format *f, const uint8_t *b, gefs_super *s)
{
	if (memcmp(b, f->version, 8) != 0)
		return false;
	memset(s, 0, sizeof *s);
	memcpy(s->version, b, 8);
	s->blksz = get32(f, b + 8);
	s->bufspc = get32(f, b + 12);
	s->snap_height = get32(f, b + 16);
	s->snap_root = (gefs_ptr){get64(f, b + 20), get64(f, b + 28), GEFS_NIL};
	s->narena = get32(f, b + 36);
	s->arena_size = get64(f, b + 40);
	s->nextqid = get64(f, b + 48);
	s->nextgen = get64(f, b + 56);
	s->snapdl_head.addr = s->snapdl_tail.addr = GEFS_NIL;
	if (s->narena == 0 || s->narena > GEFS_MAX_ARENAS || s->arena_size == 0 || s->arena_size % f->blksz)
		return false;
	for (uint32_t i = 0; i < s->narena; i++) {
		s->arena[i].hash = GEFS_NIL;
		if (__builtin_mul_overflow(s->arena_size, (uint64_t)i, &s->arena[i].addr))
			return false;
	}
	return true;
}

void
gefs0001_root_encode(const struct format *f, const gefs_super *s, uint8_t *b)
{
	memset(b, 0, f->blksz);
	memcpy(b, f->version, 8);
	put32(f, b + 8, s->blksz);
	put32(f, b + 12, s->bufspc);
	put32(f, b + 16, s->snap_height);
	put64(f, b + 20, s->snap_root.addr);
	put64(f, b + 28, s->snap_root.hash);
	put32(f, b + 36, s->narena);
	put64(f, b + 40, s->arena_size);
	put64(f, b + 48, s->nextqid);
	put64(f, b + 56, s->nextgen);
}

static void
root_rehash(const struct format *f, uint8_t *b, uint64_t snap_hash)
{
	put64(f, b + 28, snap_hash);
	memset(b + f->header_bytes, 0, f->blksz - f->header_bytes);
}

static void
list_rehash(const struct format *f, uint8_t *b)
{
	put64(f, b + 2, f->hash(b + f->log_header, f->log_space));
}

bool
gefs0001_arena_decode(const struct format *f, const uint8_t *b, struct arena_header *a)
{
	a->log_head = get64(f, b + 64);
	a->size = get64(f, b + 80);
	a->used = get64(f, b + 88);
	return memcmp(b, f->version, 8) == 0;
}

void
gefs0001_arena_encode(const struct format *f, const struct arena_header *a, const gefs_super *root, uint8_t *b)
{
	gefs0001_root_encode(f, root, b);
	put64(f, b + 64, a->log_head);
	put64(f, b + 72, GEFS_NIL);
	put64(f, b + 80, a->size);
	put64(f, b + 88, a->used);
}

/* The bytes of an entry: its operation decides. */
static uint32_t
entry_size(unsigned op)
{
	return op == LOG_ALLOC || op == LOG_FREE ? 16 : 8;
}

/* Nothing in the block says how long the log is: the entry that ends or continues it does. */
const char *
gefs0001_log_decode(const struct format *f, const uint8_t *b, struct log_header *h)
{
	const uint8_t *body = b + f->log_header;

	h->type = gefs0001_classify(f, b);
	h->hash = get64(f, b + 2);
	h->covered = f->log_space;
	h->next = (gefs_ptr){GEFS_NIL, GEFS_NIL, GEFS_NIL};
	for (h->size = 0; h->size + 8 <= f->log_space;) {
		uint64_t w = get64(f, body + h->size);
		unsigned op = w & 0xff;
		h->size += entry_size(op);
		if (op == LOG_CHAIN)
			h->next.addr = w & ~(uint64_t)0xff;
		if (op == LOG_CHAIN || op == LOG_END)
			return NULL;
		if (op < LOG_ALLOC1 || op > LOG_FREE)
			break; /* reading the entries will say so */
	}
	if (h->size > f->log_space)
		h->size = f->log_space - f->log_space % 8;
	return h->size + 8 > f->log_space ? "neither an end nor a continuation" : NULL;
}

uint32_t
gefs0001_log_entry(const struct format *f, const uint8_t *body, uint32_t size, uint32_t at, gefs_log_entry *e,
		   const char **why)
{
	static const gefs_log_op ops[] = {[LOG_ALLOC1] = GEFS_LOG_ALLOC1, [LOG_FREE1] = GEFS_LOG_FREE1,
					  [LOG_CHAIN] = GEFS_LOG_CHAIN,	  [LOG_END] = GEFS_LOG_END,
					  [LOG_ALLOC] = GEFS_LOG_ALLOC,	  [LOG_FREE] = GEFS_LOG_FREE};
	uint64_t w = get64(f, body + at);
	unsigned op = w & 0xff;

	if (op < LOG_ALLOC1 || op > LOG_FREE) {
		*why = "an unknown operation";
		return 0;
	}
	if (size - at < entry_size(op)) {
		*why = "a range without its length";
		return 0;
	}
	e->op = ops[op];
	e->offset = at;
	e->addr = w & ~(uint64_t)0xff;
	e->len = op == LOG_END || op == LOG_CHAIN ? 0 : f->blksz;
	if (op == LOG_ALLOC || op == LOG_FREE)
		e->len = get64(f, body + at + 8);
	return entry_size(op);
}

/* A range of one block has a form of its own. */
uint32_t
gefs0001_log_put(const struct format *f, uint8_t *b, uint32_t at, gefs_log_op op, uint64_t addr, uint64_t len)
{
	static const uint8_t code[] = {[GEFS_LOG_ALLOC1] = LOG_ALLOC1, [GEFS_LOG_FREE1] = LOG_FREE1,
				       [GEFS_LOG_CHAIN] = LOG_CHAIN,   [GEFS_LOG_END] = LOG_END,
				       [GEFS_LOG_ALLOC] = LOG_ALLOC,   [GEFS_LOG_FREE] = LOG_FREE};
	uint8_t *p = b + f->log_header + at;

	if (len == f->blksz && op == GEFS_LOG_ALLOC)
		op = GEFS_LOG_ALLOC1;
	if (len == f->blksz && op == GEFS_LOG_FREE)
		op = GEFS_LOG_FREE1;
	put64(f, p, addr | code[op]);
	if (entry_size(code[op]) == 16)
		put64(f, p + 8, len);
	return entry_size(code[op]);
}

void
gefs0001_log_seal(const struct format *f, uint8_t *b, uint32_t size, uint64_t next)
{
	if (next == GEFS_NIL)
		size += gefs0001_log_put(f, b, size, GEFS_LOG_END, 0, 0);
	else
		size += gefs0001_log_put(f, b, size, GEFS_LOG_CHAIN, next, 0);
	memset(b + f->log_header + size, 0, f->log_space - size);
	put16(f, b, GEFS_BLOCK_LOG);
	put64(f, b + 2, f->hash(b + f->log_header, f->log_space));
}

static const char *
dead_decode(const struct format *f, const uint8_t *b, struct log_header *h)
{
	h->type = gefs0001_classify(f, b);
	h->hash = get64(f, b + 2);
	h->size = f->dead_space - f->dead_space % 16;
	h->covered = f->dead_space; /* by a hash that the server never looks at */
	h->next.addr = GEFS_NIL;
	return NULL;
}

static uint32_t
dead_entry(const struct format *f, const uint8_t *body, uint32_t size, uint32_t at, gefs_dead_entry *e,
	   const char **why)
{
	static const gefs_dead_kind kinds[] = {[OP_END] = GEFS_DEAD_END, [OP_CHAIN] = GEFS_DEAD_CHAIN, [OP_GRAFT] = GEFS_DEAD_GRAFT,
					       [OP_KILL] = GEFS_DEAD_KILL};
	uint64_t w = get64(f, body + at);

	(void)size;
	if ((w & 0xff) > OP_KILL) {
		*why = "an unknown operation";
		return 0;
	}
	*e = (gefs_dead_entry){kinds[w & 0xff], w & ~(uint64_t)0xff, get64(f, body + at + 8)};
	return 16;
}

static void
record_decode(const struct format *f, const uint8_t *p, gefs_snap *s)
{
	s->nref = get32(f, p);
	s->height = get32(f, p + 4);
	s->gen = get64(f, p + 8);
	s->root = ptr_decode(f, p + 16);
	s->pred = get64(f, p + 40);
	s->succ = s->base = GEFS_NIL;
	s->nlbl = s->flag = 0;
}

/* Deadlists are not written: they are a hint at most, and an empty one is sound. */
static void
record_encode(const struct format *f, const gefs_snap *s, uint8_t *p)
{
	memset(p, 0xff, SNAPSZ);
	put32(f, p, s->nref);
	put32(f, p + 4, s->height);
	put64(f, p + 8, s->gen);
	ptr_encode(f, s->root, p + 16);
	put64(f, p + 40, s->pred);
}

/* Deadlist i holds what was born after the generation that it names, and not after that of list i - 1. */
static size_t
record_deadlists(const struct format *f, const uint8_t *p, gefs_deadlist out[DEADLISTS_MAX])
{
	size_t n = 0;

	for (int i = 0; i < NDEAD; i++) {
		const uint8_t *d = p + 40 + 24 * i;
		gefs_ptr head = {get64(f, d + 8), get64(f, d + 16), GEFS_NIL};
		if (head.addr != GEFS_NIL)
			out[n++] = (gefs_deadlist){.birth = get64(f, d), .head = head, .tail = {GEFS_NIL, GEFS_NIL, GEFS_NIL}};
	}
	return n;
}

static void
label_put(const struct format *f, const struct label_value *l, uint8_t *p)
{
	p[0] = f->key_byte[KEY_SNAP];
	put64(f, p + 1, l->snap);
}

static bool
label_value(const struct format *f, const uint8_t *p, struct label_value *l)
{
	*l = (struct label_value){get64(f, p + 1), 0, true};
	return true;
}

/* The one message on snapshots, of the big-endian variant: one more refers to it. */
static const char *
refer(const struct format *f, int op, gefs_bytes operand, uint8_t *value)
{
	(void)op;
	(void)operand;
	put32(f, value, get32(f, value) + 1);
	return NULL;
}

static bool
root_at(const struct format *f, const struct probe *p, uint64_t addr, gefs_super *s)
{
	uint8_t b[GEFS0001_ROOT_SIZE];
	return p->read(p->arg, b, sizeof b, addr) && gefs0001_root_decode(f, b, s) && s->blksz == f->blksz;
}

/* Does another header than the first stand where this one says, and say the same? */
static bool
confirmed(const struct format *f, const struct probe *p, const gefs_super *s)
{
	gefs_super other;
	for (uint32_t i = 1; i < s->narena; i++)
		if (root_at(f, p, s->arena[i].addr, &other) && other.narena == s->narena && other.arena_size == s->arena_size)
			return true;
	return false;
}

/* A header among n arenas of that size, the first one aside. */
static bool
root_among(const struct format *f, const struct probe *p, uint64_t n, uint64_t size, gefs_super *s)
{
	for (uint64_t i = n - 1; i > 0; i--)
		if (root_at(f, p, i * size, s) && s->arena_size == size)
			return true;
	return false;
}

/* Section 25: an arena for each 64 GiB, but 8 at least. */
static bool
ream(const struct format *f, uint64_t size, struct arena_layout *a)
{
	enum { UNIT = 36 };
	uint64_t n = (size >> UNIT) + (size % (UINT64_C(1) << UNIT) > 0);

	a->narena = n < REAM_LEAST ? REAM_LEAST : n > MAX_ARENAS ? MAX_ARENAS : (uint32_t)n;
	a->first = 0;
	a->stride = size / a->narena;
	a->stride -= a->stride % f->blksz + (a->stride < f->blksz ? 0 : f->blksz);
	a->size = a->stride;
	return a->size >= REAM_ARENA;
}

bool
gefs0001_find_root(const struct format *f, const struct probe *p, gefs_super *s)
{
	struct arena_layout a;
	gefs_super other;

	if (p->size < f->blksz)
		return false;
	bool first = root_at(f, p, 0, s);
	if (first && confirmed(f, p, s))
		return true;
	ream(f, p->size, &a);
	bool found = root_among(f, p, a.narena, a.stride, &other);
	/* Images that ream did not make have fewer, which leave nothing over. */
	for (uint64_t n = REAM_LEAST - 1; !found && n > 1; n--) {
		uint64_t size = p->size / n;
		found = root_among(f, p, n, size - size % f->blksz, &other);
	}
	if (found)
		*s = other;
	return found || first;
}

uint32_t
gefs0001_roots(const struct format *f, const struct probe *p, uint64_t addr[GEFS_MAX_ARENAS])
{
	gefs_super s;

	addr[0] = 0;
	if (!gefs0001_find_root(f, p, &s))
		return 1;
	for (uint32_t i = 0; i < s.narena; i++)
		addr[i] = s.arena[i].addr;
	return s.narena;
}

static bool
probe(const struct probe *p, bool forced, const struct format *which, struct format *f)
{
	gefs_super s;
	*f = *which;
	return forced || gefs0001_find_root(f, p, &s);
}

static bool
probe_le(const struct probe *p, bool forced, struct format *f)
{
	return probe(p, forced, &format_gefs0001_le, f);
}

static bool
probe_be(const struct probe *p, bool forced, struct format *f)
{
	return probe(p, forced, &format_gefs0001_be, f);
}

static const struct builtin_user users_le[] = {
	{-1, "adm", "", ""},	{0, "none", "", ""},	   {1, "tor", "tor", ""},	  {2, "glenda", "glenda", ""},
	{10000, "sys", "", ""}, {10001, "map", "map", ""}, {10002, "doc", "", ""},	  {10003, "upas", "upas", ""},
	{10004, "font", "", ""}, {10005, "bootes", "bootes", ""}, {0},
};
static const struct builtin_user users_be[] = {
	{-1, "adm", "", "glenda"},    {0, "none", "", ""},	 {1, "tor", "tor", ""},		{2, "glenda", "glenda", ""},
	{10000, "sys", "", "glenda"}, {10001, "map", "map", ""}, {10002, "doc", "", ""},	{10003, "upas", "upas", "glenda"},
	{10004, "font", "", ""},      {10005, "bootes", "bootes", ""}, {0},
};

enum { LEAVES = LEAVES_RELEASED | LEAVES_STALE_UP | LEAVES_ROUGH_COUNTS | LEAVES_CLEARS };

#define GEFS0001                                                                                                          \
	.version = "gefs0001", .features = GEFS_HAS_TREES, .blksz = BLKSZ, .bufspc = BUFSPC,                             \
	.pivot_header = GEFS0001_PIVOT_HEADER, .leaf_header = GEFS0001_LEAF_HEADER,                                      \
	.log_header = GEFS0001_LIST_HEADER, .dead_header = GEFS0001_LIST_HEADER,                                         \
	.leaf_space = BLKSZ - GEFS0001_LEAF_HEADER, .pivot_space = BLKSZ - GEFS0001_PIVOT_HEADER - BUFSPC,               \
	.buffer_space = BUFSPC, .log_space = BLKSZ - GEFS0001_LIST_HEADER, .dead_space = BLKSZ - GEFS0001_LIST_HEADER,   \
	.max_arenas = MAX_ARENAS, .header_copies = 1, .header_bytes = GEFS0001_ROOT_SIZE,                         \
	.last_root_wins = true, .size_counts_header = true,                                                              \
	.dead_hash_in_pointer = true,                                                                                    \
	.key_max = 267, .name_max = 255, .key_byte = {0, 1, 5, 2, 4, NO_KEY, NO_KEY}, .dirent_size = DIRENTSZ,           \
	.snap_size = SNAPSZ, .snap_root_at = 16, .snap_dead_at = 48, .label_size = LABELSZ,                              \
	.hash = gefs0001_hash, .classify = gefs0001_classify,                \
	.super_decode = gefs0001_root_decode, .arena_decode = gefs0001_arena_decode, .log_decode = gefs0001_log_decode,  \
	.dead_decode = dead_decode, .log_entry = gefs0001_log_entry, .dead_entry = dead_entry,                           \
	.super_encode = gefs0001_root_encode, .arena_encode = gefs0001_arena_encode, .log_put = gefs0001_log_put,        \
	.log_seal = gefs0001_log_seal, .log_full = BLKSZ - GEFS0001_LIST_HEADER - GEFS0001_LOG_SLOP, .ream = ream,        \
	.root_rehash = root_rehash, .list_rehash = list_rehash,                                                           \
	.snap_encode = record_encode, .label_encode = label_put,                                                \
	.snap_decode = record_decode, .label_decode = label_value, .snap_deadlists = record_deadlists

const struct format format_gefs0001_le = {
	GEFS0001,
	.name = "gefs0001-le",
	.words = "the format of July 2022, little-endian",
	.little = true,
	.leaves = LEAVES | LEAVES_FREE_LOGS,
	.op_type = {0, GEFS_OP_INSERT, GEFS_OP_DELETE, GEFS_OP_CLEARB, GEFS_OP_WSTAT},
	.users = {"main", "/adm/users", users_le},
};

const struct format format_gefs0001_be = {
	GEFS0001,
	.name = "gefs0001-be",
	.words = "the format of October 2022, big-endian",
	.leaves = LEAVES | LEAVES_WILD_REFS,
	.op_type = {0, GEFS_OP_INSERT, GEFS_OP_DELETE, GEFS_OP_CLEARB, GEFS_OP_WSTAT, GEFS_OP_REFER},
	.users = {"main", "/adm/users", users_be},
	.snap_update = refer,
};

const struct version version_gefs0001_le = {"gefs0001-le", probe_le, gefs0001_roots};
const struct version version_gefs0001_be = {"gefs0001-be", probe_be, gefs0001_roots};
