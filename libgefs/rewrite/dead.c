/* Deadlists, by the rule: list (g, b) holds what the predecessor of g refers to and g does not, born in b, if b lies above
 * the base of g and not above the predecessor. docs/format.md section 15. */
#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"
#include "rewrite/rewrite.h"
#include "tree/lifetimes.h"

struct dropped {
	uint64_t birth, index; /* index: in the new order, nodes before data */
	uint32_t entry;
};

static int
by_birth(const void *a, const void *b)
{
	const struct dropped *x = a, *y = b;
	if (x->birth != y->birth)
		return x->birth < y->birth ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static size_t
entries_per_block(const struct format *f)
{
	return (f->log_full + 7) / 8;
}

static uint64_t
blocks_of(const struct format *f, const struct new_list *l)
{
	return (l->count + entries_per_block(f) - 1) / entries_per_block(f);
}

/* Adds a block to the lists of generation gen, of which those of lower births are done. */
static bool
add_entry(struct rewrite *r, uint64_t gen, const struct dropped *d)
{
	struct new_list *last = r->nlists ? &r->list[r->nlists - 1] : NULL;

	if (!last || last->gen != gen || last->birth != d->birth) {
		struct new_list l = {.gen = gen, .birth = d->birth, .first = r->ndead};
		if (!vec_push(r->list, r->nlists, r->cap_lists, l))
			return false;
		last = &r->list[r->nlists - 1];
	}
	last->count++;
	return vec_push(r->dead, r->ndead, r->cap_dead, d->entry);
}

/* The blocks of the set that belong on a list of g, as they will be ordered; their number. */
static size_t
select_dropped(const struct rewrite *r, const gefs_snap *g, const struct block_set *set, struct dropped *out)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++) {
		const struct block_birth *b = &set->v[i];
		if (b->birth <= g->base || b->birth > g->pred)
			continue;
		uint32_t entry = ledger_peek(r->number, b->addr);
		out[n++] = (struct dropped){b->birth, entry_index(r, entry), entry};
	}
	if (n)
		qsort(out, n, sizeof *out, by_birth);
	return n;
}

static int
collect(struct rewrite *r, const gefs_snap *g, const gefs_snap *pred)
{
	struct block_set set;
	gefs_tree from, to;
	int rc = 0;

	gefs_tree_of(pred, &from);
	gefs_tree_of(g, &to);
	if (!blocks_dropped(r->img, &from, &to, &set))
		return gefs_fail(r->e, GEFS_EDAMAGE, to.root.addr, "cannot compare the trees of two snapshots");
	struct dropped *d = calloc(set.n + 1, sizeof *d);
	size_t n = d ? select_dropped(r, g, &set, d) : 0;
	if (!d)
		rc = gefs_fail_memory(r->e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (!add_entry(r, g->id, &d[i]))
			rc = gefs_fail_memory(r->e);
	free(d);
	free(set.v);
	return rc;
}

int
dead_collect(struct rewrite *r)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && r->f->dead_seal && i < r->keep.nsnaps; i++) {
		const gefs_snap *g = &r->keep.snap[i];
		const gefs_snap *pred = g->pred < g->id ? keep_find(&r->keep, g->pred) : NULL;
		if (pred && g->base < g->pred) /* a fork's first snapshot kills nothing */
			rc = collect(r, g, pred);
		if (rc == 0)
			rc = rewrite_progress(r, "comparing snapshots", 0, 0);
	}
	for (size_t i = 0; i < r->nlists; i++) {
		r->list[i].block = r->dead_blocks;
		r->dead_blocks += blocks_of(r->f, &r->list[i]);
	}
	return rc;
}

static uint64_t
block_addr(const struct rewrite *r, const struct new_list *l, uint64_t i)
{
	return device_addr(&r->device, r->nodes + l->block + i);
}

void
dead_ends(const struct rewrite *r, const struct new_list *l, gefs_ptr *head, gefs_ptr *tail)
{
	*head = (gefs_ptr){block_addr(r, l, 0), GEFS_NIL, 0};
	*tail = (gefs_ptr){block_addr(r, l, blocks_of(r->f, l) - 1), GEFS_NIL, 0};
}

static int
write_list(struct rewrite *r, const struct new_list *l, uint8_t *block, int (*out)(void *, const uint8_t *), void *arg)
{
	uint64_t blocks = blocks_of(r->f, l);
	size_t per_block = entries_per_block(r->f), at = 0;
	int rc = 0;

	for (uint64_t i = 0; rc == 0 && i < blocks; i++) {
		uint32_t size = 0;
		for (size_t k = 0; k < per_block && at < l->count; k++, size += 8) {
			uint64_t index = entry_index(r, r->dead[l->first + at++]);
			put64(r->f, block + r->f->dead_header + size, device_addr(&r->device, index));
		}
		r->f->dead_seal(r->f, block, size, i + 1 < blocks ? block_addr(r, l, i + 1) : GEFS_NIL);
		rc = out(arg, block);
	}
	return rc;
}

int
dead_write(struct rewrite *r, int (*block)(void *, const uint8_t *), void *arg)
{
	uint8_t *buf = malloc(r->f->blksz);
	int rc = buf ? 0 : gefs_fail_memory(r->e);

	for (size_t i = 0; rc == 0 && i < r->nlists; i++)
		rc = write_list(r, &r->list[i], buf, block, arg);
	free(buf);
	return rc;
}
