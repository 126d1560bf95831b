/* What one record or message must be like by itself: rows 39, 40, 42 to 45, 50. */
#include <inttypes.h>
#include <stdio.h>

#include "check/check.h"

struct record {
	struct gefs_check *c;
	const struct gefs_node *g;
	uint64_t birth; /* of the node */
	uint32_t slot;
	bool message;
	const gefs_record *r;
	bool snaptree;
	bool key_ok; /* k is whole, and of a kind that belongs here */
	struct key k;
};

/* Made for findings only: nearly no record has one. */
static struct place
record_place(const struct record *x)
{
	struct place p = at_block(x->g->addr, x->snaptree ? "node of the snapshot tree" : "tree node");

	if (!x->key_ok)
		return p;
	if (x->k.type == KEY_DATA || x->k.type == KEY_UP || x->k.type == KEY_ENTRY)
		p.qid = x->k.qid;
	if (x->k.type == KEY_ENTRY) {
		p.name_dir = true;
		p.name = x->k.name;
	}
	return p;
}

static void
report(struct record *x, enum finding_code code, const char *why)
{
	struct place p = record_place(x);
	char key[300];
	finding(x->c, code, &p, "node 0x%" PRIx64 " %s %u, %s: %s", x->g->addr, x->message ? "message" : "slot", x->slot,
		gefs_format_key(x->c->img, x->r->key, key, sizeof key), why);
}

static bool
kind_fits(enum key_type t, bool snaptree)
{
	switch (t) {
	case KEY_DATA:
	case KEY_ENTRY:
	case KEY_UP:
		return !snaptree;
	case KEY_LABEL:
	case KEY_SNAP:
	case KEY_DEAD:
		return snaptree;
	default:
		return true;
	}
}

static void
check_name(struct record *x)
{
	gefs_bytes n = x->k.name;

	if (x->k.qid == GEFS_NIL && n.n == 0)
		return; /* the root */
	bool odd = n.n == 0 || n.n > x->c->img->f->name_max || (n.n == 1 && n.p[0] == '.') ||
		   (n.n == 2 && memcmp(n.p, "..", 2) == 0);
	bool slash = false;
	for (size_t i = 0; i < n.n; i++) {
		slash |= n.p[i] == '/';
		odd |= n.p[i] < 0x20;
	}
	if (slash)
		report(x, F_NAME_BAD, "slash in a name");
	else if (odd)
		report(x, F_NAME_ODD, "empty, too long, a dot name, or with control characters");
}

static void
check_data(struct record *x)
{
	const struct format *f = x->c->img->f;
	gefs_ptr ptr = ptr_decode(f, x->r->value.p);
	struct data_item item = {x->k.qid, x->k.offset, x->g->addr, x->snaptree};

	if (x->k.offset % f->blksz || x->k.offset > INT64_MAX)
		report(x, F_DATA_OFFSET, "file offset is not a multiple of the block size");
	saw_gen(x->c, ptr.gen);
	if (x->birth != GEFS_NIL && ptr.gen != GEFS_NIL && ptr.gen > x->birth) {
		char why[120];
		snprintf(why, sizeof why, "data born in generation %" PRIu64 " in a node born in %" PRIu64, ptr.gen, x->birth);
		report(x, F_NODE_BIRTH, why);
	}
	if (!check_data_by_name(x->c))
		data_add(x->c, &ptr, &item);
}

/* A value of the tree, or one that an insert message brings. */
static void
check_value(struct record *x)
{
	const struct format *f = x->c->img->f;
	const char *why = value_check(f, &x->k, x->r->value);
	gefs_dirent d;

	if (why) {
		report(x, F_VALUE_SHAPE, why);
		return;
	}
	if (x->k.type == KEY_DATA && !x->snaptree) {
		check_data(x);
	} else if (x->k.type == KEY_ENTRY && !x->snaptree && dirent_decode(f, x->r->value, &d)) {
		saw_qid(x->c, d.qpath);
	} else if (x->k.type == KEY_SNAP) {
		saw_gen(x->c, x->k.qid);
	} else if (x->k.type == KEY_DEAD) {
		saw_gen(x->c, x->k.qid);
		saw_gen(x->c, x->k.offset);
	}
}

void
check_record(struct gefs_check *c, const struct gefs_node *g, uint64_t birth, uint32_t slot, bool message,
	     const gefs_record *r, bool snaptree)
{
	const struct format *f = c->img->f;
	struct record x = {c, g, birth, slot, message, r, snaptree, false, {.type = KEY_BAD}};
	const char *why = key_decode(f, r->key, &x.k);
	bool bad_op = false;

	if (why) {
		report(&x, F_KEY_SHAPE, why);
		return;
	}
	if (!kind_fits(x.k.type, snaptree)) {
		report(&x, F_KEY_KIND, snaptree ? "a file's key in the snapshot tree" : "a key of the snapshot tree in a file tree");
		return;
	}
	x.key_ok = true;
	if (x.k.type == KEY_ENTRY)
		check_name(&x);
	if (!message || r->op == GEFS_OP_INSERT) {
		check_value(&x);
		return;
	}
	why = message_check(f, r->op, x.k.type, r->value, &bad_op);
	if (why)
		report(&x, bad_op ? F_MESSAGE_OP : F_MESSAGE_OPERAND, why);
	else if (r->op == GEFS_OP_CLEARB && x.k.offset % f->blksz)
		report(&x, F_CLEAR_OFFSET, "not a multiple of the block size");
}
