/* Hashes from the changed blocks up to the superblocks. */
#include "store.h"

#define F (&format_gefs9)

struct walk {
	struct store *s;
	uint8_t *marks;
	bool fill;
};

static uint8_t *
mark_of(struct walk *w, uint64_t addr)
{
	return addr % BLOCK == 0 && addr / BLOCK < w->s->size / BLOCK ? &w->marks[addr / BLOCK] : NULL;
}

/* Renews the pointer at p when its block changed; true when p changed. */
static bool
fix_ptr(struct walk *w, uint8_t *p, bool has_fill)
{
	uint64_t addr = be64(p);
	uint8_t *mark = mark_of(w, addr), *b = w->s->block(w->s, addr);
	uint8_t old[26];
	size_t n = has_fill ? 26 : 24;

	if (!mark || !b || !(*mark & MARK_CHANGED))
		return false;
	memcpy(old, p, n);
	put_be(p + 8, 8, F->hash(b, BLOCK));
	if (has_fill && w->fill) {
		struct node child;
		node_parse(F, b, &child, NULL, NULL);
		put_be(p + 24, 2, node_fill(&child));
	}
	return memcmp(old, p, n) != 0;
}

static void fix_tree(struct walk *, uint64_t addr, unsigned depth);

static bool
fix_record(struct walk *w, gefs_record r, bool child, unsigned depth)
{
	uint8_t *v = (uint8_t *)(uintptr_t)r.value.p;
	if (child) {
		if (r.value.n != CHILD_SIZE)
			return false;
		fix_tree(w, be64(v), depth + 1);
		return fix_ptr(w, v, true);
	}
	if (r.op > GEFS_OP_INSERT || r.key.n == 0)
		return false;
	if (r.key.p[0] == KEY_DATA && r.value.n == 24)
		return fix_ptr(w, v, false);
	if (r.key.p[0] != KEY_SNAP || r.value.n != 72)
		return false;
	fix_tree(w, be64(v + 48), 0);
	return fix_ptr(w, v + 48, false);
}

static void
fix_tree(struct walk *w, uint64_t addr, unsigned depth)
{
	uint8_t *mark = mark_of(w, addr), *b = w->s->block(w->s, addr);
	struct node n;
	bool changed = false;

	if (!mark || !b || *mark & MARK_VISITED || depth > 64)
		return;
	*mark |= MARK_VISITED;
	node_parse(F, b, &n, NULL, NULL);
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
fix_super(struct walk *w, uint64_t addr)
{
	uint8_t *b = w->s->block(w->s, addr), *mark = mark_of(w, addr);
	gefs_super sb;
	size_t covered;
	bool changed;

	if (!b || !mark || !F->super_decode(F, b, &sb))
		return;
	changed = (*mark & MARK_CHANGED) != 0;
	fix_tree(w, sb.snap_root.addr, 0);
	changed |= fix_ptr(w, b + 24, false); /* reads no more than address and hash */
	for (uint32_t i = 0; i < sb.narena; i++)
		changed |= fix_ptr(w, b + 104 + 16 * i, false);
	covered = 104 + 16 * (size_t)sb.narena;
	if (changed)
		put_be(b + covered, 8, F->hash(b, covered));
}

static void
fix_body(struct store *s, uint64_t addr)
{
	uint8_t *b = s->block(s, addr);
	uint32_t size = b ? be16(b + 2) : UINT32_MAX;
	if (size <= F->log_space)
		put_be(b + 4, 8, F->hash(b + F->log_header, size));
}

void
rehash(struct store *s, uint8_t *marks, bool fill)
{
	struct walk w = {s, marks, fill};
	uint64_t blocks = s->size / BLOCK;

	for (uint64_t i = 0; i < blocks; i++)
		if (marks[i] & MARK_BODY)
			fix_body(s, i * BLOCK);
	fix_super(&w, 0);
	fix_super(&w, last_block(s));
	memset(marks, 0, blocks);
}
