#include "evidence.h"

#include <stdlib.h>

#include "../common/sha256.h"

/* Zeros of holes that are hashed in a file: the longest ones would take years. */
static const uint64_t holes_max = UINT64_C(16) << 30;

struct reading {
	struct evidence *ev;
	struct sha256 sum;
	uint64_t at;    /* hashed up to here */
	uint64_t holes; /* bytes, up to there */
	bool nomem;
};

/* Neighbours are one range. */
static bool
add_lost(struct evidence *ev, uint64_t offset, uint64_t len, bool partly)
{
	struct lost_range *last = ev->nlost ? &ev->lost[ev->nlost - 1] : NULL;

	if (last && last->partly == partly && last->offset + last->len == offset) {
		last->len += len;
		return true;
	}
	if (ev->nlost == ev->cap) {
		size_t cap = ev->cap ? 2 * ev->cap : 16;
		struct lost_range *more = realloc(ev->lost, cap * sizeof *more);
		if (!more)
			return false;
		ev->lost = more;
		ev->cap = cap;
	}
	ev->lost[ev->nlost++] = (struct lost_range){offset, len, partly};
	return true;
}

/* There is going to be a hash. */
static bool
hashes(const struct reading *r)
{
	return !r->ev->nlost && r->holes <= holes_max;
}

static void
hash_hole(struct reading *r, uint64_t n)
{
	if (n > holes_max || (r->holes += n) > holes_max) {
		r->holes = UINT64_MAX;
		return;
	}
	contents_hash_hole(&r->sum, n);
}

static int
read_extent(void *arg, const gefs_extent *x)
{
	struct reading *r = arg;

	if (!x->data || x->offset < r->at) {
		r->nomem = !add_lost(r->ev, x->offset, x->len, !x->ptr.hash && !x->ptr.gen);
		return r->nomem || should_stop();
	}
	if (hashes(r))
		hash_hole(r, x->offset - r->at);
	if (hashes(r))
		sha256_update(&r->sum, x->data, (size_t)x->len);
	r->at = x->offset + x->len;
	return should_stop();
}

bool
evidence_read(struct shell *sh, const gefs_tree *t, const gefs_dirent *f, struct evidence *ev)
{
	struct reading r = {.ev = ev};
	gefs_error e;

	*ev = (struct evidence){.nlost = 0};
	sha256_init(&r.sum);
	int rc = gefs_file_read(sh->img, t, f, 0, f->length, read_extent, &r, &e);
	if (rc < 0 && !should_stop())
		r.nomem |= !add_lost(ev, 0, f->length, true);
	if (r.nomem)
		complain("out of memory");
	if (hashes(&r) && f->length > r.at)
		hash_hole(&r, f->length - r.at);
	if (hashes(&r) && !should_stop())
		sha256_hex(&r.sum, ev->sha256);
	return !r.nomem && !should_stop();
}

void
evidence_free(struct evidence *ev)
{
	free(ev->lost);
	*ev = (struct evidence){.nlost = 0};
}

void
evidence_json(const struct evidence *ev, struct json *j)
{
	json_string(j, "sha256", *ev->sha256 ? ev->sha256 : NULL);
	json_array(j, "lost");
	for (size_t i = 0; i < ev->nlost; i++) {
		json_object(j, NULL);
		json_uint(j, "offset", ev->lost[i].offset);
		json_uint(j, "length", ev->lost[i].len);
		json_bool(j, "partly", ev->lost[i].partly);
		json_object_end(j);
	}
	json_array_end(j);
}
