/* Collecting findings: bounded, folded, and sorted at the end. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "base/vec.h"
#include "check/check.h"
#include "snap/snaps.h"

enum { DEFAULT_MAX = 10000 };

const char *
check_string(struct gefs_check *c, const char *s)
{
	char *p = strdup(s);
	if (p && vec_push(c->strings, c->nstrings, c->cap_strings, p))
		return p;
	free(p);
	c->nomem = true;
	return "";
}

/* Was any read refused since the check began? Then it is over. */
static bool
check_interrupted(struct gefs_check *c)
{
	if (image_uninterrupted(c->img, c->refused, NULL) < 0)
		c->cancelled = true;
	return c->cancelled;
}

/* The slot of the table where (code, addr, snap) is or would be. */
static uint32_t *
seen_slot(struct gefs_check *c, enum finding_code code, const struct place *p)
{
	uint64_t h = fingerprint(fingerprint(fingerprint(1, code), p->addr), p->addr == GEFS_NIL ? p->snap : 0);
	for (size_t i = h % c->nseen;; i = (i + 1) % c->nseen) {
		uint32_t k = c->seen[i];
		if (k == 0)
			return &c->seen[i];
		const struct kept *o = &c->kept[k - 1];
		if (o->code == code && o->place.addr == p->addr && (p->addr != GEFS_NIL || o->place.snap == p->snap))
			return &c->seen[i];
	}
}

void
finding(struct gefs_check *c, enum finding_code code, const struct place *p, const char *fmt, ...)
{
	char text[800];
	va_list ap;

	if (check_interrupted(c))
		return; /* nothing is wrong with what was not read */
	c->stats.count[finding_kind(code)->severity]++;
	uint32_t *slot = seen_slot(c, code, p);
	if (*slot) {
		c->kept[*slot - 1].pub.repeats++;
		return;
	}
	if (c->nkept >= c->max)
		return;
	if (!vec_room((void **)&c->kept, c->nkept, &c->cap_kept, sizeof *c->kept)) {
		c->nomem = true;
		return;
	}
	struct kept *k = &c->kept[c->nkept];
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	*k = (struct kept){.code = code, .place = *p, .order = c->nkept};
	if (p->name.n) {
		size_t n = p->name.n < sizeof k->name ? p->name.n : sizeof k->name;
		memcpy(k->name, p->name.p, n);
		k->place.name.n = n;
	}
	k->place.name.p = NULL; /* kept[] moves: see affected.c */
	k->pub.kind = finding_kind(code);
	k->pub.addr = p->addr;
	k->pub.owner = p->owner;
	k->pub.text = check_string(c, text);
	*slot = (uint32_t)++c->nkept;
}

uint64_t
findings_total(const struct gefs_check *c)
{
	uint64_t n = 0;

	for (int i = GEFS_NOTE; i <= GEFS_ERROR; i++)
		n += c->stats.count[i];
	return n;
}

bool
check_progress(struct gefs_check *c, const char *what)
{
	uint64_t done = c->stats.blocks * c->img->f->blksz, total = 0;

	for (uint32_t i = 0; i < c->img->narenas; i++)
		total += c->img->arenas[i].pub.used;
	if (c->opts.no_data || c->wanted || done > total)
		total = 0; /* how much there is to do is not known */
	image_proceed(c->img, NULL);
	if (!check_interrupted(c) && c->opts.progress && c->opts.progress(c->opts.progress_arg, what, done, total) != 0)
		c->cancelled = true;
	return !c->cancelled;
}

static int
by_place(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	if (x->place.addr != y->place.addr)
		return x->place.addr < y->place.addr ? -1 : 1;
	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

bool
check_wants(const struct gefs_check *c, size_t i)
{
	return !c->wanted || c->wanted[i];
}

/* Resolves --snap labels. */
static int
choose_snaps(struct gefs_check *c, gefs_error *e)
{
	if (c->opts.nlabels == 0)
		return 0;
	c->wanted = calloc(gefs_snap_count(c->img) + 1, sizeof *c->wanted);
	if (!c->wanted)
		return gefs_fail_memory(e);
	for (size_t i = 0; i < c->opts.nlabels; i++) {
		gefs_tree t;
		if (gefs_tree_find(c->img, c->opts.labels[i], &t, e) < 0)
			return -1;
		for (size_t k = 0; t.snap != GEFS_NIL && k < gefs_snap_count(c->img); k++)
			if (gefs_snap_get(c->img, k)->id == t.snap)
				c->wanted[k] = true;
	}
	return 0;
}

static void
run(struct gefs_check *c)
{
	static void (*const pass[])(struct gefs_check *) = {check_supers, check_arenas, check_snapshots,
							    check_graph,  check_users,	check_usage};
	static const char *const what[] = {"superblocks",	    "arenas and logs", "trees and data",
					   "the graph of snapshots", "users",	       "space"};
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	cache_doubt(c->img); /* what a check of the image before this one found out */
	for (size_t i = 0; i < sizeof pass / sizeof *pass && check_progress(c, what[i]); i++)
		pass[i](c);
	if (c->nkept)
		qsort(c->kept, c->nkept, sizeof *c->kept, by_place);
	if (!c->cancelled)
		check_affected(c);
	clock_gettime(CLOCK_MONOTONIC, &to);
	c->stats.seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	c->stats.cancelled = c->cancelled;
	c->stats.data_checked = !c->opts.no_data;
	c->stats.all_snapshots = !c->wanted;
	c->stats.bytes_read = c->img->bytes_read - c->read_before;
	c->stats.bytes = c->stats.blocks * c->img->f->blksz;
}

gefs_check *
gefs_check_run(gefs_image *img, const gefs_check_options *o, gefs_error *e)
{
	struct gefs_check *c = calloc(1, sizeof *c);
	gefs_error why;

	if (!c) {
		gefs_fail_memory(e);
		return NULL;
	}
	c->img = img;
	if (o)
		c->opts = *o;
	c->opts.no_data |= img->disk->metadata_only;
	c->max = c->opts.max_findings ? c->opts.max_findings : DEFAULT_MAX;
	if (c->max > 1u << 20)
		c->max = 1u << 20;
	c->nseen = 2 * c->max + 7;
	c->seen = calloc(c->nseen, sizeof *c->seen);
	c->map = ledger_new(image_blocks(img), img->f->blksz);
	if (!c->seen || !c->map) {
		gefs_fail_memory(e);
		goto fail;
	}
	c->refused = img->refused;
	c->read_before = img->bytes_read;
	/* All passes rely on it. */
	if (!snaps_read(img, &why)) {
		if (why.code != GEFS_ECANCEL) {
			gefs_fail_memory(e);
			goto fail;
		}
		c->cancelled = true;
	} else if (choose_snaps(c, e) < 0) {
		goto fail;
	}
	run(c);
	if (c->nomem) {
		gefs_fail_memory(e);
		goto fail;
	}
	return c;
fail:
	gefs_check_free(c);
	return NULL;
}

void
gefs_check_free(gefs_check *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nkept; i++) {
		free((void *)(uintptr_t)c->kept[i].pub.snapshots);
		free((void *)(uintptr_t)c->kept[i].pub.paths);
	}
	for (size_t i = 0; i < c->nstrings; i++)
		free(c->strings[i]);
	free(c->strings);
	free(c->kept);
	free(c->seen);
	free(c->batch);
	free(c->item);
	free(c->wanted);
	ledger_free(c->map);
	free(c);
}

size_t
gefs_check_count(const gefs_check *c)
{
	return c->nkept;
}

const gefs_finding *
gefs_check_finding(const gefs_check *c, size_t i)
{
	return i < c->nkept ? &c->kept[i].pub : NULL;
}

const gefs_check_stats *
gefs_check_stats_get(const gefs_check *c)
{
	return &c->stats;
}
