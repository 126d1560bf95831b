/* Works out, once all findings are known, which snapshots each damaged block affects and the paths concerned. Every
 * node is visited once; a set of damaged blocks is attached to it, nearly always the empty one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"
#include "check/check.h"
#include "snap/snaps.h"
#include "tree/tree.h"

enum { TARGETS_MAX = 4096, SETS_MAX = 1 << 16, PATHS_MAX = 256, PATH_SIZE = 4096 };

struct set { /* indexes of targets, ascending */
	uint32_t *v;
	size_t n;
};

struct memo {
	uint64_t addr;
	uint32_t set; /* index + 1; 0: this slot is empty */
};

struct affected {
	struct gefs_check *c;
	uint64_t *target; /* addresses, ascending */
	size_t ntargets;
	struct set *sets; /* 0: the empty set */
	size_t nsets, cap_sets;
	struct memo *memo;
	size_t size, n;
	size_t paths;
	const char **name; /* of all snapshots */
	size_t *first;     /* name[first[i]] up to first[i + 1] are those of snapshot i */
};

static struct memo *
memo_slot(struct affected *a, uint64_t addr)
{
	size_t i = (addr * 0x9e3779b97f4a7c15u) >> 20 & (a->size - 1);
	while (a->memo[i].set && a->memo[i].addr != addr)
		i = (i + 1) & (a->size - 1);
	return &a->memo[i];
}

static bool
memo_grow(struct affected *a)
{
	struct memo *old = a->memo;
	size_t n = a->size;

	a->size = n ? 2 * n : 4096;
	a->memo = calloc(a->size, sizeof *a->memo);
	if (!a->memo) {
		a->memo = old;
		a->size = n;
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (old[i].set)
			*memo_slot(a, old[i].addr) = old[i];
	free(old);
	return true;
}

static long
target_index(const struct affected *a, uint64_t addr)
{
	size_t lo = 0, hi = a->ntargets;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (a->target[mid] < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < a->ntargets && a->target[lo] == addr ? (long)lo : -1;
}

/* The set x with one more target; its index. */
static uint32_t
set_union(struct affected *a, uint32_t x, const uint32_t *v, size_t n)
{
	const struct set *s = &a->sets[x];
	uint32_t *u = malloc((s->n + n + 1) * sizeof *u);
	size_t k = 0, i = 0, j = 0;

	if (!u)
		return x;
	while (i < s->n || j < n) {
		uint32_t take = j == n || (i < s->n && s->v[i] <= v[j]) ? s->v[i] : v[j];
		i += i < s->n && s->v[i] == take;
		j += j < n && v[j] == take;
		u[k++] = take;
	}
	/* Sets repeat along the way to the root: the latest ones are the likely ones. */
	for (size_t t = a->nsets, tries = 0; t-- > 0 && tries < 64; tries++)
		if (a->sets[t].n == k && memcmp(a->sets[t].v ? a->sets[t].v : u, u, k * sizeof *u) == 0) {
			free(u);
			return (uint32_t)t;
		}
	struct set fresh = {u, k};
	if (a->nsets < SETS_MAX && vec_push(a->sets, a->nsets, a->cap_sets, fresh))
		return (uint32_t)(a->nsets - 1);
	free(u);
	return x;
}

static uint32_t
add_target(struct affected *a, uint32_t set, uint64_t addr)
{
	long i = target_index(a, addr);
	uint32_t v = (uint32_t)i;
	return i < 0 ? set : set_union(a, set, &v, 1);
}

static uint32_t
add_data_targets(struct affected *a, uint32_t set, const gefs_record *r)
{
	const struct format *f = a->c->img->f;
	struct key k;

	if ((r->op != 0 && r->op != GEFS_OP_INSERT) || key_decode(f, r->key, &k) || k.type != KEY_DATA ||
	    value_check(f, &k, r->value))
		return set;
	return add_target(a, set, ptr_decode(f, r->value.p).addr);
}

/* The set of damaged blocks at and below a node. */
static uint32_t
below(struct affected *a, const gefs_ptr *ptr, uint32_t height)
{
	if (2 * a->n >= a->size && !memo_grow(a))
		return 0;
	struct memo *m = memo_slot(a, ptr->addr);
	if (m->set)
		return m->set - 1;
	*m = (struct memo){ptr->addr, 1}; /* a cycle ends here */
	a->n++;
	uint32_t set = add_target(a, 0, ptr->addr);
	struct gefs_node *g = gefs_node_open(a->c->img, ptr, NULL);
	for (uint32_t i = 0; g && i < g->n.nval; i++) {
		gefs_record r = node_value(&g->n, i);
		gefs_ptr child;
		if (g->n.leaf)
			set = add_data_targets(a, set, &r);
		else if (height > 1 && node_child(&g->n, i, &child, NULL)) {
			uint32_t sub = below(a, &child, height - 1);
			if (sub) {
				struct set s = a->sets[sub];
				set = set_union(a, set, s.v, s.n);
			}
		}
	}
	for (uint32_t i = 0; g && i < g->n.nbuf; i++) {
		gefs_record r = node_message(&g->n, i);
		set = add_data_targets(a, set, &r);
	}
	gefs_node_close(g);
	*memo_slot(a, ptr->addr) = (struct memo){ptr->addr, set + 1};
	return set;
}

/* The names of every snapshot, once for all findings: its labels, or its number. */
static bool
collect_names(struct affected *a)
{
	struct gefs_check *c = a->c;
	struct snaps *s = snaps_get(c->img);
	char number[32];
	size_t n = 0;

	a->first = calloc(s->nsnaps + 1, sizeof *a->first);
	a->name = calloc(s->nsnaps + s->nlabels + 1, sizeof *a->name);
	size_t *next = calloc(s->nsnaps + 1, sizeof *next);
	if (!a->first || !a->name || !next) {
		free(next);
		return false;
	}
	for (size_t i = 0; i < s->nsnaps; i++) {
		a->first[i] = next[i] = n;
		if (s->snaps[i].nlabels == 0) {
			snprintf(number, sizeof number, "%" PRIu64, s->snaps[i].id);
			a->name[n] = check_string(c, number);
		}
		n += s->snaps[i].nlabels ? s->snaps[i].nlabels : 1;
	}
	a->first[s->nsnaps] = n;
	for (size_t i = 0; i < s->nlabels; i++) {
		const gefs_snap *snap = gefs_snap_by_id(c->img, s->labels[i].snap);
		if (snap)
			a->name[next[snap - s->snaps]++] = s->labels[i].name;
	}
	free(next);
	return true;
}

static bool
set_has(const struct set *s, uint32_t target)
{
	size_t lo = 0, hi = s->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (s->v[mid] < target)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && s->v[lo] == target;
}

/* Has the snapshot the pointer that the finding is about? */
static bool
has_pointer(struct affected *a, const gefs_snap *s, const struct place *p)
{
	const struct format *f = a->c->img->f;
	struct key k = {.type = KEY_DATA, .qid = p->qid, .offset = p->offset};
	uint8_t key[KEY_MAX], value[PTR_SIZE];
	gefs_tree t;

	if (p->offset == GEFS_NIL)
		return true;
	gefs_tree_of(s, &t);
	if (gefs_lookup(a->c->img, &t, (gefs_bytes){key, key_encode(f, &k, key)}, value, sizeof value, NULL) != PTR_SIZE)
		return false;
	gefs_ptr ptr = ptr_decode(f, value);
	return ptr.addr == p->addr && ptr.hash == p->hash;
}

/* The newest snapshot that shows the damage, whose tree gives the paths. */
static const gefs_snap *
name_snapshots(struct affected *a, struct kept *k, const uint32_t *sets, long target)
{
	struct gefs_check *c = a->c;
	struct snaps *s = snaps_get(c->img);
	const gefs_snap *newest = NULL;
	const char **list = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < s->nsnaps; i++) {
		if (s->snaps[i].id != k->place.snap && (target < 0 || !set_has(&a->sets[sets[i]], (uint32_t)target)))
			continue;
		if (!has_pointer(a, &s->snaps[i], &k->place))
			continue;
		newest = &s->snaps[i];
		for (size_t t = a->first[i]; t < a->first[i + 1]; t++)
			if (!vec_push(list, n, cap, a->name[t]))
				c->nomem = true;
	}
	k->pub.snapshots = list;
	k->pub.nsnapshots = n;
	return newest;
}

static void
name_path(struct affected *a, struct kept *k, const gefs_snap *snap)
{
	struct gefs_check *c = a->c;
	char path[PATH_SIZE];
	gefs_tree t;

	if (!snap || k->place.qid == GEFS_NIL || a->paths >= PATHS_MAX)
		return;
	a->paths++;
	gefs_tree_of(snap, &t);
	if (gefs_qid_path(c->img, &t, k->place.qid, path, sizeof path, NULL) < 0)
		return;
	if (k->place.name_dir && k->place.name.n) {
		size_t len = strlen(path);
		snprintf(path + len, sizeof path - len, "%s%.*s", path[1] ? "/" : "", (int)k->place.name.n,
			 (const char *)k->name);
	}
	const char **list = malloc(sizeof *list);
	if (!list) {
		c->nomem = true;
		return;
	}
	list[0] = check_string(c, path);
	k->pub.paths = list;
	k->pub.npaths = 1;
	k->pub.more_paths = k->pub.repeats > 0 || k->code == F_NODE_HASH || k->code == F_NODE_READ;
}

static bool
in_tree(const struct kept *k)
{
	return k->place.addr != GEFS_NIL && (strcmp(k->place.owner, "tree node") == 0 ||
					     strcmp(k->place.owner, "file data") == 0);
}

static bool
start(struct affected *a)
{
	struct gefs_check *c = a->c;
	struct set none = {NULL, 0};

	a->target = calloc(c->nkept + 1, sizeof *a->target);
	for (size_t i = 0; a->target && i < c->nkept && a->ntargets < TARGETS_MAX; i++) {
		uint64_t addr = c->kept[i].place.addr; /* findings are in order of address */
		if (in_tree(&c->kept[i]) && (a->ntargets == 0 || a->target[a->ntargets - 1] != addr))
			a->target[a->ntargets++] = addr;
	}
	return a->target && vec_push(a->sets, a->nsets, a->cap_sets, none);
}

void
check_affected(struct gefs_check *c)
{
	struct affected a = {.c = c};
	struct snaps *s = snaps_get(c->img);
	uint32_t *sets = s ? calloc(s->nsnaps + 1, sizeof *sets) : NULL;

	if (!sets || !start(&a) || !collect_names(&a)) {
		c->nomem = true;
		goto out;
	}
	for (size_t i = 0; a.ntargets && i < s->nsnaps; i++)
		if (s->snaps[i].height > 0 && s->snaps[i].height <= TREE_HEIGHT_MAX)
			sets[i] = below(&a, &s->snaps[i].root, s->snaps[i].height);
	for (size_t i = 0; i < c->nkept; i++) {
		struct kept *k = &c->kept[i];
		long target = in_tree(k) ? target_index(&a, k->place.addr) : -1;
		if (target >= 0 || k->place.snap != GEFS_NIL)
			name_path(&a, k, name_snapshots(&a, k, sets, target));
	}
out:
	for (size_t i = 0; i < a.nsets; i++)
		free(a.sets[i].v);
	free(a.sets);
	free(a.target);
	free(a.memo);
	free(a.name);
	free(a.first);
	free(sets);
}
