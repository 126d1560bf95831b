/* Group F and row 41: what trees say once messages are applied. The state of one tree is kept; the next snapshot
 * only brings what differs from it, and only what it touches is verified again. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/vec.h"
#include "check/check.h"
#include "fs/users.h"
#include "snap/snaps.h"
#include "tree/diff.h"

/* What is known of one qid in the tree at hand. */
struct item {
	uint64_t qid;
	uint64_t parent;
	uint64_t key_hash;  /* of its entry's key */
	uint64_t up_hash;   /* of its parent record's value; 0: none */
	uint64_t length;
	uint64_t data_end;  /* highest file offset of the data records just seen, plus one */
	uint64_t addr;      /* leaf of its entry */
	uint32_t entries, kids, blocks;
	uint32_t reached;   /* stamp: the root is above */
	bool dir, touched;
};

struct names {
	struct gefs_check *c;
	uint64_t snap;
	const gefs_snap *before; /* the one whose tree the state is of */
	struct item *item;  /* in order of appearance */
	size_t n, cap;
	uint32_t *table;    /* open addressing by qid: index into item, plus one */
	size_t size;
	uint64_t seed;      /* of the hash: changes nothing but collisions */
	uint32_t *touched;  /* indexes into item */
	size_t ntouched, cap_touched;
	int32_t owners[3];  /* of the entry seen last whose owner, group and last writer were all known */
	bool have_owners;
	uint32_t roots;
	uint32_t stamp;
	bool moved;
	bool damaged; /* part of the tree could not be read: what is absent proves nothing */
};

static uint32_t *
slot_of(const struct names *s, uint64_t qid)
{
	/* Sixteen neighbouring qids share a cache line; where each line lies is not for an image to choose. Where another
	 * sixteen lie already, the next line is tried, one slot further so that in the end every slot is. */
	size_t i = (size_t)((qid & 15) + (fingerprint(s->seed, qid >> 4) >> 20 << 4)) & (s->size - 1);
	while (s->table[i] && s->item[s->table[i] - 1].qid != qid)
		i = (i + 17) & (s->size - 1);
	return &s->table[i];
}

static bool
grow(struct names *s)
{
	size_t size = s->size ? 4 * s->size : 1024;
	uint32_t *table = calloc(size, sizeof *table);

	if (!table || s->n > UINT32_MAX / 2) {
		free(table);
		return false;
	}
	free(s->table);
	s->table = table;
	s->size = size;
	for (size_t i = 0; i < s->n; i++)
		*slot_of(s, s->item[i].qid) = (uint32_t)i + 1;
	return true;
}

static struct item *
find(const struct names *s, uint64_t qid)
{
	uint32_t i = s->size ? *slot_of(s, qid) : 0;
	return i ? &s->item[i - 1] : NULL;
}

/* The item of a qid, made when new, and marked for verification. Valid until the next touch. */
static struct item *
touch(struct names *s, uint64_t qid)
{
	struct item *it = find(s, qid);
	if (!it) {
		struct item fresh = {.qid = qid};
		if ((2 * s->n >= s->size && !grow(s)) || !vec_push(s->item, s->n, s->cap, fresh)) {
			s->c->nomem = true;
			return NULL;
		}
		*slot_of(s, qid) = (uint32_t)s->n;
		it = &s->item[s->n - 1];
	}
	if (!it->touched && vec_push(s->touched, s->ntouched, s->cap_touched, (uint32_t)(it - s->item)))
		it->touched = true;
	return it;
}

static struct place
item_place(const struct names *s, uint64_t qid, uint64_t addr)
{
	struct place p = at_block(addr, "tree node");
	p.snap = s->snap;
	p.qid = qid;
	return p;
}

static uint64_t
key_hash(const struct names *s, gefs_bytes key)
{
	return s->c->img->f->hash(key.p, key.n) | 1; /* never 0 */
}

static void
check_entry(struct names *s, const struct key *k, const gefs_dirent *d, uint64_t addr)
{
	struct gefs_check *c = s->c;
	struct place p = item_place(s, k->qid, addr);
	const uint32_t bits = GEFS_DMDIR | GEFS_DMAPPEND | GEFS_DMEXCL | GEFS_DMTMP | 0777;
	char name[300];
	uint8_t raw[KEY_MAX];
	struct key whole = *k;

	c->stats.files++;
	saw_qid(c, d->qpath);
	bool odd_mode = d->qtype != d->mode >> 24 || (d->mode & ~bits) != 0;
	bool odd_length = d->length > INT64_MAX || (d->is_dir && d->length != 0);
	if (!odd_mode && !odd_length)
		return;
	p.name_dir = true;
	p.name = k->name;
	gefs_format_key(c->img, (gefs_bytes){raw, key_encode(c->img->f, &whole, raw)}, name, sizeof name);
	if (odd_mode)
		finding(c, F_MODE_ODD, &p, "snapshot %" PRIu64 ", %s: mode 0%o with qid type 0x%02x", s->snap, name, d->mode,
			d->qtype);
	if (odd_length)
		finding(c, F_LENGTH_ODD, &p, "snapshot %" PRIu64 ", %s: length %" PRId64 "%s", s->snap, name,
			(int64_t)d->length, d->is_dir ? " of a directory" : "");
}

/* Entries that follow each other mostly belong to the same users. */
static bool
owners_known(struct names *s, const gefs_dirent *d)
{
	const int32_t id[3] = {d->uid, d->gid, d->muid};

	if (s->have_owners && memcmp(id, s->owners, sizeof id) == 0)
		return true;
	for (int i = 0; i < 3; i++)
		if (!users_known(s->c->img, id[i]))
			return false;
	memcpy(s->owners, id, sizeof id);
	s->have_owners = true;
	return true;
}

static void
check_owners(struct names *s, const gefs_dirent *d, uint64_t addr)
{
	struct gefs_check *c = s->c;
	struct place p = item_place(s, d->qpath, addr);

	if (!gefs_users_error(c->img) && !owners_known(s, d))
		finding(c, F_USER_UNKNOWN, &p,
			"snapshot %" PRIu64 ", qid %" PRIu64 ": owner %" PRId32 ", group %" PRId32 " or last writer %" PRId32
			" is not in the users file",
			s->snap, d->qpath, d->uid, d->gid, d->muid);
}

static void
entry_gone(struct names *s, const struct key *k, gefs_bytes value)
{
	gefs_dirent d;
	struct item *it;

	if (!dirent_decode(s->c->img->f, value, &d))
		return;
	if ((it = touch(s, d.qpath)) && it->entries)
		it->entries--;
	if (k->qid == GEFS_NIL)
		s->roots -= s->roots > 0;
	else if ((it = touch(s, k->qid)) && it->kids)
		it->kids--;
}

static void
entry_came(struct names *s, const struct key *k, gefs_bytes key, const struct diff_value *v)
{
	gefs_dirent d;
	struct item *it;

	if (!dirent_decode(s->c->img->f, v->value, &d))
		return;
	if ((it = touch(s, d.qpath))) {
		it->entries++;
		/* What is below a directory that moved is not known to be reached any more. The server never moves one. */
		s->moved |= it->reached != 0 && it->parent != k->qid;
		it->parent = k->qid;
		it->key_hash = d.is_dir ? key_hash(s, key) : 0; /* only directories have parent records */
		it->length = d.length;
		it->dir = d.is_dir;
		it->addr = v->addr;
	}
	if (k->qid == GEFS_NIL)
		s->roots++;
	else if ((it = touch(s, k->qid)))
		it->kids++;
	check_entry(s, k, &d, v->addr);
	check_owners(s, &d, v->addr);
}

static void
add_data(struct names *s, const struct key *k, const struct diff_value *v)
{
	const struct format *f = s->c->img->f;
	struct data_item item = {k->qid, k->offset, v->addr, false};

	if (value_check(f, k, v->value))
		return;
	gefs_ptr ptr = ptr_decode(f, v->value.p);
	data_add(s->c, &ptr, &item);
}

static int
change(void *arg, gefs_bytes key, const struct diff_value *old, const struct diff_value *new)
{
	struct names *s = arg;
	struct key k;
	struct item *it;

	if (key_decode(s->c->img->f, key, &k))
		return 0;
	switch (k.type) {
	case KEY_ENTRY:
		if (old->present)
			entry_gone(s, &k, old->value);
		if (new->present)
			entry_came(s, &k, key, new);
		break;
	case KEY_UP:
		if ((it = touch(s, k.qid)))
			it->up_hash = new->present ? key_hash(s, new->value) : 0;
		break;
	case KEY_DATA:
		if (new->present && check_data_by_name(s->c))
			add_data(s, &k, new);
		if (!(it = touch(s, k.qid)))
			break;
		it->blocks -= old->present && it->blocks;
		it->blocks += new->present;
		if (new->present && k.offset >= it->data_end && k.offset <= INT64_MAX)
			it->data_end = k.offset + 1;
		break;
	default:
		break;
	}
	return s->c->cancelled || s->c->nomem;
}

/* A block that the server releases when the clear reaches its leaf is no leak. */
static void
cleared(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct names *s = arg;
	const struct format *f = s->c->img->f;
	struct key k;

	if (!check_data_by_name(s->c) || key_decode(f, key, &k) || value_check(f, &k, value))
		return; /* elsewhere every pointer counts */
	gefs_ptr ptr = ptr_decode(f, value.p);
	uint32_t *m = image_addr_ok(s->c->img, ptr.addr) ? ledger_at(s->c->map, ptr.addr) : NULL;
	if (m)
		*m |= 8;
}

static int
diff_damage(void *arg, int which, const gefs_error *e)
{
	struct names *s = arg;
	(void)which;
	(void)e; /* the walk of the trees has reported it */
	s->damaged = true;
	return 0;
}

static void
misapplied(void *arg, uint64_t addr, const gefs_record *r, const char *why)
{
	struct names *s = arg;
	struct place p = item_place(s, GEFS_NIL, addr);
	char key[300];

	if (s->damaged)
		return; /* the leaf that has the key may be the one that is gone */
	gefs_format_key(s->c->img, r->key, key, sizeof key);
	if (r->op == GEFS_OP_CLEARB) {
		const gefs_snap *snap = gefs_snap_by_id(s->c->img, s->snap);
		/* Only deleting a newest snapshot makes the file server sweep its tree; older ones abort at once. */
		if (s->c->img->f->leaves & LEAVES_CLEARS || (snap && snap->succ == GEFS_NIL && snap->nlabels == 1 && snap->nref <= 1)) {
			p.addr = GEFS_NIL;
			finding(s->c, F_HAZARD_CLEAR, &p,
				"snapshot %" PRIu64 ": node 0x%" PRIx64 " has a pending clear of %s, which does not exist", s->snap,
				addr, key);
		}
		return;
	}
	finding(s->c, F_MESSAGE_STATE, &p, "snapshot %" PRIu64 ", node 0x%" PRIx64 ": %s of %s: %s", s->snap, addr,
		gefs_op_name(r->op), key, why);
}

static void
check_parent(struct names *s, const struct item *it, const struct place *p)
{
	const struct item *up = find(s, it->parent);

	if (it->parent == GEFS_NIL)
		return;
	if (!up || up->entries == 0)
		finding(s->c, F_PARENT_MISSING, p, "snapshot %" PRIu64 ": qid %" PRIu64
			" lies in directory qid %" PRIu64 ", which does not exist", s->snap, it->qid, it->parent);
	else if (!up->dir)
		finding(s->c, F_PARENT_MISSING, p, "snapshot %" PRIu64 ": qid %" PRIu64 " lies in qid %" PRIu64
			", which is no directory", s->snap, it->qid, it->parent);
}

/* Climbs until the root or what is known to be below it; stamps the way. */
static void
check_reach(struct names *s, const struct item *it, const struct place *p)
{
	uint32_t stamp = ++s->stamp;
	struct item *at = find(s, it->qid);

	while (at && at->entries && at->parent != GEFS_NIL && at->reached != UINT32_MAX) {
		if (at->reached == stamp) {
			finding(s->c, F_DIR_UNREACHABLE, p,
				"snapshot %" PRIu64 ": the directories above qid %" PRIu64 " form a loop", s->snap, it->qid);
			break;
		}
		at->reached = stamp;
		at = find(s, at->parent);
	}
	/* Known good from here: a second climb stops early. */
	bool good = at && at->entries && (at->parent == GEFS_NIL || at->reached == UINT32_MAX);
	for (at = find(s, it->qid); at && at->reached == stamp; at = find(s, at->parent))
		at->reached = good ? UINT32_MAX : 0;
}

static void
check_up(struct names *s, const struct item *it, const struct place *p)
{
	if (it->up_hash == 0)
		finding(s->c, F_UP_MISSING, p, "snapshot %" PRIu64 ": directory qid %" PRIu64 " has no parent record", s->snap,
			it->qid);
	else if (it->up_hash != it->key_hash)
		finding(s->c, s->c->img->f->leaves & LEAVES_STALE_UP ? F_UP_STALE : F_UP_WRONG, p,
			"snapshot %" PRIu64 ": the parent record of directory qid %" PRIu64
			" names another entry", s->snap, it->qid);
}

static void
check_absent(struct names *s, const struct item *it, const struct place *p)
{
	if (it->kids)
		finding(s->c, F_PARENT_MISSING, p, "snapshot %" PRIu64 ": %u entries lie in directory qid %" PRIu64
			", which does not exist", s->snap, it->kids, it->qid);
	if (it->up_hash)
		finding(s->c, F_UP_SUPERFLUOUS, p, "snapshot %" PRIu64 ": parent record for qid %" PRIu64
			", which has no entry", s->snap, it->qid);
	if (it->blocks)
		finding(s->c, F_DATA_STALE, p, "snapshot %" PRIu64 ": %u data blocks of qid %" PRIu64 ", which has no entry",
			s->snap, it->blocks, it->qid);
}

static void
check_item(struct names *s, const struct item *it)
{
	struct place p = item_place(s, it->qid, it->addr ? it->addr : GEFS_NIL);

	if (it->entries == 0) {
		p.addr = GEFS_NIL;
		check_absent(s, it, &p);
		return;
	}
	if (it->entries > 1)
		finding(s->c, F_QID_TWICE, &p, "snapshot %" PRIu64 ": %u entries have qid %" PRIu64, s->snap, it->entries,
			it->qid);
	check_parent(s, it, &p);
	if (it->dir) {
		check_up(s, it, &p);
		check_reach(s, it, &p);
	} else if (it->up_hash) {
		finding(s->c, F_UP_SUPERFLUOUS, &p, "snapshot %" PRIu64 ": parent record for qid %" PRIu64
			", which is no directory", s->snap, it->qid);
	}
	if (it->blocks && it->data_end > it->length && it->length <= INT64_MAX)
		finding(s->c, F_DATA_STALE, &p, "snapshot %" PRIu64 ": data of qid %" PRIu64 " at offset 0x%" PRIx64
			" lies beyond its length %" PRIu64, s->snap, it->qid, it->data_end - 1, it->length);
}

static void
settle(struct names *s)
{
	struct gefs_check *c = s->c;

	if (s->moved)
		for (size_t k = 0; k < s->n; k++)
			s->item[k].reached = 0;
	s->moved = false;
	for (size_t i = 0; i < s->ntouched && !s->damaged; i++)
		check_item(s, &s->item[s->touched[i]]);
	for (size_t i = 0; i < s->ntouched; i++) {
		struct item *it = &s->item[s->touched[i]];
		it->touched = false;
		it->data_end = 0;
	}
	s->ntouched = 0;
	if (s->roots != 1 && !s->damaged) {
		const gefs_snap *snap = gefs_snap_by_id(c->img, s->snap);
		struct place p = at_block(snap ? snap->root.addr : GEFS_NIL, "tree node");
		p.snap = s->snap;
		finding(c, F_ROOT_MISSING, &p, "snapshot %" PRIu64 ": %u root directories, expected one", s->snap, s->roots);
	}
}

static void
reset(struct names *s)
{
	free(s->table);
	free(s->item);
	s->table = NULL;
	s->item = NULL;
	s->size = s->n = s->cap = 0;
	s->ntouched = 0;
	s->roots = 0;
	s->damaged = false;
}

static void
check_snap(struct names *s, const gefs_snap *snap, const gefs_snap *before)
{
	struct diff_ops ops = {change, diff_damage, misapplied, cleared, s, NULL};
	gefs_tree old, new;
	gefs_error why;

	/* Two lines that share only the empty start have nothing to compare; nor is damage a base to build on. */
	if (!before || s->damaged || (snap->pred != before->id && snap->pred == 0)) {
		reset(s);
		before = NULL;
	} else {
		gefs_tree_of(before, &old);
	}
	gefs_tree_of(snap, &new);
	s->snap = snap->id;
	if (new.height == 0)
		return;
	if (tree_diff(s->c->img, before ? &old : NULL, &new, &ops, &why) < 0) {
		struct place p = at_block(why.addr, "tree node");
		p.snap = snap->id;
		if (!s->damaged && !s->c->cancelled)
			finding(s->c, F_TREE_UNCHECKED, &p, "snapshot %" PRIu64 ": %s", snap->id, why.text);
		s->damaged = true;
	}
	if (!s->c->cancelled)
		settle(s);
}

/* The snapshot tree's messages must apply as well. */
static void
check_snap_messages(struct gefs_check *c)
{
	struct names s = {.c = c, .snap = GEFS_NIL};
	struct diff_ops ops = {change, diff_damage, misapplied, NULL, &s, NULL};
	gefs_tree t = snap_tree(c->img);

	if (t.height)
		tree_diff(c->img, NULL, &t, &ops, NULL);
	free(s.table);
	free(s.item);
	free(s.touched);
}

struct names *
names_new(struct gefs_check *c)
{
	struct names *s = calloc(1, sizeof *s);
	if (!s) {
		c->nomem = true;
		return NULL;
	}
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	s->c = c;
	s->seed = fingerprint((uint64_t)now.tv_nsec, (uint64_t)now.tv_sec);
	check_snap_messages(c);
	return s;
}

void
names_check(struct names *s, const gefs_snap *snap)
{
	check_snap(s, snap, s->before);
	s->before = snap;
}

void
names_free(struct names *s)
{
	if (!s)
		return;
	free(s->table);
	free(s->item);
	free(s->touched);
	free(s);
}
