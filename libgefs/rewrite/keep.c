#include "rewrite/keep.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"

/* What becomes of each snapshot of the old image, by its index there. */
struct fate {
	bool stays;
	uint32_t lines; /* children whose subtrees hold something that stays */
	size_t labels_gone;
};

struct choice {
	gefs_image *img;
	const struct snaps *s;
	struct fate *fate;
};

static size_t
index_of(const struct choice *c, const gefs_snap *s)
{
	return (size_t)(s - c->s->snaps);
}

/* The snapshot that this one follows, NULL for none: links lead to older ones, whatever a damaged record says. */
static const gefs_snap *
pred_of(const struct choice *c, const gefs_snap *s)
{
	return s->pred < s->id ? gefs_snap_by_id(c->img, s->pred) : NULL;
}

static bool
is_name(const gefs_label *l, const char *name)
{
	return l->len == strlen(name) && memcmp(l->name, name, l->len) == 0;
}

/* Labels without which no server starts, or which it takes for granted. */
static bool
indispensable(const struct format *f, const gefs_label *l)
{
	if (format_has(f, GEFS_HAS_SNAP_LINKS))
		return is_name(l, "adm") || is_name(l, "empty");
	return is_name(l, f->users.label);
}

static bool
chosen(const struct format *f, const gefs_rewrite_options *o, const gefs_label *l)
{
	bool yes = o->nlabels == 0 || indispensable(f, l);
	for (size_t i = 0; i < o->nlabels && !yes; i++)
		yes = is_name(l, o->labels[i]);
	return yes;
}

static int
check_names(const struct snaps *s, const gefs_rewrite_options *o, gefs_error *e)
{
	for (size_t i = 0; i < o->nlabels; i++) {
		bool found = false;
		for (size_t k = 0; k < s->nlabels && !found; k++)
			found = is_name(&s->labels[k], o->labels[i]);
		if (!found)
			return gefs_fail(e, GEFS_ENOENT, GEFS_NIL, "there is no label \"%s\"; `gefs-dump snaps` lists them",
					 o->labels[i]);
	}
	return 0;
}

static int
choose_labels(struct choice *c, const gefs_rewrite_options *o, struct keep *k, gefs_error *e)
{
	k->label = calloc(c->s->nlabels + 1, sizeof *k->label);
	if (!k->label)
		return gefs_fail_memory(e);
	for (size_t i = 0; i < c->s->nlabels; i++) {
		const gefs_label *l = &c->s->labels[i];
		const gefs_snap *s = gefs_snap_by_id(c->img, l->snap);
		if (!s)
			return gefs_fail(e, GEFS_EDAMAGE, GEFS_NIL, "a label names snapshot %" PRIu64 ", which does not exist",
					 l->snap);
		if (chosen(c->img->f, o, l)) {
			k->label[k->nlabels++] = l;
			c->fate[index_of(c, s)].stays = true;
		} else {
			c->fate[index_of(c, s)].labels_gone++;
		}
	}
	return 0;
}

/* A snapshot without a label also stays when several lines go on from it: they share blocks that were born before it,
 * and births and deadlists alone would not tell. Newest first, so that what hangs below is known. */
static void
choose_snaps(struct choice *c, bool all)
{
	for (size_t i = c->s->nsnaps; i-- > 0;) {
		struct fate *f = &c->fate[i];
		f->stays |= all || f->lines > 1;
		const gefs_snap *pred = pred_of(c, &c->s->snaps[i]);
		if (pred && (f->stays || f->lines))
			c->fate[index_of(c, pred)].lines++;
	}
}

/* The nearest one that stays, going back from s itself; NULL for none. */
static const gefs_snap *
nearest(const struct choice *c, const gefs_snap *s)
{
	while (s && !c->fate[index_of(c, s)].stays)
		s = pred_of(c, s);
	return s;
}

/* The linear successor: the next one in line that stays, if this snapshot comes right before it. */
static uint64_t
new_succ(const struct choice *c, const gefs_snap *s)
{
	const gefs_snap *next = s;

	do {
		uint64_t id = next->id;
		next = next->succ == GEFS_NIL ? NULL : gefs_snap_by_id(c->img, next->succ);
		if (next && next->id <= id)
			next = NULL;
	} while (next && !c->fate[index_of(c, next)].stays);
	return next && nearest(c, pred_of(c, next)) == s ? next->id : GEFS_NIL;
}

/* The record as deleting everything else would leave it. */
static gefs_snap
relinked(const struct choice *c, const gefs_snap *old)
{
	gefs_snap s = *old;
	const gefs_snap *pred = nearest(c, pred_of(c, old));
	const gefs_snap *base = gefs_snap_by_id(c->img, old->base);
	size_t gone = c->fate[index_of(c, old)].labels_gone;

	s.nlabels -= gone;
	if (!format_has(c->img->f, GEFS_HAS_SNAP_LINKS)) {
		s.nref -= s.nref > gone ? (uint32_t)gone : 0;
		s.pred = pred ? pred->id : GEFS_NIL;
		return s;
	}
	s.nlbl = (uint32_t)s.nlabels;
	s.nref = c->fate[index_of(c, old)].lines;
	s.pred = pred ? pred->id : old->pred;
	s.succ = new_succ(c, old);
	/* A base that goes gives way to what it came from: nothing else that stays has blocks born in between, or
	 * lines would part there. */
	if (base && (base = nearest(c, base)))
		s.base = base->id;
	return s;
}

/* A fork whose origin goes on in no other line is no fork any more: taken for one, the server would release what it shares
 * with its origin when the origin's label is deleted. */
static void
straighten(struct keep *k)
{
	for (size_t i = 0; i < k->nsnaps; i++) {
		gefs_snap *s = &k->snap[i];
		const gefs_snap *base = s->base < s->id ? keep_find(k, s->base) : NULL;
		/* The base's own base is settled: it is older. */
		if (base && base->id != 0 && base->nref == 1)
			s->base = base->base;
	}
	for (size_t i = k->nsnaps; i-- > 0;) {
		const gefs_snap *s = &k->snap[i];
		const gefs_snap *pred = s->pred < s->id ? keep_find(k, s->pred) : NULL;
		gefs_snap *p = pred ? &k->snap[pred - k->snap] : NULL;
		if (p && p->succ == GEFS_NIL && (s->base != p->id || p->id == 0))
			p->succ = s->id;
	}
}

int
keep_choose(gefs_image *img, const gefs_rewrite_options *o, struct keep *k, gefs_error *e)
{
	const struct snaps *s = snaps_read(img, e);
	bool all = o->nlabels == 0;

	if (!s)
		return -1;
	if (s->nomem)
		return gefs_fail_memory(e);
	struct choice c = {img, s, calloc(s->nsnaps + 1, sizeof *c.fate)};
	k->snap = calloc(s->nsnaps + 1, sizeof *k->snap);
	int rc = c.fate && k->snap ? check_names(s, o, e) : gefs_fail_memory(e);
	if (rc == 0 && s->damaged)
		rc = gefs_fail(e, s->error.code, s->error.addr, "%s", s->error.text);
	if (rc == 0)
		rc = choose_labels(&c, o, k, e);
	if (rc == 0)
		choose_snaps(&c, all);
	for (size_t i = 0; rc == 0 && i < s->nsnaps; i++)
		if (c.fate[i].stays)
			k->snap[k->nsnaps++] = all ? s->snaps[i] : relinked(&c, &s->snaps[i]);
	if (rc == 0 && !all && format_has(img->f, GEFS_HAS_SNAP_LINKS))
		straighten(k);
	free(c.fate);
	return rc;
}

void
keep_free(struct keep *k)
{
	free(k->snap);
	free(k->label);
}

const gefs_snap *
keep_find(const struct keep *k, uint64_t id)
{
	size_t lo = 0, hi = k->nsnaps;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (k->snap[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < k->nsnaps && k->snap[lo].id == id ? &k->snap[lo] : NULL;
}
