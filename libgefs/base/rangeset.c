#include "base/rangeset.h"

#include <stdlib.h>

struct range {
	struct range *left, *right;
	uint64_t off, len;
	uint32_t prio;
};

struct rangeset {
	struct range *root;
	struct range *spare; /* freed nodes, linked by left */
	size_t count;
	uint32_t seed;
};

struct rangeset *
rangeset_new(void)
{
	struct rangeset *s = calloc(1, sizeof *s);
	if (s)
		s->seed = 2463534242u;
	return s;
}

/* Depth is O(log n) with the fixed pseudo-random priorities, so recursion here is shallow. */
static void
free_tree(struct range *r)
{
	if (!r)
		return;
	free_tree(r->left);
	free_tree(r->right);
	free(r);
}

void
rangeset_free(struct rangeset *s)
{
	if (!s)
		return;
	free_tree(s->root);
	while (s->spare) {
		struct range *r = s->spare;
		s->spare = r->left;
		free(r);
	}
	free(s);
}

static struct range *
make(struct rangeset *s, uint64_t off, uint64_t len)
{
	struct range *r = s->spare;
	if (r)
		s->spare = r->left;
	else if (!(r = malloc(sizeof *r)))
		return NULL;
	s->seed ^= s->seed << 13;
	s->seed ^= s->seed >> 17;
	s->seed ^= s->seed << 5;
	*r = (struct range){.off = off, .len = len, .prio = s->seed};
	return r;
}

/* Splits t into ranges that start before off and the rest. */
static void
split(struct range *t, uint64_t off, struct range **lo, struct range **hi)
{
	if (!t) {
		*lo = *hi = NULL;
	} else if (t->off < off) {
		split(t->right, off, &t->right, hi);
		*lo = t;
	} else {
		split(t->left, off, lo, &t->left);
		*hi = t;
	}
}

static struct range *
merge(struct range *lo, struct range *hi)
{
	if (!lo || !hi)
		return lo ? lo : hi;
	if (lo->prio > hi->prio) {
		lo->right = merge(lo->right, hi);
		return lo;
	}
	hi->left = merge(lo, hi->left);
	return hi;
}

static void
insert(struct rangeset *s, struct range *r)
{
	struct range *lo, *hi;
	split(s->root, r->off, &lo, &hi);
	s->root = merge(merge(lo, r), hi);
	s->count++;
}

static void
erase(struct rangeset *s, struct range *r)
{
	struct range **at = &s->root;
	while (*at != r)
		at = r->off < (*at)->off ? &(*at)->left : &(*at)->right;
	*at = merge(r->left, r->right);
	r->left = s->spare;
	s->spare = r;
	s->count--;
}

/* The last range that starts at or before off; *next is the first that starts after it. */
static struct range *
floor_of(const struct rangeset *s, uint64_t off, struct range **next)
{
	struct range *best = NULL, *after = NULL;
	for (struct range *t = s->root; t;) {
		if (t->off <= off) {
			best = t;
			t = t->right;
		} else {
			after = t;
			t = t->left;
		}
	}
	if (next)
		*next = after;
	return best;
}

enum rangeset_result
rangeset_add(struct rangeset *s, uint64_t off, uint64_t len)
{
	uint64_t end;
	struct range *next, *prev = floor_of(s, off, &next);

	if (len == 0 || __builtin_add_overflow(off, len, &end))
		return RANGE_CONFLICT;
	if ((prev && prev->off + prev->len > off) || (next && next->off < end))
		return RANGE_CONFLICT;
	bool join_prev = prev && prev->off + prev->len == off;
	bool join_next = next && next->off == end;
	if (join_next)
		len += next->len;
	if (join_prev) {
		prev->len += len;
		if (join_next)
			erase(s, next);
	} else if (join_next) {
		next->off = off; /* order is kept: nothing lies between */
		next->len = len;
	} else {
		struct range *r = make(s, off, len);
		if (!r)
			return RANGE_NOMEM;
		insert(s, r);
	}
	return RANGE_OK;
}

enum rangeset_result
rangeset_remove(struct rangeset *s, uint64_t off, uint64_t len)
{
	uint64_t end;
	struct range *r = floor_of(s, off, NULL);

	if (len == 0 || __builtin_add_overflow(off, len, &end))
		return RANGE_CONFLICT;
	if (!r || r->off + r->len < end)
		return RANGE_CONFLICT;
	uint64_t rend = r->off + r->len;
	if (r->off == off && rend == end) {
		erase(s, r);
	} else if (r->off == off) {
		r->off = end;
		r->len = rend - end;
	} else {
		if (rend != end) {
			struct range *t = make(s, end, rend - end);
			if (!t)
				return RANGE_NOMEM;
			insert(s, t);
		}
		r->len = off - r->off;
	}
	return RANGE_OK;
}

size_t
rangeset_count(const struct rangeset *s)
{
	return s->count;
}

static void
each(const struct range *r, void (*fn)(void *, uint64_t, uint64_t), void *arg)
{
	if (!r)
		return;
	each(r->left, fn, arg);
	fn(arg, r->off, r->len);
	each(r->right, fn, arg);
}

void
rangeset_each(const struct rangeset *s, void (*fn)(void *, uint64_t, uint64_t), void *arg)
{
	each(s->root, fn, arg);
}
