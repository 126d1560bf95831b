/* Group G: labels and snapshot records, and states that the file server will mishandle later. */
#include <inttypes.h>
#include <stdlib.h>

#include "check/check.h"
#include "snap/snaps.h"

struct children {
	uint32_t count, forks; /* forks: those whose base is this snapshot */
	bool rooted;           /* its own base is among its ancestors */
};

/* A finding about one snapshot's record: it has no block of its own, the text tells which record. */
#define SNAP_FINDING(c, code, id, ...)                                                                                   \
	do {                                                                                                             \
		struct place p_ = at_block(GEFS_NIL, "snapshot record");                                                 \
		p_.snap = (id);                                                                                          \
		finding((c), (code), &p_, __VA_ARGS__);                                                                  \
	} while (0)

static struct children *
count_children(struct gefs_check *c)
{
	struct snaps *s = snaps_get(c->img);
	struct children *kids = calloc(s->nsnaps + 1, sizeof *kids);

	for (size_t i = 0; kids && i < s->nsnaps; i++) {
		const gefs_snap *x = &s->snaps[i];
		const gefs_snap *pred = gefs_snap_by_id(c->img, x->pred);
		if (!pred || pred == x)
			continue;
		kids[pred - s->snaps].count++;
		kids[pred - s->snaps].forks += x->base == pred->id && pred->id != 0;
	}
	return kids;
}

static bool
has_ancestor(gefs_image *img, const gefs_snap *s, uint64_t id)
{
	while (s && s->id != id)
		s = s->pred < s->id ? gefs_snap_by_id(img, s->pred) : NULL;
	return s != NULL;
}

/* Most snapshots share their predecessor's base, so looking at it is enough; the first of a line names it itself. */
static void
find_bases(struct gefs_check *c, struct children *kids)
{
	struct snaps *s = snaps_get(c->img);

	for (size_t i = 0; i < s->nsnaps; i++) {
		const gefs_snap *x = &s->snaps[i], *pred = gefs_snap_by_id(c->img, x->pred);
		if (x->base == x->pred || x->base == x->id)
			kids[i].rooted = pred != NULL;
		else if (pred && pred->id < x->id && pred->base == x->base)
			kids[i].rooted = kids[pred - s->snaps].rooted;
		else
			kids[i].rooted = has_ancestor(c->img, x, x->base);
	}
}

static void
check_links(struct gefs_check *c, const gefs_snap *s, const struct children *kids)
{
	const gefs_snap *pred = gefs_snap_by_id(c->img, s->pred);
	const gefs_snap *succ = s->succ == GEFS_NIL ? NULL : gefs_snap_by_id(c->img, s->succ);

	if (!pred)
		SNAP_FINDING(c, F_SNAP_PRED, s->id, "snapshot %" PRIu64 ": predecessor %" PRIu64 " does not exist", s->id,
			     s->pred);
	else if (s->id ? s->pred >= s->id : s->pred != 0)
		SNAP_FINDING(c, F_SNAP_PRED, s->id, "snapshot %" PRIu64 ": predecessor %" PRIu64 " is not older", s->id,
			     s->pred);
	if (s->succ != GEFS_NIL && !succ)
		SNAP_FINDING(c, F_SNAP_SUCC, s->id, "snapshot %" PRIu64 ": successor %" PRIu64 " does not exist", s->id,
			     s->succ);
	else if (succ && succ->pred != s->id)
		SNAP_FINDING(c, F_SNAP_SUCC, s->id, "snapshot %" PRIu64 ": successor %" PRIu64 " has predecessor %" PRIu64,
			     s->id, s->succ, succ->pred);
	if (s->succ == GEFS_NIL && kids->count > kids->forks)
		SNAP_FINDING(c, F_SNAP_SUCC_LOST, s->id, "snapshot %" PRIu64 ": no successor, but %u snapshots continue it",
			     s->id, kids->count - kids->forks);
	if (s->base > s->pred || !kids->rooted)
		SNAP_FINDING(c, F_SNAP_BASE, s->id, "snapshot %" PRIu64 ": base %" PRIu64 " is not among its ancestors", s->id,
			     s->base);
}

static void
check_counts(struct gefs_check *c, const gefs_snap *s, const struct children *kids)
{
	if (s->nlbl < s->nlabels)
		SNAP_FINDING(c, F_SNAP_NLBL_LOW, s->id, "snapshot %" PRIu64 ": counts %u labels, has %zu", s->id, s->nlbl,
			     s->nlabels);
	else if (s->nlbl > s->nlabels)
		SNAP_FINDING(c, F_SNAP_NLBL_HIGH, s->id, "snapshot %" PRIu64 ": counts %u labels, has %zu", s->id, s->nlbl,
			     s->nlabels);
	if (s->nref < kids->count)
		SNAP_FINDING(c, F_SNAP_NREF_LOW, s->id, "snapshot %" PRIu64 ": counts %u successors, has %u", s->id, s->nref,
			     kids->count);
	else if (s->nref > kids->count)
		SNAP_FINDING(c, F_SNAP_NREF_HIGH, s->id, "snapshot %" PRIu64 ": counts %u successors, has %u", s->id, s->nref,
			     kids->count);
	if (s->nlabels == 0 && s->nref < 2)
		SNAP_FINDING(c, F_SNAP_ORPHAN, s->id,
			     "snapshot %" PRIu64 " has no label and %u successors: it will never be reclaimed", s->id, s->nref);
}

static void
check_hazards(struct gefs_check *c, const gefs_snap *s, const struct children *kids)
{
	if (s->nlabels == 1 && s->nlbl == 1 && s->nref == 1 && s->succ == GEFS_NIL && kids->forks)
		SNAP_FINDING(c, F_HAZARD_FORK, s->id,
			     "snapshot %" PRIu64 ": deleting its label will free blocks that a fork of it uses", s->id);
	if (s->nlabels > 1)
		SNAP_FINDING(c, F_HAZARD_LABELS, s->id,
			     "snapshot %" PRIu64 " has %zu labels: deleting one will keep it from ever being reclaimed", s->id,
			     s->nlabels);
	if (s->base != 0 && s->base == s->pred && s->nlabels == 1 && kids->count == 0 && s->succ == GEFS_NIL)
		SNAP_FINDING(c, F_HAZARD_FORK_DELETE, s->id,
			     "snapshot %" PRIu64 " is a fork of %" PRIu64
			     ": deleting its label will keep %" PRIu64 " from ever being reclaimed",
			     s->id, s->base, s->base);
}

static const char *
label_text(const struct gefs_check *c, const gefs_label *l, char *buf, size_t n)
{
	uint8_t raw[KEY_MAX];
	struct key k = {.type = KEY_LABEL, .name = {(const uint8_t *)l->name, l->len}};
	return gefs_format_key(c->img, (gefs_bytes){raw, key_encode(c->img->f, &k, raw)}, buf, n);
}

static void
check_label(struct gefs_check *c, const gefs_label *l, const char *name)
{
	if (!gefs_snap_by_id(c->img, l->snap))
		SNAP_FINDING(c, F_LABEL_DANGLING, l->snap, "%s names snapshot %" PRIu64 ", which does not exist", name, l->snap);
}

static void
check_labels(struct gefs_check *c, const struct children *kids)
{
	struct snaps *s = snaps_get(c->img);
	bool adm = false, empty = false;
	char name[300];
	uint8_t *mutables = calloc(s->nsnaps + 1, 1);

	for (size_t i = 0; i < s->nlabels; i++) {
		const gefs_label *l = &s->labels[i];
		const gefs_snap *snap = gefs_snap_by_id(c->img, l->snap);
		label_text(c, l, name, sizeof name);
		adm |= l->len == 3 && memcmp(l->name, "adm", 3) == 0;
		empty |= l->len == 5 && memcmp(l->name, "empty", 5) == 0;
		check_label(c, l, name);
		if (l->flags & ~1u)
			SNAP_FINDING(c, F_LABEL_FLAGS, l->snap, "%s has flags 0x%x, expected 0 or 1", name, l->flags);
		if (l->len == 0 || l->len > LABEL_MAX || (l->mutable && l->len > LABEL_MAX_MUTABLE))
			SNAP_FINDING(c, F_LABEL_LENGTH, l->snap, "%s has %zu bytes, at most %d %s", name, l->len,
				     l->mutable ? LABEL_MAX_MUTABLE : LABEL_MAX, l->mutable ? "when mutable" : "are possible");
		if (!snap || !l->mutable)
			continue;
		if (mutables && mutables[snap - s->snaps]++)
			SNAP_FINDING(c, F_LABEL_MUTABLE_TWICE, l->snap, "%s is not the only mutable label of snapshot %" PRIu64,
				     name, l->snap);
		if (kids[snap - s->snaps].count)
			SNAP_FINDING(c, F_SNAP_MUTABLE_CHILD, l->snap, "%s is mutable, but its snapshot %" PRIu64
				     " has successors", name, l->snap);
	}
	free(mutables);
	if (!adm && !c->incomplete)
		SNAP_FINDING(c, F_LABEL_MISSING, 1, "label \"adm\" is missing: the file server does not start");
	if (!empty && !c->incomplete)
		SNAP_FINDING(c, F_LABEL_MISSING, 0, "label \"empty\" is missing");
}

/* Of versions whose snapshots know neither predecessor nor successor: a record only counts what refers to it. */
static void
check_references(struct gefs_check *c)
{
	struct snaps *s = snaps_get(c->img);
	bool main = false;
	char name[300];

	for (size_t i = 0; i < s->nsnaps; i++) {
		const gefs_snap *x = &s->snaps[i];
		if (x->gen != x->id)
			SNAP_FINDING(c, F_SNAP_FIELDS, x->id, "snapshot %" PRIu64 ": record says generation %" PRIu64, x->id,
				     x->gen);
		if (x->pred != GEFS_NIL && x->pred >= x->id)
			SNAP_FINDING(c, F_SNAP_PRED, x->id, "snapshot %" PRIu64 ": predecessor %" PRIu64 " is not older", x->id,
				     x->pred);
		if (x->nref < x->nlabels && !(c->img->f->leaves & LEAVES_WILD_REFS))
			SNAP_FINDING(c, F_SNAP_NLBL_LOW, x->id, "snapshot %" PRIu64 ": counts %u references, has %zu labels",
				     x->id, x->nref, x->nlabels);
	}
	for (size_t i = 0; i < s->nlabels; i++) {
		const gefs_label *l = &s->labels[i];
		main |= l->len == 4 && memcmp(l->name, "main", 4) == 0;
		check_label(c, l, label_text(c, l, name, sizeof name));
	}
	if (!main && !c->incomplete)
		SNAP_FINDING(c, F_LABEL_MISSING, GEFS_NIL, "label \"main\" is missing");
}

void
check_graph(struct gefs_check *c)
{
	struct snaps *s = snaps_get(c->img);

	if (!format_has(c->img->f, GEFS_HAS_TREES))
		return;
	if (!format_has(c->img->f, GEFS_HAS_SNAP_LINKS)) {
		s ? check_references(c) : (void)(c->nomem = true);
		return;
	}
	struct children *kids = s ? count_children(c) : NULL;

	if (!kids) {
		c->nomem = true;
		return;
	}
	find_bases(c, kids);
	for (size_t i = 0; i < s->nsnaps; i++) {
		const gefs_snap *x = &s->snaps[i];
		if (x->gen != x->id || x->flag != 0)
			SNAP_FINDING(c, F_SNAP_FIELDS, x->id, "snapshot %" PRIu64 ": record says generation %" PRIu64
				     ", flags 0x%x", x->id, x->gen, x->flag);
		check_links(c, x, &kids[i]);
		check_counts(c, x, &kids[i]);
		check_hazards(c, x, &kids[i]);
	}
	check_labels(c, kids);
	free(kids);
}
