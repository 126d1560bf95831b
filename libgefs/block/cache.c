#include "block/cache.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"

enum { BUCKETS = 256 };

struct cache {
	struct gefs_node *bucket[BUCKETS];
	struct gefs_node *oldest, *newest; /* unreferenced nodes */
	struct gefs_node *spare;           /* new or evicted */
	struct slab *slabs;
	size_t made; /* nodes in existence, cached or spare or being filled */
	/* Nodes that are being read ahead; of no use to others until that is finished. */
	struct bulk ahead;
	struct bulk_item item[PREFETCH_MAX];
	struct gefs_node *filled[PREFETCH_MAX]; /* by tag */
};

/* Nodes are made many at a time: their blocks can then stand side by side, with nothing in between to be touched. */
struct slab {
	struct slab *next;
	uint8_t *blocks;
	struct gefs_node node[PREFETCH_MAX];
};

struct cache *
cache_new(void)
{
	return calloc(1, sizeof(struct cache));
}

static struct gefs_node **
bucket_of(struct cache *c, uint64_t addr)
{
	return &c->bucket[(addr * 0x9e3779b97f4a7c15u) >> 56];
}

static struct gefs_node *
lookup(struct cache *c, uint64_t addr)
{
	struct gefs_node *n = *bucket_of(c, addr);
	while (n && n->addr != addr)
		n = n->next;
	return n;
}

static void
lru_remove(struct cache *c, struct gefs_node *n)
{
	*(n->older ? &n->older->newer : &c->oldest) = n->newer;
	*(n->newer ? &n->newer->older : &c->newest) = n->older;
	n->older = n->newer = NULL;
}

static void
lru_append(struct cache *c, struct gefs_node *n)
{
	n->older = c->newest;
	n->newer = NULL;
	*(c->newest ? &c->newest->newer : &c->oldest) = n;
	c->newest = n;
}

/* Takes a node that holds nothing. */
static void
node_unmake(struct cache *c, struct gefs_node *n)
{
	n->next = c->spare;
	c->spare = n;
}

static void
add_slab(struct cache *c, size_t blksz)
{
	struct slab *s = calloc(1, sizeof *s);

	if (!s || !(s->blocks = aligned_alloc(BLOCK_ALIGN, PREFETCH_MAX * blksz))) {
		free(s);
		return;
	}
	s->next = c->slabs;
	c->slabs = s;
	for (size_t i = 0; i < PREFETCH_MAX; i++) {
		s->node[i].data = s->blocks + i * blksz;
		node_unmake(c, &s->node[i]);
	}
	c->made += PREFETCH_MAX;
}

static void
evict(struct cache *c, struct gefs_node *n)
{
	struct gefs_node **at = bucket_of(c, n->addr);
	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	lru_remove(c, n);
	node_unmake(c, n);
}

/* Adds a filled node, unreferenced. */
static void
insert(struct cache *c, struct gefs_node *n)
{
	struct gefs_node **at = bucket_of(c, n->addr);
	n->next = *at;
	*at = n;
	n->cache = c;
	lru_append(c, n);
}

static void
fill_node(void *arg, struct bulk_item *it, const uint8_t *block)
{
	struct cache *c = arg;
	struct gefs_node *n = c->filled[it->tag];

	n->hash = it->hash;
	node_parse(c->ahead.img->f, block, &n->n, NULL, NULL);
}

static bool
is_ahead(const struct cache *c, uint64_t addr)
{
	for (size_t i = 0; i < c->ahead.n; i++)
		if (c->filled[i]->addr == addr)
			return true;
	return false;
}

static void
finish_ahead(struct cache *c)
{
	if (c->ahead.n == 0)
		return;
	bulk_finish(&c->ahead);
	for (size_t i = 0; i < c->ahead.n; i++) {
		struct gefs_node *node = c->filled[c->item[i].tag];
		if (c->item[i].read_ok)
			insert(c, node);
		else
			node_unmake(c, node);
	}
	c->ahead.n = 0;
}

void
cache_free(struct cache *c)
{
	if (!c)
		return;
	finish_ahead(c);
	for (struct slab *s = c->slabs, *next; s; s = next) {
		next = s->next;
		free(s->blocks);
		free(s);
	}
	free(c);
}

static struct gefs_node *
node_alloc(const gefs_image *img, uint64_t addr)
{
	struct cache *c = img->cache;

	if (!c->spare && c->made >= CACHE_BLOCKS && c->oldest)
		evict(c, c->oldest);
	if (!c->spare)
		add_slab(c, img->f->blksz);
	struct gefs_node *n = c->spare;
	if (n) {
		c->spare = n->next;
		*n = (struct gefs_node){.addr = addr, .data = n->data};
	}
	return n;
}

static struct gefs_node *
hold(struct cache *c, struct gefs_node *n)
{
	if (n->refs++ == 0)
		lru_remove(c, n);
	return n;
}

struct gefs_node *
cache_hold(gefs_image *img, uint64_t addr)
{
	struct gefs_node *n = lookup(img->cache, addr);
	if (!n && is_ahead(img->cache, addr)) {
		finish_ahead(img->cache);
		n = lookup(img->cache, addr);
	}
	return n ? hold(img->cache, n) : NULL;
}

struct gefs_node *
cache_load(gefs_image *img, uint64_t addr, gefs_error *e)
{
	struct gefs_node *n;

	if (image_proceed(img, e) < 0)
		return NULL;
	if ((n = cache_hold(img, addr)))
		return n;
	n = node_alloc(img, addr);
	if (!n) {
		gefs_fail_memory(e);
		return NULL;
	}
	if (image_read(img, n->data, img->f->blksz, addr, e) < 0) {
		node_unmake(img->cache, n);
		return NULL;
	}
	n->hash = img->f->hash(n->data, img->f->blksz);
	node_parse(img->f, n->data, &n->n, NULL, NULL);
	insert(img->cache, n);
	return hold(img->cache, n);
}

void
cache_doubt(gefs_image *img)
{
	for (struct slab *s = img->cache->slabs; s; s = s->next)
		for (size_t i = 0; i < PREFETCH_MAX; i++)
			s->node[i].fine = false;
}

struct first_problem {
	char text[160];
};

static void
keep_first(void *arg, enum node_problem what, int slot, bool message, const char *text)
{
	struct first_problem *p = arg;
	if (p->text[0] || (what != NODE_TYPE && what != NODE_BOUNDS && what != NODE_OVERFULL))
		return;
	if (slot < 0)
		snprintf(p->text, sizeof p->text, "%s", text);
	else
		snprintf(p->text, sizeof p->text, "%s %d: %s", message ? "message" : "slot", slot, text);
}

/* Closes n and explains why it cannot be walked. */
static gefs_node *
unusable(gefs_image *img, struct gefs_node *n, gefs_error *e)
{
	struct first_problem p = {""};
	struct node again;

	node_parse(img->f, n->data, &again, keep_first, &p);
	gefs_fail(e, GEFS_EDAMAGE, n->addr, "node 0x%" PRIx64 ": %s", n->addr, p.text);
	gefs_node_close(n);
	return NULL;
}

gefs_node *
gefs_node_open_unverified(gefs_image *img, uint64_t addr, gefs_error *e)
{
	struct gefs_node *n = cache_load(img, addr, e);
	return n && !n->n.usable ? unusable(img, n, e) : n;
}

gefs_node *
gefs_node_open(gefs_image *img, const gefs_ptr *p, gefs_error *e)
{
	if (!image_addr_ok(img, p->addr)) {
		gefs_fail(e, GEFS_EDAMAGE, p->addr, "node address 0x%" PRIx64 " is not a block of any arena", p->addr);
		return NULL;
	}
	struct gefs_node *n = cache_load(img, p->addr, e);
	if (!n)
		return NULL;
	if (n->hash != p->hash) {
		gefs_fail(e, GEFS_EDAMAGE, p->addr,
			  "node 0x%" PRIx64 ": hash is %016" PRIx64 ", expected %016" PRIx64, p->addr, n->hash, p->hash);
		gefs_node_close(n);
		return NULL;
	}
	return n->n.usable ? n : unusable(img, n, e);
}

void
gefs_node_close(gefs_node *n)
{
	if (n && --n->refs == 0)
		lru_append(n->cache, n);
}

void
cache_prefetch(gefs_image *img, const gefs_ptr *ptrs, size_t n)
{
	struct cache *c = img->cache;

	finish_ahead(c);
	c->ahead = (struct bulk){.img = img, .items = c->item, .data = fill_node, .arg = c};
	for (size_t i = 0; i < n && c->ahead.n < PREFETCH_MAX; i++) {
		uint64_t addr = ptrs[i].addr;
		if (!image_addr_ok(img, addr) || lookup(c, addr) || is_ahead(c, addr))
			continue;
		struct gefs_node *node = node_alloc(img, addr);
		if (!node)
			break; /* what is not prefetched is read one by one */
		c->filled[c->ahead.n] = node;
		c->item[c->ahead.n] = (struct bulk_item){.ptr = ptrs[i], .tag = c->ahead.n, .into = node->data};
		c->ahead.n++;
	}
	if (c->ahead.n)
		bulk_start(&c->ahead);
}

uint64_t
gefs_node_addr(const gefs_node *n)
{
	return n->addr;
}

bool
gefs_node_is_leaf(const gefs_node *n)
{
	return n->n.leaf;
}

uint32_t
gefs_node_count(const gefs_node *n)
{
	return n->n.nval;
}

uint32_t
gefs_node_messages(const gefs_node *n)
{
	return n->n.nbuf;
}

uint32_t
gefs_node_fill(const gefs_node *n)
{
	return node_fill(&n->n);
}

gefs_record
gefs_node_value(const gefs_node *n, uint32_t i)
{
	return node_value(&n->n, i);
}

gefs_record
gefs_node_message(const gefs_node *n, uint32_t i)
{
	return node_message(&n->n, i);
}

bool
gefs_node_child(const gefs_node *n, uint32_t i, gefs_ptr *p, uint32_t *fill)
{
	return node_child(&n->n, i, p, fill);
}
