/* Groups D and E: every node of every tree, once. A node that a second parent refers to in the same way is known
 * by its fingerprint and not even opened; one that is referred to differently has its relation to the new parent
 * verified. docs/format.md sections 10 to 12. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "check/check.h"
#include "snap/snaps.h"
#include "tree/tree.h"

enum { NO_FILL = UINT32_MAX };

struct edge {
	gefs_ptr ptr;
	uint32_t fill;          /* as the parent says; NO_FILL for roots */
	uint32_t height;
	gefs_bytes sep;         /* the parent's separator; empty for roots */
	struct bounds in;       /* what messages must obey: no lower bound on the leftmost path */
	uint64_t parent;        /* address, or GEFS_NIL */
	uint64_t parent_birth;  /* GEFS_NIL: not known */
	bool snaptree;
};

static const char *
owner_of(const struct edge *e)
{
	return e->snaptree ? "node of the snapshot tree" : "tree node";
}

static uint64_t
edge_print(const struct format *f, const struct edge *e)
{
	uint64_t h = fingerprint(fingerprint(fingerprint(2, e->ptr.hash), e->ptr.gen), e->height);
	h = fingerprint(fingerprint(h, e->fill), e->snaptree);
	if (e->sep.n)
		h = fingerprint(h, f->hash(e->sep.p, e->sep.n));
	if (e->in.lo.n)
		h = fingerprint(h, f->hash(e->in.lo.p, e->in.lo.n));
	if (!e->in.unbounded)
		h = fingerprint(h, f->hash(e->in.hi.p, e->in.hi.n));
	return h;
}

struct structure {
	struct gefs_check *c;
	const struct edge *e;
	struct place p;
};

static void
report_structure(void *arg, enum node_problem what, int slot, bool message, const char *text)
{
	static const enum finding_code code[] = {
		[NODE_TYPE] = F_NODE_TYPE,	     [NODE_EMPTY] = F_NODE_EMPTY,
		[NODE_ONLY_CHILD] = F_NODE_ONLY_CHILD, [NODE_OVERFULL] = F_NODE_OVERFULL,
		[NODE_SIZES] = F_NODE_SIZES,	     [NODE_BOUNDS] = F_NODE_BOUNDS,
		[NODE_OVERLAP] = F_NODE_OVERLAP,     [NODE_ORDER] = F_NODE_ORDER,
		[NODE_MSG_ORDER] = F_NODE_MESSAGE_ORDER, [NODE_KEY_SIZE] = F_NODE_KEY_SIZE,
		[NODE_VALUE_SIZE] = F_NODE_VALUE_SIZE, [NODE_CHILD_SIZE] = F_NODE_CHILD_SIZE,
	};
	struct structure *s = arg;
	if (slot < 0)
		finding(s->c, code[what], &s->p, "node 0x%" PRIx64 ": %s", s->e->ptr.addr, text);
	else
		finding(s->c, code[what], &s->p, "node 0x%" PRIx64 " %s %d: %s", s->e->ptr.addr,
			message ? "message" : "slot", slot, text);
}

static void
describe(struct gefs_check *c, const struct edge *e, const struct gefs_node *g, struct place p)
{
	struct structure s = {c, e, p};
	struct node again;
	node_parse(c->img->f, g->data, &again, report_structure, &s);
}

static void
check_birth(struct gefs_check *c, const struct edge *e, const struct place *p)
{
	if (!e->snaptree)
		saw_gen(c, e->ptr.gen);
	if (e->parent_birth != GEFS_NIL && e->ptr.gen != GEFS_NIL && e->ptr.gen > e->parent_birth)
		finding(c, F_NODE_BIRTH, p,
			"node 0x%" PRIx64 " was born in generation %" PRIu64 ", %s 0x%" PRIx64 " that refers to it in %" PRIu64,
			e->ptr.addr, e->ptr.gen, e->parent == GEFS_NIL ? "the snapshot" : "the node", e->parent,
			e->parent_birth);
}

/* What the parent says of the child against what the child is. False when the child is not what belongs here. */
static bool
check_edge(struct gefs_check *c, const struct edge *e, const struct gefs_node *g, const struct place *p)
{
	const struct node *n = &g->n;
	char key[200], limit[200];
	bool ours = true;

	if (e->fill != NO_FILL && e->fill != node_fill(n))
		finding(c, F_NODE_FILL, p, "node 0x%" PRIx64 ": fill is %u, its parent 0x%" PRIx64 " says %u", g->addr,
			node_fill(n), e->parent, e->fill);
	if (n->nval) {
		gefs_bytes first = node_value(n, 0).key, last = node_value(n, n->nval - 1).key;
		if (bytes_cmp(first, e->sep) < 0) {
			ours = false;
			finding(c, F_NODE_KEY_RANGE, p, "node 0x%" PRIx64 ": first key %s lies before its separator %s", g->addr,
				gefs_format_key(c->img, first, key, sizeof key),
				gefs_format_key(c->img, e->sep, limit, sizeof limit));
		}
		if (!e->in.unbounded && (bytes_cmp(last, e->in.hi) >= 0 || bytes_cmp(first, e->in.hi) >= 0)) {
			ours = false;
			finding(c, F_NODE_KEY_RANGE, p, "node 0x%" PRIx64 ": last key %s is not before the next separator %s",
				g->addr, gefs_format_key(c->img, last, key, sizeof key),
				gefs_format_key(c->img, e->in.hi, limit, sizeof limit));
		}
	}
	if (n->nbuf) {
		gefs_bytes first = node_message(n, 0).key, last = node_message(n, n->nbuf - 1).key;
		if (bytes_cmp(first, e->in.lo) < 0 || (!e->in.unbounded && bytes_cmp(last, e->in.hi) >= 0))
			finding(c, F_NODE_MESSAGE_RANGE, p, "node 0x%" PRIx64 ": messages from %s to %s do not belong below it",
				g->addr, gefs_format_key(c->img, first, key, sizeof key),
				gefs_format_key(c->img, last, limit, sizeof limit));
	}
	return ours;
}

/* The leaf of the tree before where the keys of g begin, if it is still in memory. */
static struct gefs_node *
earlier_leaf(struct gefs_check *c, const struct gefs_node *g)
{
	gefs_bytes key = node_value(&g->n, 0).key;
	gefs_ptr ptr = c->before.root;

	for (uint32_t height = c->before.height; height > 0; height--) {
		struct gefs_node *at = cache_hold(c->img, ptr.addr);
		if (!at || !at->n.usable || at->n.leaf)
			return at;
		uint32_t i = node_find_value(&at->n, key, true);
		bool down = node_child(&at->n, i ? i - 1 : 0, &ptr, NULL);
		gefs_node_close(at);
		if (!down)
			return NULL;
	}
	return NULL;
}

/* A record that another leaf has as well is as good here as there, if that leaf was found fine and the one thing
 * besides its bytes that a record is judged by, the birth of its node, is not earlier here. With few records it is no
 * version of this leaf, and to compare them would help little. */
static bool
vouches(const struct gefs_node *other, const struct gefs_node *g, uint64_t birth)
{
	return other->fine && other->fine_birth != GEFS_NIL && other->fine_birth <= birth &&
	       other->n.nval >= g->n.nval / 2;
}

static void
check_value(struct gefs_check *c, const struct edge *e, const struct gefs_node *g, uint32_t i)
{
	gefs_record r = node_value(&g->n, i);
	check_record(c, g, e->ptr.gen, i, false, &r, e->snaptree);
}

static void
check_values(struct gefs_check *c, const struct edge *e, const struct gefs_node *g)
{
	struct gefs_node *known = e->snaptree || g->n.nval == 0 ? NULL : earlier_leaf(c, g);
	uint32_t i = 0;

	if (known && vouches(known, g, e->ptr.gen)) {
		struct leaf_pair pair = {.leaf = {&known->n, &g->n}};
		while (pair.next[0] < known->n.nval)
			if (pair_next(&pair) & 2)
				check_value(c, e, g, pair.at[1]);
		i = pair.next[1];
	}
	gefs_node_close(known);
	for (; i < g->n.nval; i++)
		check_value(c, e, g, i);
}

static void
check_records(struct gefs_check *c, const struct edge *e, struct gefs_node *g)
{
	uint64_t before = findings_total(c);

	if (g->n.leaf)
		check_values(c, e, g);
	for (uint32_t i = 0; i < g->n.nbuf; i++) {
		gefs_record r = node_message(&g->n, i);
		check_record(c, g, e->ptr.gen, i, true, &r, e->snaptree);
	}
	g->fine = g->n.leaf && !e->snaptree && findings_total(c) == before;
	g->fine_birth = e->ptr.gen;
}

static void visit(struct gefs_check *, const struct edge *);

static struct edge
child_edge(const struct edge *e, const struct gefs_node *g, uint32_t i)
{
	struct edge child = {.height = e->height - 1, .parent = g->addr, .parent_birth = e->ptr.gen,
			     .snaptree = e->snaptree, .sep = node_value(&g->n, i).key, .fill = NO_FILL, .in = e->in};
	if (i > 0)
		child.in.lo = child.sep;
	if (i + 1 < g->n.nval) {
		child.in.hi = node_value(&g->n, i + 1).key;
		child.in.unbounded = false;
	}
	if (!node_child(&g->n, i, &child.ptr, &child.fill))
		child.ptr.addr = GEFS_NIL;
	return child;
}

static bool
known(struct gefs_check *c, const struct edge *e)
{
	uint32_t m = ledger_peek(c->map, e->ptr.addr);
	return entry_kind(m) == (e->snaptree ? KIND_SNAPNODE : KIND_NODE) && entry_same(m, edge_print(c->img->f, e));
}

/* Begins to read the nodes that are new among the next children. */
static void
prefetch_new(struct gefs_check *c, const struct edge *e, const struct gefs_node *g, uint32_t from)
{
	gefs_ptr ptr[PREFETCH_MAX];
	size_t k = 0;

	for (uint32_t i = from; i < g->n.nval && i < from + PREFETCH_MAX; i++) {
		struct edge child = child_edge(e, g, i);
		if (child.ptr.addr != GEFS_NIL && image_addr_ok(c->img, child.ptr.addr) && !known(c, &child))
			ptr[k++] = child.ptr;
	}
	if (k > 1)
		cache_prefetch(c->img, ptr, k);
}

static void
visit_children(struct gefs_check *c, const struct edge *e, const struct gefs_node *g)
{
	for (uint32_t i = 0; i < g->n.nval && !c->cancelled; i++) {
		if (i == 0)
			prefetch_new(c, e, g, i);
		if (i % PREFETCH_MAX == 0)
			prefetch_new(c, e, g, i + PREFETCH_MAX); /* while those before are looked at */
		struct edge child = child_edge(e, g, i);
		if (child.ptr.addr != GEFS_NIL || node_value(&g->n, i).value.n == CHILD_SIZE)
			visit(c, &child);
	}
}

/* Reads the block and compares its hash; NULL when what is found cannot be trusted. */
static struct gefs_node *
read_node(struct gefs_check *c, const struct edge *e, const struct place *p)
{
	gefs_error why;
	struct gefs_node *g = cache_load(c->img, e->ptr.addr, &why);

	if (!g) {
		finding(c, F_NODE_READ, p, "node 0x%" PRIx64 ": %s", e->ptr.addr, why.text);
		return NULL;
	}
	if (g->hash != e->ptr.hash) {
		char from[200] = "its first key", to[200] = "its last";
		if (e->sep.n)
			gefs_format_key(c->img, e->sep, from, sizeof from);
		if (!e->in.unbounded)
			gefs_format_key(c->img, e->in.hi, to, sizeof to);
		finding(c, unless_overwritten(c, F_NODE_HASH, e->ptr.addr), p,
			"node 0x%" PRIx64 " (height %u, keys from %s to %s): hash is %016" PRIx64 ", expected %016" PRIx64,
			e->ptr.addr, e->height, from, to, g->hash, e->ptr.hash);
		gefs_node_close(g);
		return NULL;
	}
	return g;
}

/* The file or directory that a node's keys begin with: whose path a finding gives. */
static void
name_place(struct gefs_check *c, const struct edge *e, struct place *p)
{
	struct key k;
	if (!e->snaptree && e->sep.n && !key_decode(c->img->f, e->sep, &k) &&
	    (k.type == KEY_DATA || k.type == KEY_ENTRY || k.type == KEY_UP) && k.qid != GEFS_NIL)
		p->qid = k.qid;
}

static void
visit(struct gefs_check *c, const struct edge *e)
{
	struct place p = at_block(e->ptr.addr, owner_of(e));
	enum block_kind kind = e->snaptree ? KIND_SNAPNODE : KIND_NODE;

	name_place(c, e, &p);
	if (!image_addr_ok(c->img, e->ptr.addr)) {
		/* The block to look at is the one that holds the pointer. */
		struct place parent = p;
		parent.addr = e->parent != GEFS_NIL ? e->parent : e->ptr.addr;
		finding(c, F_NODE_ADDRESS, &parent, "node address 0x%" PRIx64 " (in %s 0x%" PRIx64 ") is not a block of any arena",
			e->ptr.addr, e->parent != GEFS_NIL ? "node" : "the root pointer of snapshot",
			e->parent != GEFS_NIL ? e->parent : e->parent_birth);
		c->incomplete = true;
		return;
	}
	uint32_t *m = ledger_at(c->map, e->ptr.addr);
	if (!m) {
		c->nomem = true;
		return;
	}
	uint64_t print = edge_print(c->img->f, e);
	bool first = entry_kind(*m) == KIND_NONE;
	if (entry_kind(*m) == kind && entry_same(*m, print))
		return;
	if (!first && entry_kind(*m) != kind) {
		finding(c, unless_released(c, F_NODE_SHARED), &p,
			"block 0x%" PRIx64 " is a tree node for 0x%" PRIx64 " and something else besides",
			e->ptr.addr, e->parent);
		return;
	}
	*m = entry_make(kind, print, *m);
	check_birth(c, e, &p);
	if (first && gefs_is_free(c->img, e->ptr.addr))
		finding(c, unless_released(c, F_NODE_FREE), &p, "node 0x%" PRIx64 " is in use but counts as free", e->ptr.addr);
	struct gefs_node *g = read_node(c, e, &p);
	if (!g) {
		c->incomplete = true;
		return;
	}
	if (first) {
		c->stats.nodes++;
		c->stats.blocks++;
		if (!g->n.clean)
			describe(c, e, g, p);
		if (c->stats.nodes % 1024 == 0)
			check_progress(c, "trees and data");
	}
	if (!g->n.usable) {
		c->incomplete = true;
	} else if (g->n.leaf != (e->height == 1)) {
		finding(c, F_NODE_DEPTH, &p, "node 0x%" PRIx64 " is a %s, expected a %s at height %u", g->addr,
			g->n.leaf ? "leaf" : "pivot", e->height == 1 ? "leaf" : "pivot", e->height);
		c->incomplete = true;
	} else {
		bool ours = check_edge(c, e, g, &p);
		if (!first && !ours)
			finding(c, F_NODE_SHARED, &p,
				"node 0x%" PRIx64 " is referred to by 0x%" PRIx64 " for keys that it does not hold: it belongs elsewhere",
				g->addr, e->parent);
		if (first)
			check_records(c, e, g);
		if (!g->n.leaf && (first || ours))
			visit_children(c, e, g);
	}
	gefs_node_close(g);
}

static void
visit_root(struct gefs_check *c, const gefs_tree *t, uint64_t limit)
{
	struct edge e = {.ptr = t->root, .fill = NO_FILL, .height = t->height, .in = {.unbounded = true},
			 .parent = GEFS_NIL, .parent_birth = limit, .snaptree = t->snap == GEFS_NIL};
	struct place p = at_block(t->root.addr, owner_of(&e));

	p.snap = t->snap;
	if (t->height == 0 || t->height > TREE_HEIGHT_MAX) {
		finding(c, e.snaptree ? F_SUPER_FIELDS : F_SNAP_FIELDS, &p, "a tree of height %u, expected 1 to %d", t->height,
			TREE_HEIGHT_MAX);
		c->incomplete = true;
		return;
	}
	visit(c, &e);
	if (!e.snaptree)
		c->before = *t;
	/* A shared root is visited once, but must be old enough for each snapshot. */
	if (limit != GEFS_NIL && t->root.gen != GEFS_NIL && t->root.gen > limit)
		check_birth(c, &e, &p);
}

void
check_snap_tree(struct gefs_check *c)
{
	gefs_tree t = snap_tree(c->img);
	visit_root(c, &t, GEFS_NIL);
}

void
check_file_tree(struct gefs_check *c, const gefs_snap *s)
{
	gefs_tree t;
	gefs_tree_of(s, &t);
	visit_root(c, &t, c->img->f->exact_lifetimes ? s->id : GEFS_NIL);
}
