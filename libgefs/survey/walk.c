/* One pass over all metadata. Snapshots share subtrees: each node is visited once, whoever refers to it, and so is
 * each deadlist block. That also bounds the work on images whose pointers form a web. */
#include "survey/survey.h"

#include <inttypes.h>

#include "alloc/arena.h"
#include "base/error.h"
#include "block/cache.h"
#include "snap/snaps.h"
#include "tree/tree.h"

enum { SEEN_NODE = 1, SEEN_DEADLIST = 2 };
enum { AHEAD = 128 }; /* children that are read in one go */

struct pass {
	const struct survey *s;
	gefs_image *img;
	struct blockmap seen;
	gefs_tree tree; /* whose nodes are being visited */
	gefs_error *e;
	/* Of the chain that is being followed: */
	gefs_owner chain;
	int rc; /* what stopped a chain */
};

/* ---- telling ---- */

static int
refer(struct pass *p, uint64_t addr, const gefs_owner *o)
{
	if (addr % p->img->f->blksz || addr / p->img->f->blksz >= image_blocks(p->img))
		return 0;
	return p->s->fn(p->s->fn_arg, addr, o);
}

static int
damaged(struct pass *p, const gefs_error *why)
{
	if (!p->s->damage && why->code != GEFS_ECANCEL)
		return 0;
	return gefs_tell_damage(p->s->damage, p->s->damage_arg, why, p->e);
}

/* 1 when the flag was set already, 0 when it is set now, -1 without memory. */
static int
see(struct pass *p, uint64_t addr, uint8_t flag)
{
	uint8_t *b = blockmap_at(&p->seen, addr / p->img->f->blksz);
	if (!b)
		return gefs_fail_memory(p->e);
	int old = (*b & flag) != 0;
	*b |= flag;
	return old;
}

static bool
seen(const struct pass *p, uint64_t addr, uint8_t flag)
{
	return blockmap_get(&p->seen, addr / p->img->f->blksz) & flag;
}

static gefs_owner
owner(gefs_use use, uint64_t referrer)
{
	return (gefs_owner){.use = use,
			    .referrer = referrer,
			    .snap = GEFS_NIL,
			    .qpath = GEFS_NIL,
			    .offset = 0,
			    .gen = GEFS_NIL,
			    .birth = GEFS_NIL,
			    .arena = UINT32_MAX};
}

/* ---- fixed places ---- */

static int
walk_supers(struct pass *p)
{
	gefs_owner o = owner(GEFS_USE_SUPER, GEFS_NIL);
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < p->img->ncopies; i++)
		rc = refer(p, p->img->copy[i].addr, &o);
	return rc;
}

static int
walk_places(struct pass *p)
{
	const gefs_super *sb = image_super(p->img);
	gefs_owner o = owner(GEFS_USE_HEADER, p->img->copy[p->img->used].addr);
	int rc = format_has(p->img->f, GEFS_HAS_SUPERBLOCKS) ? walk_supers(p) : 0;

	for (uint32_t i = 0; rc == 0 && i < sb->narena; i++)
		for (uint32_t k = 0; rc == 0 && k < p->img->f->header_copies; k++) {
			uint64_t addr;
			o.arena = i;
			if (!__builtin_add_overflow(sb->arena[i].addr, (uint64_t)k * p->img->f->blksz, &addr))
				rc = refer(p, addr, &o);
		}
	return rc;
}

static int
log_entry(void *arg, const gefs_log_entry *le)
{
	struct pass *p = arg;
	if (le->op != GEFS_LOG_BLOCK)
		return 0;
	p->rc = refer(p, le->block, &p->chain);
	p->chain.referrer = le->block;
	return p->rc ? 1 : 0;
}

static int
walk_logs(struct pass *p)
{
	for (uint32_t i = 0; i < p->img->narenas; i++) {
		gefs_error why;
		p->rc = 0;
		p->chain = owner(GEFS_USE_LOG, p->img->arenas[i].pub.header);
		p->chain.arena = i;
		int rc = gefs_log_walk(p->img, i, log_entry, p, &why);
		if (rc < 0)
			p->rc = damaged(p, &why);
		if (p->rc)
			return p->rc;
	}
	return 0;
}

/* ---- trees ---- */

static int
data_pointer(struct pass *p, uint64_t node, const gefs_record *r)
{
	const struct format *f = p->img->f;
	gefs_owner o = owner(GEFS_USE_DATA, node);
	gefs_error why;
	struct key k;

	if (key_decode(f, r->key, &k) || k.type != KEY_DATA || value_check(f, &k, r->value))
		return 0;
	gefs_ptr ptr = ptr_decode(f, r->value.p);
	if (ptr.addr == GEFS_NIL && f->leaves & LEAVES_RELEASED)
		return 0; /* a message has replaced it, and its block is gone */
	if (!image_addr_ok(p->img, ptr.addr)) {
		gefs_fail(&why, GEFS_EDAMAGE, node,
			  "node 0x%" PRIx64 ": data of qid %" PRIu64 " offset 0x%" PRIx64 " at 0x%" PRIx64
			  ", which is not a block of any arena",
			  node, k.qid, k.offset, ptr.addr);
		return damaged(p, &why);
	}
	o.snap = p->tree.snap;
	o.qpath = k.qid;
	o.offset = k.offset;
	o.pending = r->op != 0;
	o.birth = ptr.gen;
	o.hash = ptr.hash;
	return refer(p, ptr.addr, &o);
}

static int
walk_leaf(struct pass *p, const struct gefs_node *g)
{
	int rc = 0;
	for (uint32_t i = 0; rc == 0 && i < g->n.nval; i++) {
		gefs_record r = node_value(&g->n, i);
		rc = data_pointer(p, g->addr, &r);
	}
	return rc;
}

static int
walk_messages(struct pass *p, const struct gefs_node *g)
{
	int rc = 0;
	for (uint32_t i = 0; rc == 0 && i < g->n.nbuf; i++) {
		gefs_record r = node_message(&g->n, i);
		if (r.op == GEFS_OP_INSERT)
			rc = data_pointer(p, g->addr, &r);
	}
	return rc;
}

static void
read_ahead(struct pass *p, const struct gefs_node *g, uint32_t from)
{
	gefs_ptr ptr[AHEAD];
	size_t k = 0;
	for (uint32_t i = from; i < g->n.nval && i - from < AHEAD; i++)
		if (node_child(&g->n, i, &ptr[k], NULL) && !seen(p, ptr[k].addr, SEEN_NODE))
			k++;
	if (k > 1)
		cache_prefetch(p->img, ptr, k);
}

static int walk_node(struct pass *, const gefs_ptr *, uint32_t height, uint64_t referrer);

static int
walk_children(struct pass *p, const struct gefs_node *g, uint32_t height)
{
	int rc = 0;
	for (uint32_t i = 0; rc == 0 && i < g->n.nval; i++) {
		gefs_ptr child;
		if (i % AHEAD == 0)
			read_ahead(p, g, i);
		if (node_child(&g->n, i, &child, NULL))
			rc = walk_node(p, &child, height - 1, g->addr);
	}
	return rc;
}

/* An opened node; it counts as seen only here, so that a pointer with a wrong hash or at a wrong height does not hide
 * it from the right one. */
static int
walk_open(struct pass *p, const struct gefs_node *g, uint32_t height)
{
	gefs_error why;
	bool file_tree = p->tree.snap != GEFS_NIL;

	if (g->n.leaf != (height == 1)) {
		gefs_fail(&why, GEFS_EDAMAGE, g->addr, "node 0x%" PRIx64 " is a %s at height %" PRIu32, g->addr,
			  g->n.leaf ? "leaf" : "pivot", height);
		return damaged(p, &why);
	}
	int rc = see(p, g->addr, SEEN_NODE);
	if (rc)
		return rc < 0 ? rc : 0;
	if (g->n.leaf)
		return file_tree ? walk_leaf(p, g) : 0;
	if (file_tree && (rc = walk_messages(p, g)))
		return rc;
	return walk_children(p, g, height);
}

static int
walk_node(struct pass *p, const gefs_ptr *ptr, uint32_t height, uint64_t referrer)
{
	bool file_tree = p->tree.snap != GEFS_NIL;
	gefs_owner o = owner(file_tree ? GEFS_USE_NODE : GEFS_USE_SNAPTREE, referrer);
	gefs_error why;

	o.snap = p->tree.snap;
	o.birth = file_tree ? ptr->gen : GEFS_NIL;
	o.hash = ptr->hash;
	int rc = refer(p, ptr->addr, &o);
	if (rc || (image_addr_ok(p->img, ptr->addr) && seen(p, ptr->addr, SEEN_NODE)))
		return rc;
	struct gefs_node *g = gefs_node_open(p->img, ptr, &why);
	if (!g)
		return damaged(p, &why);
	rc = walk_open(p, g, height);
	gefs_node_close(g);
	return rc;
}

static int
walk_tree(struct pass *p, const gefs_tree *t, uint64_t referrer)
{
	gefs_error why;

	p->tree = *t;
	if (t->height >= 1 && t->height <= TREE_HEIGHT_MAX)
		return walk_node(p, &t->root, t->height, referrer);
	gefs_fail(&why, GEFS_EDAMAGE, t->root.addr, "a tree of height %" PRIu32 ", expected 1 to %d", t->height,
		  TREE_HEIGHT_MAX);
	return damaged(p, &why);
}

static int
walk_trees(struct pass *p, const struct snaps *snaps)
{
	gefs_tree t = snap_tree(p->img);
	int rc = 0;

	if (format_has(p->img->f, GEFS_HAS_TREES))
		rc = walk_tree(p, &t, p->img->copy[p->img->used].addr);

	for (size_t i = 0; rc == 0 && i < snaps->nsnaps; i++) {
		gefs_tree_of(&snaps->snaps[i], &t);
		rc = walk_tree(p, &t, GEFS_NIL);
	}
	return rc;
}

/* ---- deadlists ---- */

static int
dead_block(struct pass *p, uint64_t block)
{
	p->rc = refer(p, block, &p->chain);
	p->chain.referrer = block;
	if (p->rc)
		return 1;
	int old = see(p, block, SEEN_DEADLIST);
	if (old < 0)
		p->rc = -1;
	return old; /* seen: a chain that joins another one, whose rest is known */
}

static int
dead_entry(void *arg, uint64_t block, uint64_t addr)
{
	struct pass *p = arg;
	gefs_error why;

	if (addr == GEFS_NIL && block != p->chain.referrer) /* else the list itself holds a nil */
		return dead_block(p, block);
	if (image_addr_ok(p->img, addr)) {
		gefs_owner o = p->chain;
		o.use = GEFS_USE_LISTED;
		o.referrer = block;
		p->rc = refer(p, addr, &o);
	} else {
		gefs_fail(&why, GEFS_EDAMAGE, block,
			  "deadlist block 0x%" PRIx64 " lists 0x%" PRIx64 ", which is not a block of any arena", block, addr);
		p->rc = damaged(p, &why);
	}
	return p->rc ? 1 : 0;
}

static int
walk_deadlists(struct pass *p, const struct snaps *snaps)
{
	for (size_t i = 0; i < snaps->ndead; i++) {
		const gefs_deadlist *d = &snaps->dead[i];
		gefs_error why;
		p->rc = 0;
		p->chain = owner(GEFS_USE_DEADLIST, GEFS_NIL);
		p->chain.gen = d->gen;
		p->chain.birth = d->birth;
		why.code = GEFS_OK;
		if (gefs_deadlist_walk(p->img, d, dead_entry, p, &why) < 0 && why.code != GEFS_OK)
			p->rc = damaged(p, &why);
		if (p->rc)
			return p->rc;
	}
	return 0;
}

int
survey_walk(const struct survey *s, gefs_error *e)
{
	struct pass p = {.s = s, .img = s->img, .e = e};
	const struct snaps *snaps = snaps_read(s->img, e);

	if (!snaps)
		return -1;
	if (snaps->nomem)
		return gefs_fail_memory(e);
	int rc = walk_places(&p);
	if (rc == 0)
		rc = walk_logs(&p);
	if (rc == 0)
		rc = walk_trees(&p, snaps);
	if (rc == 0)
		rc = walk_deadlists(&p, snaps);
	blockmap_free(&p.seen);
	return rc;
}
