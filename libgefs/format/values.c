/* Values and the messages that change them. docs/format.md sections 11, 12, 27 and 28. */
#include "format/format.h"

/* A directory entry's fields, from where the descriptor says that they begin. */
enum {
	QPATH = 0,
	QVERS = 8,
	QTYPE = 12,
	MODE = 13,
	ATIME = 17,
	MTIME = 25,
	LENGTH = 33,
	UID = 41,
	GID = 45,
	MUID = 49
};

/* What a wstat sets: bit i of its flags stands for field i, which has the same width and byte order in the operand as
 * in the entry. */
static const struct {
	uint8_t at, size;
} wstat_field[] = {{LENGTH, 8}, {MODE, 4}, {MTIME, 8}, {ATIME, 8}, {UID, 4}, {GID, 4}, {MUID, 4}};

enum { WSTAT_FIELDS = sizeof wstat_field / sizeof *wstat_field, WSTAT_ALL = (1 << WSTAT_FIELDS) - 1 };

bool
dirent_decode(const struct format *f, gefs_bytes v, gefs_dirent *d)
{
	const uint8_t *p = v.p + f->dirent_at;

	if (v.n != f->dirent_size)
		return false;
	d->qpath = get64(f, p + QPATH);
	d->qvers = get32(f, p + QVERS);
	d->qtype = p[QTYPE];
	d->mode = get32(f, p + MODE);
	d->atime_ns = (int64_t)get64(f, p + ATIME);
	d->mtime_ns = (int64_t)get64(f, p + MTIME);
	d->length = get64(f, p + LENGTH);
	d->uid = (int32_t)get32(f, p + UID);
	d->gid = (int32_t)get32(f, p + GID);
	d->muid = (int32_t)get32(f, p + MUID);
	d->is_dir = (d->mode & GEFS_DMDIR) != 0;
	return true;
}

bool
snap_decode(const struct format *f, gefs_bytes v, gefs_snap *s)
{
	if (v.n != f->snap_size)
		return false;
	f->snap_decode(f, v.p, s);
	s->has_record = true;
	return true;
}

bool
label_decode(const struct format *f, gefs_bytes v, struct label_value *l)
{
	return v.n == f->label_size && v.p[0] == f->key_byte[KEY_SNAP] && f->label_decode(f, v.p, l);
}

bool
deadlist_decode(const struct format *f, gefs_bytes v, gefs_deadlist *d)
{
	if (f->dead_size == 0 || v.n != f->dead_size)
		return false;
	d->head = ptr_decode(f, v.p);
	d->tail = ptr_decode(f, v.p + PTR_SIZE);
	return true;
}

const char *
value_check(const struct format *f, const struct key *k, gefs_bytes v)
{
	struct key up;
	switch (k->type) {
	case KEY_DATA:
		return v.n != PTR_SIZE ? "a data pointer must have 24 bytes" : NULL;
	case KEY_ENTRY:
		return v.n != f->dirent_size ? "a directory entry of the wrong size" : NULL;
	case KEY_UP:
		if (v.n == 0 || v.p[0] != f->key_byte[KEY_ENTRY])
			return "a parent record must hold the key of a directory entry";
		return key_decode(f, v, &up);
	case KEY_LABEL:
		return v.n != f->label_size || v.p[0] != f->key_byte[KEY_SNAP] ? "a label must hold a snapshot key" : NULL;
	case KEY_SNAP:
		return v.n != f->snap_size ? "a snapshot record of the wrong size" : NULL;
	case KEY_DEAD:
		return v.n != f->dead_size ? "a deadlist record of the wrong size" : NULL;
	default:
		return NULL;
	}
}

/* Operand bytes of a wstat with these flags, the flags byte included. */
static size_t
wstat_size(unsigned flags)
{
	size_t n = 1;
	for (unsigned i = 0; i < WSTAT_FIELDS; i++)
		if (flags & 1u << i)
			n += wstat_field[i].size;
	return n;
}

static const char *
wstat_check(gefs_bytes o)
{
	if (o.n == 0 || o.p[0] & ~WSTAT_ALL)
		return "wstat with invalid flags";
	return o.n != wstat_size(o.p[0]) ? "wstat operand has the wrong length" : NULL;
}

static const char *
wstat(const struct format *f, gefs_bytes o, uint8_t *value, size_t len)
{
	uint8_t *v = value + f->dirent_at;
	const uint8_t *p = o.p + 1;

	if (len != f->dirent_size)
		return "wstat of something that is no directory entry";
	const char *why = wstat_check(o);
	if (why)
		return why;
	put32(f, v + QVERS, get32(f, v + QVERS) + 1);
	for (unsigned i = 0; i < WSTAT_FIELDS; i++) {
		if (!(o.p[0] & 1u << i))
			continue;
		memcpy(v + wstat_field[i].at, p, wstat_field[i].size);
		p += wstat_field[i].size;
	}
	v[QTYPE] = (uint8_t)(get32(f, v + MODE) >> 24);
	return NULL;
}

const char *
value_update(const struct format *f, int op, gefs_bytes operand, uint8_t *value, size_t len)
{
	if (op == GEFS_OP_WSTAT)
		return wstat(f, operand, value, len);
	if (len != f->snap_size || !f->snap_update)
		return "relink of something that is no snapshot record";
	if (operand.n != f->snap_operand)
		return "operand of the wrong size";
	return f->snap_update(f, op, operand, value);
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
	case GEFS_OP_REFER:
		return type != KEY_SNAP ? "relink of a key that is no snapshot" : NULL;
	default:
		return "unknown operation";
	}
}

const char *
message_check(const struct format *f, int op, enum key_type type, gefs_bytes o, bool *bad_op)
{
	const char *why = op_check(op, type);

	*bad_op = why != NULL;
	if (why || op == GEFS_OP_INSERT) /* an inserted value is judged by value_check */
		return why;
	if (op == GEFS_OP_WSTAT)
		return wstat_check(o);
	if (op >= GEFS_OP_RELINK)
		return o.n != f->snap_operand ? "operand of the wrong size" : NULL;
	/* Real servers leave the old value in the delete of a deadlist; it means nothing. */
	return o.n && op != GEFS_OP_DELETE ? "an operand where there must be none" : NULL;
}
