/* Keys: the same in all versions but for byte order and the bytes that stand for their types.
 * docs/format.md sections 11 and 27. */
#include "format/format.h"

enum { NAME_AT = 11, NAME_EXTRA = 12 }; /* of an entry's key: type, parent, name length; and a zero behind the name */

static bool
has_zero(gefs_bytes b)
{
	return b.n && memchr(b.p, 0, b.n) != NULL;
}

static const char *
entry_key_decode(const struct format *f, gefs_bytes k, struct key *out)
{
	if (k.n < NAME_EXTRA)
		return "directory entry key shorter than 12 bytes";
	out->qid = get64(f, k.p + 1);
	out->name = (gefs_bytes){k.p + NAME_AT, k.n - NAME_EXTRA};
	if (get16(f, k.p + 9) != k.n - NAME_EXTRA)
		return "name length disagrees with the length of the key";
	if (k.p[k.n - 1] != 0)
		return "name without its terminating zero";
	if (has_zero(out->name))
		return "zero byte inside a name";
	return NULL;
}

static enum key_type
type_of(const struct format *f, uint8_t byte)
{
	if (byte < KEY_BAD && f->key_byte[byte] == byte)
		return (enum key_type)byte; /* as all of them in the current format */
	for (int t = 0; t < KEY_BAD; t++)
		if (f->key_byte[t] == byte && byte != NO_KEY)
			return (enum key_type)t;
	return KEY_BAD;
}

const char *
key_decode(const struct format *f, gefs_bytes k, struct key *out)
{
	*out = (struct key){.type = KEY_BAD};
	if (k.n == 0)
		return "empty key";
	out->type = type_of(f, k.p[0]);
	switch (out->type) {
	case KEY_DATA:
	case KEY_DEAD:
		if (k.n != 17)
			return "key must have 17 bytes";
		out->qid = get64(f, k.p + 1);
		out->offset = get64(f, k.p + 9);
		return NULL;
	case KEY_ENTRY:
		return entry_key_decode(f, k, out);
	case KEY_UP:
	case KEY_SNAP:
		if (k.n != 9)
			return "key must have 9 bytes";
		out->qid = get64(f, k.p + 1);
		return NULL;
	case KEY_LABEL:
	case KEY_CONF:
		out->name = (gefs_bytes){k.p + 1, k.n - 1};
		return NULL;
	default:
		return "unknown key type";
	}
}

size_t
key_prefix(const struct format *f, enum key_type type, uint64_t qid, uint8_t out[KEY_MAX])
{
	if (f->key_byte[type] == NO_KEY)
		return 0;
	out[0] = f->key_byte[type];
	put64(f, out + 1, qid);
	return 9;
}

size_t
key_encode(const struct format *f, const struct key *k, uint8_t out[KEY_MAX])
{
	size_t n = k->name.n;

	if (k->type >= KEY_BAD || n > f->key_max - NAME_EXTRA || key_prefix(f, k->type, k->qid, out) == 0)
		return 0;
	switch (k->type) {
	case KEY_DATA:
	case KEY_DEAD:
		put64(f, out + 9, k->offset);
		return 17;
	case KEY_ENTRY:
		put16(f, out + 9, (uint16_t)n);
		if (n)
			memcpy(out + NAME_AT, k->name.p, n);
		out[NAME_AT + n] = 0;
		return n + NAME_EXTRA;
	case KEY_LABEL:
	case KEY_CONF:
		if (n)
			memcpy(out + 1, k->name.p, n);
		return n + 1;
	default:
		return 9;
	}
}
