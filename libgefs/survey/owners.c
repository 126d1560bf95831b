/* Everything that refers to one block. */
#include "survey/survey.h"

struct search {
	uint64_t addr;
	gefs_owner_fn fn;
	void *arg;
	bool found;
	uint64_t last; /* node that was told as the last one */
};

static int
match(void *arg, uint64_t addr, const gefs_owner *o)
{
	struct search *s = arg;

	if (addr != s->addr)
		return 0;
	/* A damaged pivot may name one child several times; the visits of one node's children are neighbours. */
	if ((o->use == GEFS_USE_NODE || o->use == GEFS_USE_SNAPTREE) && o->referrer != GEFS_NIL) {
		if (o->referrer == s->last)
			return 0;
		s->last = o->referrer;
	}
	s->found = true;
	return s->fn(s->arg, o);
}

int
gefs_owners(gefs_image *img, uint64_t addr, gefs_owner_fn fn, gefs_damage_fn damage, void *arg, gefs_error *e)
{
	struct search search = {addr - addr % img->f->blksz, fn, arg, false, GEFS_NIL};
	struct survey s = {img, match, &search, damage, arg};
	int rc = survey_walk(&s, e);

	if (rc || search.found)
		return rc;
	const gefs_arena *a = gefs_arena_of(img, search.addr);
	gefs_owner none = {.use = survey_unreferenced(img, search.addr),
			   .referrer = GEFS_NIL,
			   .snap = GEFS_NIL,
			   .qpath = GEFS_NIL,
			   .gen = GEFS_NIL,
			   .birth = GEFS_NIL,
			   .arena = a ? a->index : UINT32_MAX};
	return fn(arg, &none);
}
