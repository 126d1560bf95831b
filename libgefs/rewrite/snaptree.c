/* The snapshot tree: labels, records, deadlists and settings, built from nothing. */
#include <stdlib.h>

#include "base/error.h"
#include "rewrite/rewrite.h"

/* Keys and values of all records, one after the other. */
struct records {
	gefs_record *v;
	size_t n;
	uint8_t *bytes, *end;
};

struct writing {
	struct rewrite *r;
	int (*block)(void *arg, const uint8_t *);
	void *arg;
};

static void
add(struct records *x, const struct format *f, const struct key *k, size_t value_size)
{
	size_t n = key_encode(f, k, x->end);
	x->v[x->n++] = (gefs_record){0, {x->end, n}, {x->end + n, value_size}};
	x->end += n;
}

static void
add_label(struct records *x, const struct format *f, const gefs_label *l)
{
	struct key k = {.type = KEY_LABEL, .name = {(const uint8_t *)l->name, l->len}};
	struct label_value v = {l->snap, l->flags, l->mutable};

	add(x, f, &k, f->label_size);
	f->label_encode(f, &v, x->end);
	x->end += f->label_size;
}

/* Before hashes and places are known the root stays as it is: only its size matters then. */
static void
add_snap(struct records *x, const struct rewrite *r, const gefs_snap *s)
{
	struct key k = {.type = KEY_SNAP, .qid = s->id};
	gefs_snap new = *s;

	if (r->hash) {
		uint32_t number = ledger_peek(r->number, s->root.addr) - 1;
		new.root.addr = device_addr(&r->device, number);
		new.root.hash = r->hash[number];
	}
	add(x, r->f, &k, r->f->snap_size);
	r->f->snap_encode(r->f, &new, x->end);
	x->end += r->f->snap_size;
}

static void
add_list(struct records *x, const struct rewrite *r, const struct new_list *l)
{
	struct key k = {.type = KEY_DEAD, .qid = l->gen, .offset = l->birth};
	gefs_ptr head = {0}, tail = {0};

	if (r->hash)
		dead_ends(r, l, &head, &tail);
	add(x, r->f, &k, r->f->dead_size);
	ptr_encode(r->f, head, x->end);
	ptr_encode(r->f, tail, x->end + PTR_SIZE);
	x->end += r->f->dead_size;
}

static void
add_conf(struct records *x, const struct format *f, const gefs_conf *c)
{
	struct key k = {.type = KEY_CONF, .name = c->name};

	add(x, f, &k, c->value.n);
	if (c->value.n)
		memcpy(x->end, c->value.p, c->value.n);
	x->end += c->value.n;
}

static int
by_key(const void *a, const void *b)
{
	const gefs_record *x = a, *y = b;
	return bytes_cmp(x->key, y->key);
}

static bool
make_records(struct rewrite *r, struct records *x)
{
	size_t nconf = gefs_conf_count(r->img);
	size_t n = r->keep.nlabels + r->keep.nsnaps + r->nlists + nconf;

	x->v = calloc(n + 1, sizeof *x->v);
	x->bytes = x->end = malloc(r->keep.nlabels * (KEY_MAX + r->f->label_size) +
				   r->keep.nsnaps * (9 + r->f->snap_size) + r->nlists * (17 + r->f->dead_size) +
				   nconf * (KEY_MAX + VALUE_BUFFER) + 1);
	if (!x->v || !x->bytes)
		return false;
	for (size_t i = 0; i < r->keep.nlabels; i++)
		add_label(x, r->f, r->keep.label[i]);
	for (size_t i = 0; i < r->keep.nsnaps; i++)
		add_snap(x, r, &r->keep.snap[i]);
	for (size_t i = 0; i < r->nlists; i++)
		add_list(x, r, &r->list[i]);
	for (size_t i = 0; i < nconf; i++)
		add_conf(x, r->f, gefs_conf_get(r->img, i));
	qsort(x->v, x->n, sizeof *x->v, by_key);
	return true;
}

static uint64_t
place(void *arg, uint32_t i)
{
	const struct writing *w = arg;
	return w->r->hash ? device_addr(&w->r->device, w->r->nodes + w->r->dead_blocks + i) : 0;
}

static int
finished(void *arg, uint32_t i, const uint8_t *block)
{
	const struct writing *w = arg;
	(void)i;
	return w->block ? w->block(w->arg, block) : 0;
}

int
snaptree_write(struct rewrite *r, int (*block)(void *, const uint8_t *), void *arg)
{
	struct writing w = {r, block, arg};
	struct build_ops ops = {place, finished, &w};
	struct records x = {0};
	int rc = make_records(r, &x) ? tree_build(r->f, x.v, x.n, 0, &ops, &r->snaptree, r->e) : gefs_fail_memory(r->e);

	free(x.v);
	free(x.bytes);
	return rc;
}
