/* One snapshot after the other: its nodes, its deadlists, its names, while what it shares with the one before is
 * still in memory. */
#include "check/check.h"
#include "check/heads.h"
#include "snap/snaps.h"

/* Snapshots that follow each other often differ in little more than their roots: those are read together. */
static void
prefetch_roots(struct gefs_check *c, size_t from, size_t n)
{
	gefs_ptr ptr[PREFETCH_MAX];
	size_t k = 0;

	for (size_t i = from; i < n && i < from + PREFETCH_MAX; i++)
		if (check_wants(c, i))
			ptr[k++] = gefs_snap_get(c->img, i)->root;
	if (k)
		cache_prefetch(c->img, ptr, k);
}

static void
check_one(struct gefs_check *c, struct names *names, const gefs_snap *s)
{
	c->stats.snapshots++;
	check_file_tree(c, s);
	if (c->img->f->exact_lifetimes)
		check_deadlists_of(c, s);
	names_check(names, s);
}

/* Where the server releases blocks of older snapshots too early, the newest one comes first: what only the others use
 * is then judged with indulgence. */
static bool
newest_first(const struct gefs_check *c)
{
	return (c->img->f->leaves & LEAVES_RELEASED) != 0;
}

/* The snapshot that is the ith to be verified, of n. */
static size_t
nth(const struct gefs_check *c, size_t i, size_t n)
{
	if (!newest_first(c))
		return i;
	return i == 0 ? n - 1 : i - 1;
}

/* Verifies them one by one. */
static void
check_each(struct gefs_check *c, struct names *names)
{
	size_t n = gefs_snap_count(c->img);

	for (size_t i = 0; i < n && !c->nomem; i++) {
		size_t k = nth(c, i, n);
		if (i % PREFETCH_MAX == 0)
			prefetch_roots(c, i + PREFETCH_MAX, n); /* while those before are looked at */
		if (!check_wants(c, k))
			continue;
		check_one(c, names, gefs_snap_get(c->img, k));
		if (i == 0 && newest_first(c)) {
			data_flush(c);
			c->released = true;
		}
		if (!check_progress(c, "trees and data"))
			break;
	}
}

/* Lists and snapshots come from the snapshot tree in ascending order unless it is damaged: then nothing is lost, but
 * comparisons run between odd pairs. */
void
check_snapshots(struct gefs_check *c)
{
	bool exact = c->img->f->exact_lifetimes;

	if (!format_has(c->img->f, GEFS_HAS_TREES)) {
		c->incomplete = true;
		return;
	}
	check_snap_tree(c);
	prefetch_roots(c, 0, gefs_snap_count(c->img));
	/* With few snapshots asked for, most of what is read ahead would be of no use. */
	c->heads = c->wanted || !exact ? NULL : heads_new(c);
	struct names *names = names_new(c);
	if (names)
		check_each(c, names);
	names_free(names);
	data_flush(c);
	if (!c->cancelled && !c->wanted)
		exact ? check_deadlist_orphans(c) : check_loose_deadlists(c);
	heads_free(c->heads);
	c->heads = NULL;
}
