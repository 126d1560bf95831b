/* Hashes from the changed blocks up to the root data. */
#include "store.h"

struct walk {
	struct store *s;
	const struct format *f;
	uint8_t *marks;
	bool fill;
};

static uint8_t *
mark_of(struct walk *w, uint64_t addr)
{
	uint32_t blksz = w->f->blksz;
	return addr % blksz == 0 && addr / blksz < store_blocks(w->s) ? &w->marks[addr / blksz] : NULL;
}

/* Renews the hash at p when its block changed; true when the bytes changed. */
static bool
fix_hash(struct walk *w, uint64_t addr, uint8_t *p)
{
	uint8_t *mark = mark_of(w, addr), *b = store_block(w->s, addr);
	uint64_t old = get64(w->f, p);

	if (!mark || !b || !(*mark & MARK_CHANGED))
		return false;
	put64(w->f, p, w->f->hash(b, w->f->blksz));
	return get64(w->f, p) != old;
}

/* An address and its hash. */
static bool
fix_ptr(struct walk *w, uint8_t *p)
{
	return fix_hash(w, get64(w->f, p), p + 8);
}

static bool
fix_fill(struct walk *w, uint8_t *p)
{
	uint64_t addr = get64(w->f, p), old = get_number(w->f, p + PTR_SIZE, 2);
	uint8_t *mark = mark_of(w, addr), *b = store_block(w->s, addr);
	struct node child;

	if (!w->fill || !mark || !b || !(*mark & MARK_CHANGED))
		return false;
	node_parse(w->f, b, &child, NULL, NULL);
	put_number(w->f, p + PTR_SIZE, 2, node_fill(&child));
	return get_number(w->f, p + PTR_SIZE, 2) != old;
}

/* Where deadlists refer to each other by hash, those below come first. */
static void
fix_deadlist(struct walk *w, uint64_t addr)
{
	const struct format *f = w->f;
	uint8_t *mark = mark_of(w, addr), *b = store_block(w->s, addr);
	struct log_header h;
	gefs_dead_entry e;
	const char *why;

	if (!mark || !b || *mark & MARK_VISITED)
		return;
	*mark |= MARK_VISITED;
	if (f->dead_decode(f, b, &h) || h.type != GEFS_BLOCK_DEADLIST)
		return;
	for (uint32_t at = 0, n; at < h.size; at += n) {
		n = f->dead_entry(f, b + f->dead_header, h.size, at, &e, &why);
		if (n == 0 || e.kind == GEFS_DEAD_END)
			break;
		if (e.kind == GEFS_DEAD_KILL)
			continue;
		fix_deadlist(w, e.addr);
		if (fix_hash(w, e.addr, b + f->dead_header + at + 8))
			*mark |= MARK_CHANGED;
		if (e.kind == GEFS_DEAD_CHAIN)
			break;
	}
}

static void fix_tree(struct walk *, uint64_t addr, unsigned depth);

static bool
fix_snap(struct walk *w, uint8_t *v)
{
	const struct layout *l = w->s->layout;

	fix_tree(w, get64(w->f, v + l->snap_root), 0);
	bool changed = fix_ptr(w, v + l->snap_root);
	for (uint32_t i = 0; l->dead_key == KEY_SNAP && i < l->ndead; i++) {
		uint8_t *head = v + l->dead_head + i * l->dead_step;
		fix_deadlist(w, get64(w->f, head));
		changed |= fix_ptr(w, head);
	}
	return changed;
}

static bool
fix_record(struct walk *w, gefs_record r, bool child, unsigned depth)
{
	uint8_t *v = (uint8_t *)(uintptr_t)r.value.p;
	struct key k;

	if (child) {
		if (r.value.n != CHILD_SIZE)
			return false;
		fix_tree(w, get64(w->f, v), depth + 1);
		bool hash = fix_ptr(w, v);
		return fix_fill(w, v) || hash;
	}
	if (r.op > GEFS_OP_INSERT)
		return false;
	key_decode(w->f, r.key, &k);
	if (k.type == KEY_DATA && r.value.n == PTR_SIZE)
		return fix_ptr(w, v);
	return k.type == KEY_SNAP && r.value.n == w->f->snap_size && fix_snap(w, v);
}

static void
fix_tree(struct walk *w, uint64_t addr, unsigned depth)
{
	uint8_t *mark = mark_of(w, addr), *b = store_block(w->s, addr);
	struct node n;
	bool changed = false;

	if (!mark || !b || *mark & MARK_VISITED || depth > 64)
		return;
	*mark |= MARK_VISITED;
	node_parse(w->f, b, &n, NULL, NULL);
	if (!n.usable)
		return;
	for (uint32_t i = 0; i < n.nval; i++)
		changed |= fix_record(w, node_value(&n, i), !n.leaf, depth);
	for (uint32_t i = 0; i < n.nbuf; i++)
		changed |= fix_record(w, node_message(&n, i), false, depth);
	if (changed)
		*mark |= MARK_CHANGED;
}

static void
fix_root(struct walk *w, uint64_t addr)
{
	const struct layout *l = w->s->layout;
	uint8_t *b = store_block(w->s, addr), *mark = mark_of(w, addr);
	gefs_super sb;

	if (!b || !mark || !w->f->super_decode(w->f, b, &sb))
		return;
	bool changed = (*mark & MARK_CHANGED) != 0;
	fix_tree(w, sb.snap_root.addr, 0);
	changed |= fix_ptr(w, b + l->root_snap);
	if (!l->root_arenas)
		return;
	for (uint32_t i = 0; i < sb.narena; i++)
		changed |= fix_ptr(w, b + l->root_arenas + 16 * i);
	size_t covered = l->root_arenas + 16 * (size_t)sb.narena;
	if (changed)
		put64(w->f, b + covered, w->f->hash(b, covered));
}

static void
fix_body(struct store *s, uint64_t addr)
{
	const struct format *f = &s->format;
	uint8_t *b = store_block(s, addr);
	bool dead = b && f->classify(f, b) == GEFS_BLOCK_DEADLIST;
	uint32_t hash_at = dead ? s->layout->dead_hash : s->layout->log_hash;
	struct log_header h;

	if (!b)
		return;
	dead ? f->dead_decode(f, b, &h) : f->log_decode(f, b, &h);
	if (hash_at && h.covered <= f->log_space)
		put64(f, b + hash_at, f->hash(b + (dead ? f->dead_header : f->log_header), h.covered));
}

void
rehash(struct store *s, uint8_t *marks, bool fill)
{
	struct walk w = {s, &s->format, marks, fill};
	uint64_t blocks = store_blocks(s);

	for (uint64_t i = 0; i < blocks; i++)
		if (marks[i] & MARK_BODY)
			fix_body(s, i * s->format.blksz);
	for (uint32_t i = 0; i < s->nroots; i++)
		fix_root(&w, s->root[i]);
	memset(marks, 0, blocks);
}
