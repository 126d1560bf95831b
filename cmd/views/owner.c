/* What refers to a block. */
#include <string.h>

#include "view.h"

enum { PATH_SPACE = 65536 };

struct owner_dump {
	struct view *d;
	unsigned n;
	char path[PATH_SPACE];
};

/* The path of the file that data belongs to, or NULL. */
static const char *
owner_path(struct owner_dump *o, const gefs_owner *w)
{
	const gefs_snap *s = gefs_snap_by_id(o->d->img, w->snap);
	gefs_tree t;

	if (w->use != GEFS_USE_DATA || !s)
		return NULL;
	gefs_tree_of(s, &t);
	return gefs_qid_path(o->d->img, &t, w->qpath, o->path, sizeof o->path, NULL) == 0 ? o->path : NULL;
}

static void
owner_json(struct owner_dump *o, const gefs_owner *w)
{
	const char *path = owner_path(o, w);
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "use", use_name(o->d->img, w->use));
	json_addr(&j, "referrer", w->referrer);
	json_addr(&j, "snap", w->snap);
	if (w->snap != GEFS_NIL)
		json_labels(&j, o->d, w->snap);
	if (w->use == GEFS_USE_DATA) {
		json_uint(&j, "qpath", w->qpath);
		json_uint(&j, "offset", w->offset);
		json_string(&j, "path", path);
		json_bool(&j, "pending", w->pending);
	}
	json_addr(&j, "gen", w->gen);
	json_addr(&j, "birth", w->birth);
	if (w->arena == UINT32_MAX)
		json_null(&j, "arena");
	else
		json_uint(&j, "arena", w->arena);
	json_end(&j);
}

static void
owner_text(struct owner_dump *o, const gefs_owner *w)
{
	const char *path = owner_path(o, w);

	fputs(use_name(o->d->img, w->use), stdout);
	if (w->snap != GEFS_NIL) {
		fputs(" of ", stdout);
		print_labels(o->d, w->snap);
	}
	if (w->use == GEFS_USE_DATA) {
		fputs(": ", stdout);
		if (path)
			print_bytes(path, strlen(path));
		else
			printf("qid %" PRIu64 ", which has no name", w->qpath);
		printf(", offset %" PRIu64, w->offset);
	}
	if (w->use == GEFS_USE_LISTED || w->use == GEFS_USE_DEADLIST)
		printf(" killed in generation %" PRIu64 ", born in %" PRIu64, w->gen, w->birth);
	if (w->use == GEFS_USE_HEADER || w->use == GEFS_USE_LOG)
		printf(" of arena %" PRIu32, w->arena);
	if (w->referrer != GEFS_NIL)
		printf(", by block 0x%" PRIx64, w->referrer);
	puts(w->pending ? ", in a message" : "");
}

static int
owner_one(void *arg, const gefs_owner *w)
{
	struct owner_dump *o = arg;

	o->n++;
	if (wants(o->d, OPT_JSON))
		owner_json(o, w);
	else
		owner_text(o, w);
	return 0;
}

int
view_owner(struct view *d)
{
	static struct owner_dump o; /* too large for a stack */
	uint64_t addr;
	gefs_error e;

	if (!parse_size(d->arg[0], &addr)) {
		complain("\"%s\" is no address, like 0x4000 or 16384", d->arg[0]);
		return EXIT_USAGE;
	}
	addr -= addr % gefs_block_size(d->img);
	o.d = d;
	if (gefs_owners(d->img, addr, owner_one, damage_fn, &o, &e) < 0)
		return failed(&e);
	if (o.n == 0 && !wants(d, OPT_JSON))
		puts(gefs_is_free(d->img, addr) ? "free" : "nothing refers to it");
	return EXIT_DONE;
}
