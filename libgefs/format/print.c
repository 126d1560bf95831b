/* Keys, values and messages as text for people. Junk is shown as bytes, with what is wrong with it. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "image.h"

enum { HEX_MAX = 64 }; /* bytes of junk that are worth a look */

struct text {
	char *buf;
	size_t n, at; /* at stays below n: there is always room for the NUL */
};

static void
put(struct text *t, const char *s, size_t len)
{
	size_t room = t->n - t->at - 1;
	if (len > room)
		len = room;
	memcpy(t->buf + t->at, s, len);
	t->at += len;
	t->buf[t->at] = 0;
}

__attribute__((format(printf, 2, 3))) static void
say(struct text *t, const char *fmt, ...)
{
	char piece[160];
	va_list ap;

	va_start(ap, fmt);
	int len = vsnprintf(piece, sizeof piece, fmt, ap);
	va_end(ap);
	if (len > 0)
		put(t, piece, (size_t)len < sizeof piece ? (size_t)len : sizeof piece - 1);
}

static void
say_hex(struct text *t, gefs_bytes b)
{
	if (b.n == 0)
		say(t, "nothing");
	for (size_t i = 0; i < b.n && i < HEX_MAX; i++)
		say(t, "%02x", b.p[i]);
	if (b.n > HEX_MAX)
		say(t, "... %zu bytes", b.n);
}

static void
say_junk(struct text *t, gefs_bytes b, const char *why)
{
	say_hex(t, b);
	say(t, " (junk: %s)", why);
}

/* Bytes of the printable UTF-8 character at p, or 0: control characters must not reach a terminal. */
static size_t
printable(const uint8_t *p, size_t n)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	uint32_t c = p[0];

	if (len == 1)
		return c >= 0x20 && c != 0x7f;
	if (c < 0xc2 || c > 0xf4 || len > n)
		return 0;
	c &= 0x7fu >> len;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	bool surrogate = c >= 0xd800 && c <= 0xdfff;
	bool direction = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
	return c < least[len] || c < 0xa0 || c > 0x10ffff || surrogate || direction ? 0 : len;
}

static void
say_quoted(struct text *t, gefs_bytes b)
{
	put(t, "\"", 1);
	for (size_t i = 0; i < b.n;) {
		size_t len = printable(b.p + i, b.n - i);
		if (t->n - t->at - 1 < len)
			return; /* full: half a character would be worse than none */
		if (b.p[i] == '"' || b.p[i] == '\\')
			say(t, "\\%c", b.p[i]);
		else if (len)
			put(t, (const char *)b.p + i, len);
		else
			say(t, "\\x%02x", b.p[i]);
		i += len ? len : 1;
	}
	put(t, "\"", 1);
}

/* A number whose all ones mean none. */
static void
say_id(struct text *t, const char *name, uint64_t id)
{
	if (id == GEFS_NIL)
		say(t, "%s-1", name);
	else
		say(t, "%s%" PRIu64, name, id);
}

static void
say_addr(struct text *t, const char *name, uint64_t addr)
{
	if (addr == GEFS_NIL)
		say(t, "%snil", name);
	else
		say(t, "%s0x%" PRIx64, name, addr);
}

static void
say_ptr(struct text *t, gefs_ptr p)
{
	say_addr(t, "", p.addr);
	say(t, " hash %016" PRIx64, p.hash);
	say_id(t, " gen ", p.gen);
}

static void
say_time(struct text *t, const char *name, int64_t ns)
{
	int64_t frac = ns % 1000000000;
	time_t sec = (time_t)(ns / 1000000000);
	struct tm tm;
	char date[64];

	if (frac < 0) {
		frac += 1000000000;
		sec--;
	}
	if (!gmtime_r(&sec, &tm) || !strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm))
		say(t, "%s%" PRId64 "ns", name, ns);
	else
		say(t, "%s%s.%09dZ", name, date, (int)frac);
}

static void
say_key(struct text *t, const struct format *f, gefs_bytes key)
{
	struct key k;
	const char *why = key_decode(f, key, &k);

	if (why) {
		say_junk(t, key, why);
		return;
	}
	switch (k.type) {
	case KEY_DATA:
		say(t, "data qid %" PRIu64 " offset 0x%" PRIx64, k.qid, k.offset);
		return;
	case KEY_ENTRY:
		say_id(t, "entry ", k.qid);
		say(t, " ");
		say_quoted(t, k.name);
		return;
	case KEY_UP:
		say_id(t, "up ", k.qid);
		return;
	case KEY_SNAP:
		say_id(t, "snap ", k.qid);
		return;
	case KEY_DEAD:
		say_id(t, "deadlist gen ", k.qid);
		say_id(t, " birth ", k.offset);
		return;
	default:
		say(t, k.type == KEY_LABEL ? "label " : "conf ");
		say_quoted(t, k.name);
	}
}

static void
say_dirent(struct text *t, const gefs_dirent *d)
{
	say(t, "qid %" PRIu64 " vers %" PRIu32 " type 0x%02x mode 0%o length %" PRIu64, d->qpath, d->qvers, d->qtype,
	    (unsigned)d->mode, d->length);
	say_time(t, " mtime ", d->mtime_ns);
	say_time(t, " atime ", d->atime_ns);
	say(t, " uid %" PRId32 " gid %" PRId32 " muid %" PRId32, d->uid, d->gid, d->muid);
}

static void
say_snap(struct text *t, const struct format *f, const gefs_snap *s)
{
	say_id(t, "gen ", s->gen);
	say_id(t, " pred ", s->pred);
	if (!format_has(f, GEFS_HAS_SNAP_LINKS)) {
		say(t, " ref %" PRIu32 " height %" PRIu32 " root ", s->nref, s->height);
		say_ptr(t, s->root);
		return;
	}
	say_id(t, " succ ", s->succ);
	say_id(t, " base ", s->base);
	say(t, " nref %" PRIu32 " nlbl %" PRIu32 " height %" PRIu32 " flag 0x%" PRIx32 " root ", s->nref, s->nlbl,
	    s->height, s->flag);
	say_ptr(t, s->root);
}

/* A value that value_check found nothing wrong with. */
static void
say_sound_value(struct text *t, const struct format *f, const struct key *k, gefs_bytes v)
{
	gefs_dirent d;
	gefs_snap s;
	struct label_value l;
	gefs_deadlist dl;

	if (k->type == KEY_DATA) {
		say_ptr(t, ptr_decode(f, v.p));
	} else if (k->type == KEY_ENTRY && dirent_decode(f, v, &d)) {
		say_dirent(t, &d);
	} else if (k->type == KEY_UP) {
		say_key(t, f, v);
	} else if (k->type == KEY_LABEL && label_decode(f, v, &l)) {
		say_id(t, "-> snap ", l.snap);
		if (format_has(f, GEFS_HAS_SNAP_LINKS))
				say(t, " flags 0x%" PRIx32 "%s", l.flags, l.flags & 1 ? " (mutable)" : "");
	} else if (k->type == KEY_SNAP && snap_decode(f, v, &s)) {
		say_snap(t, f, &s);
	} else if (k->type == KEY_DEAD && deadlist_decode(f, v, &dl)) {
		say_addr(t, "head ", dl.head.addr);
		say_addr(t, " tail ", dl.tail.addr);
	} else if (k->type == KEY_CONF) {
		say_quoted(t, v);
	} else {
		say_junk(t, v, "cannot be decoded");
	}
}

/* Whether op 0 belongs to a pivot, where the value is a child pointer: only its length tells. Settings may have
 * any length, but no text starts with the zero byte that addresses start with. */
static bool
is_child(const struct key *k, gefs_bytes v, const char *why)
{
	return v.n == CHILD_SIZE && (why || (k->type == KEY_CONF && v.p[0] == 0));
}

static void
say_value(struct text *t, const struct format *f, const gefs_record *r)
{
	struct key k;
	const char *why = key_decode(f, r->key, &k);

	if (!why)
		why = value_check(f, &k, r->value);
	if (r->op == 0 && is_child(&k, r->value, why)) {
		say_ptr(t, ptr_decode(f, r->value.p));
		say(t, " fill %u", get16(f, r->value.p + PTR_SIZE));
	} else if (why) {
		say_junk(t, r->value, why);
	} else {
		say_sound_value(t, f, &k, r->value);
	}
}

/* An operand that message_check found nothing wrong with: docs/format.md section 11. */
static void
say_wstat(struct text *t, const struct format *f, gefs_bytes o)
{
	const uint8_t *p = o.p + 1;
	unsigned flags = o.p[0];
	static const char *const owner[] = {"uid", "gid", "muid"};

	if (flags == 0)
		say(t, " (touch)");
	if (flags & 1)
		say(t, " length %" PRIu64, get64(f, p)), p += 8;
	if (flags & 2)
		say(t, " mode 0%o", (unsigned)get32(f, p)), p += 4;
	if (flags & 4)
		say_time(t, " mtime ", (int64_t)get64(f, p)), p += 8;
	if (flags & 8)
		say_time(t, " atime ", (int64_t)get64(f, p)), p += 8;
	for (int i = 0; i < 3; i++)
		if (flags & 16u << i)
			say(t, " %s %" PRId32, owner[i], (int32_t)get32(f, p)), p += 4;
}

static void
say_operand(struct text *t, const struct format *f, const gefs_record *r)
{
	const uint8_t *p = r->value.p;

	if (r->op == GEFS_OP_WSTAT) {
		say_wstat(t, f, r->value);
	} else if (r->op == GEFS_OP_RELINK || r->op == GEFS_OP_REPREV) {
		say_id(t, r->op == GEFS_OP_RELINK ? " succ " : " pred ", get64(f, p));
		say(t, " nlbl %+d nref %+d", (int8_t)p[8], (int8_t)p[9]);
	}
}

static void
say_message(struct text *t, const struct format *f, const gefs_record *r)
{
	struct key k;
	bool bad_op;
	const char *why = key_decode(f, r->key, &k);

	if (r->op < GEFS_OP_INSERT || r->op > GEFS_OP_REFER)
		say(t, "op %d", r->op & 0xff);
	else
		say(t, "%s", gefs_op_name(r->op));
	if (r->op == GEFS_OP_INSERT) {
		say(t, " ");
		say_value(t, f, r);
		return;
	}
	if (!why)
		why = message_check(f, r->op, k.type, r->value, &bad_op);
	if (why) {
		say(t, " ");
		say_junk(t, r->value, why);
		return;
	}
	say_operand(t, f, r);
}

char *
gefs_format_key(const gefs_image *img, gefs_bytes key, char *buf, size_t n)
{
	struct text t = {buf, n, 0};
	if (n == 0)
		return buf;
	buf[0] = 0;
	say_key(&t, img->f, key);
	return buf;
}

char *
gefs_format_value(const gefs_image *img, const gefs_record *r, char *buf, size_t n)
{
	struct text t = {buf, n, 0};
	if (n == 0)
		return buf;
	buf[0] = 0;
	if (r->op == 0)
		say_value(&t, img->f, r);
	else
		say_message(&t, img->f, r);
	return buf;
}
