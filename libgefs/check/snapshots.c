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

/* Lists and snapshots come from the snapshot tree in ascending order unless it is damaged: then nothing is lost, but
 * comparisons run between odd pairs. */
void
check_snapshots(struct gefs_check *c)
{
	check_snap_tree(c);
	size_t n = gefs_snap_count(c->img);
	prefetch_roots(c, 0, n);
	/* With few snapshots asked for, most of what is read ahead would be of no use. */
	c->heads = c->wanted ? NULL : heads_new(c);
	struct names *names = names_new(c);

	for (size_t i = 0; names && i < n && !c->nomem; i++) {
		const gefs_snap *s = gefs_snap_get(c->img, i);
		if (i % PREFETCH_MAX == 0)
			prefetch_roots(c, i + PREFETCH_MAX, n); /* while those before are looked at */
		if (!check_wants(c, i))
			continue;
		check_file_tree(c, s);
		check_deadlists_of(c, s);
		names_check(names, s);
		if (!check_progress(c, "trees and data"))
			break;
	}
	names_free(names);
	data_flush(c);
	if (!c->cancelled && !c->wanted)
		check_deadlist_orphans(c);
	heads_free(c->heads);
	c->heads = NULL;
}
