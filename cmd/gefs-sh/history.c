/* history */
#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "../views/view.h"
#include "around.h"

struct history {
	struct shell *sh;
	struct file_versions versions;
	struct version now;  /* of the snapshots collected below */
	uint64_t *snap;
	size_t n, cap;
	size_t gap;          /* those from here on lack the file; n: none do */
	size_t shown;
};

/* ---- output ---- */

static void
labels_text(struct history *h, const uint64_t *snap, size_t n)
{
	struct view v = {.img = h->sh->img};

	for (size_t i = 0; i < n; i++) {
		fputs(i ? ", " : "", stdout);
		print_labels(&v, snap[i]);
	}
	putchar('\n');
}

static void
show_text(struct history *h, const struct version *v, const uint64_t *snap, size_t n)
{
	char qid[40];

	if (h->shown++ == 0)
		printf("%-19s %12s %-14s%s  snapshots\n", "modified", "length", " qid",
		       h->versions.hash ? "  sha256                                                          " : "");
	if (v->state == VERSION_PRESENT) {
		print_time(v->entry.mtime_ns);
		snprintf(qid, sizeof qid, "%" PRIu64 ".%" PRIu32, v->entry.qpath, v->entry.qvers);
		printf(" %12" PRIu64 "  %-13s", v->entry.length, qid);
	} else {
		printf("%-47s", v->state == VERSION_ABSENT ? "absent" : "cannot be read");
	}
	if (h->versions.hash)
		printf("  %-64s", v->hex[0] ? v->hex : "-");
	fputs("  ", stdout);
	labels_text(h, snap, n);
}

static void
show_json(struct history *h, const struct version *v, const uint64_t *snap, size_t n)
{
	static const char *const states[] = {"present", "absent", "damaged"};
	const char *path = h->versions.path;
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "state", states[v->state]);
	if (v->state == VERSION_PRESENT)
		entry_json(&j, h->sh->img, &(gefs_file){&v->entry, (const uint8_t *)path, strlen(path), 0});
	else
		json_bytes(&j, "path", path, strlen(path));
	if (v->state == VERSION_PRESENT && h->versions.hash && !v->entry.is_dir)
		json_string(&j, "sha256", v->hex[0] ? v->hex : NULL);
	json_array(&j, "snapshots");
	for (size_t i = 0; i < n; i++) {
		struct view view = {.img = h->sh->img};
		json_object(&j, NULL);
		json_uint(&j, "id", snap[i]);
		json_labels(&j, &view, snap[i]);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
}

static void
show(struct history *h, const struct version *v, size_t from, size_t to)
{
	if (to > from)
		(h->sh->json ? show_json : show_text)(h, v, h->snap + from, to - from);
}

/* ---- collecting ---- */

static const struct version absent = {.state = VERSION_ABSENT};

/* What was collected is complete. Where the file is missing at the end, nothing is said. */
static void
end_group(struct history *h, bool goes_on)
{
	show(h, &h->now, 0, h->gap);
	if (goes_on)
		show(h, &absent, h->gap, h->n);
	h->n = h->gap = 0;
}

static bool
collect(struct history *h, uint64_t snap)
{
	if (h->n == h->cap) {
		size_t cap = h->cap ? 2 * h->cap : 64;
		uint64_t *more = realloc(h->snap, cap * sizeof *more);
		if (!more)
			return false;
		h->snap = more;
		h->cap = cap;
	}
	h->snap[h->n++] = snap;
	return true;
}

/* The next snapshot in order of time; an EXIT_ status, or -1 to go on. */
static int
next(struct history *h, const gefs_snap *s)
{
	struct version v;
	bool started = h->n > 0;
	int status = version_of(h->sh, &h->versions, s, &v);

	if (status >= 0)
		return status;
	if (v.state == VERSION_ABSENT && !started)
		return -1;
	if (v.state != VERSION_ABSENT && started && (h->gap < h->n || !version_same(&h->now, &v)))
		end_group(h, true);
	if (v.state != VERSION_ABSENT)
		h->now = v;
	if (!collect(h, s->id)) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	if (v.state != VERSION_ABSENT)
		h->gap = h->n;
	return -1;
}

/* ---- order ---- */

static int
by_time(const void *a, const void *b)
{
	const gefs_snap *x = *(const gefs_snap *const *)a, *y = *(const gefs_snap *const *)b;
	int c = (x->root.gen > y->root.gen) - (x->root.gen < y->root.gen);

	return c ? c : (x->id > y->id) - (x->id < y->id);
}

/* All snapshots, by the generation in which their tree was last written. */
static const gefs_snap **
sorted_snaps(gefs_image *img, size_t *n)
{
	size_t all = gefs_snap_count(img);
	const gefs_snap **s = calloc(all + 1, sizeof(const gefs_snap *));

	*n = 0;
	for (size_t i = 0; s && i < all; i++)
		if (gefs_snap_get(img, i)->has_record)
			s[(*n)++] = gefs_snap_get(img, i);
	if (s && *n)
		qsort(s, *n, sizeof *s, by_time);
	return s;
}

static int
all_versions(struct history *h, const char *word)
{
	const gefs_error *damaged = gefs_snaps_error(h->sh->img);
	size_t n;
	const gefs_snap **s = sorted_snaps(h->sh->img, &n);
	int status = s ? -1 : EXIT_FAILED;

	if (damaged)
		damage_tell(damaged);
	if (!s)
		complain("out of memory");
	for (size_t i = 0; status < 0 && i < n && !should_stop(); i++)
		status = next(h, s[i]);
	free(s);
	bool any = h->shown || h->n;
	if (status < 0 && !should_stop())
		end_group(h, false);
	if (status >= 0 || any || should_stop())
		return status < 0 ? EXIT_DONE : status;
	complain("%s: is in no snapshot", word);
	return EXIT_FAILED;
}

int
around_history(struct shell *sh, const struct call *c)
{
	struct history h = {.sh = sh, .versions.hash = !sh_opt(c, "no-hash")};
	struct place p;
	int status = place_parse(sh, c->arg[0], &p);

	h.versions.path = p.path;
	if (status < 0)
		status = all_versions(&h, c->arg[0]);
	free(h.snap);
	place_free(&p);
	return status;
}
