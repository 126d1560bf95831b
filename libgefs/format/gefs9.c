/* The current format, "gefs9.00": docs/format.md sections 1 to 12. Big-endian throughout. */
#include "format/format.h"

#include "base/metro.h"

enum {
	BLKSZ = 16384,
	PIVHDSZ = 10,
	LEAFHDSZ = 6,
	LOGHDSZ = 36,
	BUFSPC = (BLKSZ - PIVHDSZ) / 2,
	PTRSZ = 24,
	DIRENTSZ = 61,
	SNAPSZ = 72,
	LABELSZ = 13,
	DEADSZ = 48,
	SUPERHDSZ = 104,
	HASH_SEED = 0x6765,
	SUPER_TYPE = 0x6765, /* "ge": the version string doubles as type */
	MAX_ARENAS = 255
};

enum { /* wstat flags, section 11 */
	WSTAT_LENGTH = 1,
	WSTAT_MODE = 2,
	WSTAT_MTIME = 4,
	WSTAT_ATIME = 8,
	WSTAT_UID = 16,
	WSTAT_GID = 32,
	WSTAT_MUID = 64
};

static uint64_t
hash(const void *data, size_t len)
{
	return gefs_metro64(data, len, HASH_SEED);
}

static gefs_block_type
classify(const uint8_t *b)
{
	uint16_t t = be16(b);
	if (t == SUPER_TYPE)
		return GEFS_BLOCK_SUPER;
	return t <= GEFS_BLOCK_ARENA ? (gefs_block_type)t : GEFS_BLOCK_UNKNOWN;
}

static bool
super_decode(const uint8_t *b, gefs_super *s)
{
	if (memcmp(b, format_gefs9.name, 8) != 0)
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

static bool
arena_decode(const uint8_t *b, struct arena_header *a)
{
	a->log_head = be64(b + 2);
	a->size = be64(b + 18);
	a->used = be64(b + 26);
	return be16(b) == GEFS_BLOCK_ARENA;
}

static gefs_ptr
ptr_decode(const uint8_t *p)
{
	return (gefs_ptr){be64(p), be64(p + 8), be64(p + 16)};
}

static bool
log_decode(const uint8_t *b, struct log_header *h)
{
	h->type = classify(b);
	h->size = be16(b + 2);
	h->hash = be64(b + 4);
	h->next = ptr_decode(b + 12);
	return h->size <= BLKSZ - LOGHDSZ && h->size % 8 == 0;
}

static uint32_t
log_entry(const uint8_t *body, uint32_t size, uint32_t at, gefs_log_entry *e, const char **why)
{
	static const char *const names[] = {NULL, "alloc1", "free1", "sync", "alloc", "free"};
	uint64_t w = be64(body + at);
	unsigned op = w & 0xff;

	if (op < GEFS_LOG_ALLOC1 || op > GEFS_LOG_FREE) {
		*why = op == 0 ? "a nop, which is never written" : "an unknown operation";
		return 0;
	}
	e->op = (gefs_log_op)op;
	e->name = names[op];
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

static bool
has_zero(gefs_bytes b)
{
	return b.n && memchr(b.p, 0, b.n) != NULL;
}

static const char *
entry_key_decode(gefs_bytes k, struct key *out)
{
	if (k.n < 12)
		return "directory entry key shorter than 12 bytes";
	out->qid = be64(k.p + 1);
	out->name = (gefs_bytes){k.p + 11, k.n - 12};
	if (be16(k.p + 9) != k.n - 12)
		return "name length disagrees with the length of the key";
	if (k.p[k.n - 1] != 0)
		return "name without its terminating zero";
	if (has_zero(out->name))
		return "zero byte inside a name";
	return NULL;
}

static const char *
key_decode(gefs_bytes k, struct key *out)
{
	*out = (struct key){.type = KEY_BAD};
	if (k.n == 0)
		return "empty key";
	if (k.p[0] > KEY_CONF)
		return "unknown key type";
	out->type = (enum key_type)k.p[0];
	switch (out->type) {
	case KEY_DATA:
	case KEY_DEAD:
		if (k.n != 17)
			return "key must have 17 bytes";
		out->qid = be64(k.p + 1);
		out->offset = be64(k.p + 9);
		return NULL;
	case KEY_ENTRY:
		return entry_key_decode(k, out);
	case KEY_UP:
	case KEY_SNAP:
		if (k.n != 9)
			return "key must have 9 bytes";
		out->qid = be64(k.p + 1);
		return NULL;
	case KEY_LABEL:
	case KEY_CONF:
		out->name = (gefs_bytes){k.p + 1, k.n - 1};
		return NULL;
	default:
		return "unknown key type";
	}
}

static size_t
key_encode(const struct key *k, uint8_t out[KEY_MAX])
{
	out[0] = (uint8_t)k->type;
	switch (k->type) {
	case KEY_DATA:
	case KEY_DEAD:
		put_be64(out + 1, k->qid);
		put_be64(out + 9, k->offset);
		return 17;
	case KEY_UP:
	case KEY_SNAP:
		put_be64(out + 1, k->qid);
		return 9;
	case KEY_ENTRY:
		if (k->name.n > KEY_MAX - 12)
			return 0;
		put_be64(out + 1, k->qid);
		out[9] = (uint8_t)(k->name.n >> 8);
		out[10] = (uint8_t)k->name.n;
		if (k->name.n)
			memcpy(out + 11, k->name.p, k->name.n);
		out[11 + k->name.n] = 0;
		return k->name.n + 12;
	case KEY_LABEL:
	case KEY_CONF:
		if (k->name.n > KEY_MAX - 1)
			return 0;
		if (k->name.n)
			memcpy(out + 1, k->name.p, k->name.n);
		return k->name.n + 1;
	default:
		return 0;
	}
}

static bool
dirent_decode(gefs_bytes v, gefs_dirent *d)
{
	if (v.n != DIRENTSZ)
		return false;
	d->qpath = be64(v.p + 8);
	d->qvers = be32(v.p + 16);
	d->qtype = v.p[20];
	d->mode = be32(v.p + 21);
	d->atime_ns = (int64_t)be64(v.p + 25);
	d->mtime_ns = (int64_t)be64(v.p + 33);
	d->length = be64(v.p + 41);
	d->uid = (int32_t)be32(v.p + 49);
	d->gid = (int32_t)be32(v.p + 53);
	d->muid = (int32_t)be32(v.p + 57);
	d->is_dir = (d->mode & GEFS_DMDIR) != 0;
	return true;
}

static bool
snap_decode(gefs_bytes v, gefs_snap *s)
{
	if (v.n != SNAPSZ)
		return false;
	s->nref = be32(v.p);
	s->nlbl = be32(v.p + 4);
	s->height = be32(v.p + 8);
	s->flag = be32(v.p + 12);
	s->gen = be64(v.p + 16);
	s->pred = be64(v.p + 24);
	s->succ = be64(v.p + 32);
	s->base = be64(v.p + 40);
	s->root = ptr_decode(v.p + 48);
	s->has_record = true;
	return true;
}

static bool
label_decode(gefs_bytes v, struct label_value *l)
{
	if (v.n != LABELSZ || v.p[0] != KEY_SNAP)
		return false;
	l->snap = be64(v.p + 1);
	l->flags = be32(v.p + 9);
	return true;
}

static bool
deadlist_decode(gefs_bytes v, gefs_deadlist *d)
{
	if (v.n != DEADSZ)
		return false;
	d->head = ptr_decode(v.p);
	d->tail = ptr_decode(v.p + PTRSZ);
	return true;
}

/* Operand bytes of a wstat with these flags, the flags byte included. */
static size_t
wstat_size(unsigned flags)
{
	static const uint8_t size[] = {8, 4, 8, 8, 4, 4, 4};
	size_t n = 1;
	for (unsigned i = 0; i < sizeof size; i++)
		if (flags & 1u << i)
			n += size[i];
	return n;
}

/* The fields stand in the entry and in the operand with the same width and byte order: copying is applying. */
static const char *
wstat(gefs_bytes o, uint8_t *v, size_t len)
{
	static const struct {
		uint8_t flag, at, size;
	} field[] = {{WSTAT_LENGTH, 41, 8}, {WSTAT_MODE, 21, 4}, {WSTAT_MTIME, 33, 8}, {WSTAT_ATIME, 25, 8},
		     {WSTAT_UID, 49, 4},    {WSTAT_GID, 53, 4},	 {WSTAT_MUID, 57, 4}};
	if (len != DIRENTSZ)
		return "wstat of something that is no directory entry";
	if (o.n == 0 || o.p[0] & 0x80 || o.n != wstat_size(o.p[0]))
		return "wstat operand has the wrong length";
	uint32_t vers = be32(v + 16) + 1;
	v[16] = (uint8_t)(vers >> 24);
	v[17] = (uint8_t)(vers >> 16);
	v[18] = (uint8_t)(vers >> 8);
	v[19] = (uint8_t)vers;
	const uint8_t *p = o.p + 1;
	for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
		if (!(o.p[0] & field[i].flag))
			continue;
		memcpy(v + field[i].at, p, field[i].size);
		p += field[i].size;
	}
	v[20] = v[21]; /* qid.type is the top byte of mode */
	return NULL;
}

static bool
add_counter(uint8_t *at, int8_t delta)
{
	int64_t n = (int64_t)be32(at) + delta;
	at[0] = (uint8_t)(n >> 24);
	at[1] = (uint8_t)(n >> 16);
	at[2] = (uint8_t)(n >> 8);
	at[3] = (uint8_t)n;
	return n >= 0;
}

static const char *
relink(int op, gefs_bytes o, uint8_t *v, size_t len)
{
	if (len != SNAPSZ)
		return "relink of something that is no snapshot record";
	if (o.n != 10)
		return "operand must have 10 bytes";
	memcpy(v + (op == GEFS_OP_RELINK ? 32 : 24), o.p, 8);
	bool nlbl = add_counter(v + 4, (int8_t)o.p[8]);
	bool nref = add_counter(v, (int8_t)o.p[9]);
	return nlbl && nref ? NULL : "a counter became negative";
}

static const char *
update(int op, gefs_bytes operand, uint8_t *value, size_t len)
{
	return op == GEFS_OP_WSTAT ? wstat(operand, value, len) : relink(op, operand, value, len);
}

/* What is wrong with using op on this type of key, or NULL. */
static const char *
op_check(int op, enum key_type type)
{
	switch (op) {
	case GEFS_OP_INSERT:
	case GEFS_OP_DELETE:
		return NULL;
	case GEFS_OP_CLEARB:
		return type != KEY_DATA ? "clearb of a key that is no file data" : NULL;
	case GEFS_OP_CLOBBER:
		return type != KEY_ENTRY && type != KEY_UP ? "clobber of a key that is no directory entry" : NULL;
	case GEFS_OP_WSTAT:
		return type != KEY_ENTRY ? "wstat of a key that is no directory entry" : NULL;
	case GEFS_OP_RELINK:
	case GEFS_OP_REPREV:
		return type != KEY_SNAP ? "relink of a key that is no snapshot" : NULL;
	default:
		return "unknown operation";
	}
}

static const char *
message_check(int op, enum key_type type, gefs_bytes o, bool *bad_op)
{
	const char *why = op_check(op, type);

	*bad_op = why != NULL;
	if (why || op == GEFS_OP_INSERT) /* an inserted value is judged by value_check */
		return why;
	if (op == GEFS_OP_WSTAT) {
		if (o.n == 0 || o.p[0] & 0x80)
			return "wstat with invalid flags";
		return o.n != wstat_size(o.p[0]) ? "wstat operand has the wrong length" : NULL;
	}
	if (op == GEFS_OP_RELINK || op == GEFS_OP_REPREV)
		return o.n != 10 ? "operand must have 10 bytes" : NULL;
	/* Real servers leave the old value in the delete of a deadlist; it means nothing. */
	return o.n && op != GEFS_OP_DELETE ? "an operand where there must be none" : NULL;
}

static const char *
value_check(const struct key *k, gefs_bytes v)
{
	struct key up;
	switch (k->type) {
	case KEY_DATA:
		return v.n != PTRSZ ? "a data pointer must have 24 bytes" : NULL;
	case KEY_ENTRY:
		return v.n != DIRENTSZ ? "a directory entry must have 61 bytes" : NULL;
	case KEY_UP:
		if (v.n == 0 || v.p[0] != KEY_ENTRY)
			return "a parent record must hold the key of a directory entry";
		return key_decode(v, &up);
	case KEY_LABEL:
		return v.n != LABELSZ || v.p[0] != KEY_SNAP ? "a label must hold a snapshot key and flags" : NULL;
	case KEY_SNAP:
		return v.n != SNAPSZ ? "a snapshot record must have 72 bytes" : NULL;
	case KEY_DEAD:
		return v.n != DEADSZ ? "a deadlist must have 48 bytes" : NULL;
	default:
		return NULL;
	}
}

const struct format format_gefs9 = {
	.name = "gefs9.00",
	.blksz = BLKSZ,
	.bufspc = BUFSPC,
	.pivot_header = PIVHDSZ,
	.leaf_header = LEAFHDSZ,
	.log_header = LOGHDSZ,
	.leaf_space = BLKSZ - LEAFHDSZ,
	.pivot_space = BLKSZ - PIVHDSZ - BUFSPC,
	.buffer_space = BUFSPC,
	.log_space = BLKSZ - LOGHDSZ,
	.ptr_size = PTRSZ,
	.child_size = PTRSZ + 2,
	.max_arenas = MAX_ARENAS,
	.reserved_blocks = 2,
	.hash = hash,
	.classify = classify,
	.super_decode = super_decode,
	.arena_decode = arena_decode,
	.log_decode = log_decode,
	.log_entry = log_entry,
	.ptr_decode = ptr_decode,
	.key_decode = key_decode,
	.key_encode = key_encode,
	.dirent_decode = dirent_decode,
	.snap_decode = snap_decode,
	.label_decode = label_decode,
	.deadlist_decode = deadlist_decode,
	.update = update,
	.message_check = message_check,
	.value_check = value_check,
};
