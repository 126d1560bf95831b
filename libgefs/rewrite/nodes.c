/* Nodes as they are, but for the addresses and hashes in them. */
#include <stdlib.h>

#include "base/error.h"
#include "rewrite/walk.h"

struct patching {
	struct rewrite *r;
	uint8_t *block; /* a copy of the node */
	int (*out)(void *arg, const uint8_t *);
	void *arg;
};

/* The place in the copy of what stands at p in the node. */
static uint8_t *
in_copy(const struct patching *p, const struct gefs_node *g, const uint8_t *at)
{
	return p->block + (at - g->data);
}

/* A pointer to data in a leaf or an insert message. */
static void
patch_data(const struct patching *p, const struct gefs_node *g, const gefs_record *rec)
{
	const struct rewrite *r = p->r;
	struct key k;

	if ((rec->op != 0 && rec->op != GEFS_OP_INSERT) || key_decode(r->f, rec->key, &k) || k.type != KEY_DATA ||
	    value_check(r->f, &k, rec->value))
		return;
	gefs_ptr ptr = ptr_decode(r->f, rec->value.p);
	uint64_t addr = GEFS_NIL;
	if (rewrite_live(r, &ptr))
		addr = device_addr(&r->device, entry_index(r, ledger_peek(r->number, ptr.addr)));
	put64(r->f, in_copy(p, g, rec->value.p), addr);
}

static void
patch_child(const struct patching *p, const struct gefs_node *g, uint32_t i)
{
	const struct rewrite *r = p->r;
	gefs_ptr ptr;

	if (!node_child(&g->n, i, &ptr, NULL))
		return;
	uint32_t number = ledger_peek(r->number, ptr.addr) - 1;
	ptr.addr = device_addr(&r->device, number);
	ptr.hash = r->hash[number];
	ptr_encode(r->f, ptr, in_copy(p, g, node_value(&g->n, i).value.p));
}

static int
patch_node(void *arg, const struct gefs_node *g, uint32_t i)
{
	struct patching *p = arg;
	struct rewrite *r = p->r;
	gefs_record rec;

	memcpy(p->block, g->data, r->f->blksz);
	for (uint32_t k = 0; k < g->n.nval; k++) {
		if (g->n.leaf) {
			rec = node_value(&g->n, k);
			patch_data(p, g, &rec);
		} else {
			patch_child(p, g, k);
		}
	}
	for (uint32_t k = 0; k < g->n.nbuf; k++) {
		rec = node_message(&g->n, k);
		patch_data(p, g, &rec);
	}
	if (p->out)
		return p->out(p->arg, p->block);
	r->hash[i] = r->f->hash(p->block, r->f->blksz);
	return i % 1024 ? 0 : rewrite_progress(r, "hashing the trees", (uint64_t)i * r->f->blksz,
					       (uint64_t)r->nodes * r->f->blksz);
}

int
nodes_write(struct rewrite *r, int (*block)(void *arg, const uint8_t *), void *arg)
{
	struct patching p = {r, aligned_alloc(BLOCK_ALIGN, r->f->blksz), block, arg};
	struct walk_ops ops = {patch_node, NULL, &p};

	if (!r->hash)
		r->hash = calloc((size_t)r->nodes + 1, sizeof *r->hash);
	int rc = p.block && r->hash ? rewrite_walk(r, &ops) : gefs_fail_memory(r->e);
	free(p.block);
	return rc;
}
