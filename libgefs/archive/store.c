/* What a walk over a snapshot meets, one after the other. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/export.h"
#include "base/error.h"
#include "fs/users.h"

int
store_damage(void *arg, const gefs_error *e)
{
	struct export *x = arg;

	x->st.damaged += !x->dir_damaged;
	x->dir_damaged = true;
	return note(x, GEFS_EXPORT_DAMAGE, (const uint8_t *)x->dir.p, x->dir.n - 1, e);
}

static bool
remember_dir(struct export *x, const gefs_file *f)
{
	x->dir.n = 0;
	x->dir_damaged = false;
	text_add(&x->dir, f->path, f->path_len);
	text_add(&x->dir, "", 1);
	return !x->dir.nomem;
}

/* False, and a note, when there are more holes than may be filled. */
static bool
may_fill(struct export *x, const gefs_file *f, int *rc)
{
	uint64_t holes = x->places.length - x->places.data;
	gefs_error why;

	if (x->traits.holes || holes == 0)
		return true;
	if (holes <= x->fill_left) {
		x->fill_left -= holes;
		return true;
	}
	gefs_fail(&why, GEFS_EINVAL, GEFS_NIL, "%" PRIu64 " bytes of holes, more than may be filled with zeros", holes);
	*rc = note(x, GEFS_EXPORT_OMITTED, f->path, f->path_len, &why);
	return false;
}

static void
count(struct export *x, const struct item *it)
{
	if (it->entry->is_dir)
		x->st.dirs++;
	else if (it->link)
		x->st.links++;
	else
		x->st.files++;
}

static int
give_item(struct export *x, const gefs_file *f, const struct item *it)
{
	gefs_error why = {.code = GEFS_OK};
	int rc = x->t->begin(x->t, it, &why);

	if (rc == TARGET_OMITTED) {
		if (it->entry->is_dir)
			snprintf(why.text + strlen(why.text), sizeof why.text - strlen(why.text),
				 "; and what is in it");
		rc = note(x, GEFS_EXPORT_OMITTED, f->path, f->path_len, &why);
		return rc ? rc : GEFS_SKIP;
	}
	if (rc == TARGET_CHANGED)
		rc = note(x, GEFS_EXPORT_CHANGED, f->path, f->path_len, &why);
	else if (rc < 0)
		*x->e = why;
	if (rc == 0 && !it->entry->is_dir && !it->link)
		rc = copy_contents(x, f);
	if (rc == 0)
		rc = x->t->end(x->t, &why);
	if (rc == TARGET_CHANGED)
		return note(x, GEFS_EXPORT_CHANGED, f->path, f->path_len, &why);
	if (rc < 0 && why.code != GEFS_OK)
		*x->e = why;
	return rc;
}

static int
tell_renamed(struct export *x, const gefs_file *f, const char *path)
{
	const char *name = strrchr(path, '/');
	gefs_error why;

	gefs_fail(&why, GEFS_EINVAL, GEFS_NIL, "stored as %.500s", name ? name + 1 : path);
	return note(x, GEFS_EXPORT_CHANGED, f->path, f->path_len, &why);
}

static int
list_item(struct export *x, const gefs_file *f, const struct item *it)
{
	gefs_export_entry n = {f, x->label, it->path, it->link, it->link ? 0 : x->places.data};
	gefs_error why;

	if (x->o->entry && x->o->entry(x->o->arg, &n))
		return stopped(x);
	if (x->t || !x->places.damaged || it->link)
		return 0;
	x->st.damaged++;
	gefs_fail(&why, GEFS_EDAMAGE, GEFS_NIL, "some of its contents cannot be found: a tree node is damaged");
	return note(x, GEFS_EXPORT_DAMAGE, f->path, f->path_len, &why);
}

static int
store_item(struct export *x, const gefs_file *f, struct item *it)
{
	int rc = list_item(x, f, it);

	if (rc == 0 && it->renamed)
		rc = tell_renamed(x, f, it->path);
	if (rc == 0 && !it->link && !may_fill(x, f, &rc))
		return rc;
	if (rc == 0 && !x->traits.holes && places_fill(&x->places, x->e) < 0)
		return -1;
	it->run = x->places.run;
	it->nrun = x->places.n;
	it->data = x->places.data;
	if (rc == 0 && x->t)
		rc = give_item(x, f, it);
	if (rc == GEFS_SKIP)
		return it->entry->is_dir ? rc : 0;
	if (rc)
		return rc;
	count(x, it);
	return x->links && !it->entry->is_dir && !it->link ? links_add(x->links, it->entry, it->path, x->e) : 0;
}

static const char *
known_name(gefs_image *img, int32_t id)
{
	return users_known(img, id) ? gefs_user_name(img, id) : NULL;
}

int
store_one(void *arg, const gefs_file *f)
{
	struct export *x = arg;
	const gefs_dirent *d = f->entry;

	if (d->is_dir && !remember_dir(x, f))
		return gefs_fail_memory(x->e);
	if (x->above + (int)f->depth < 0)
		return 0; /* the root: an archive's names are relative to it */
	struct item it = {.entry = d};
	it.path = store_path(x, f, &it.renamed);
	if (!it.path)
		return gefs_fail_memory(x->e);
	it.link = x->links && !d->is_dir ? links_find(x->links, d) : NULL;
	if (!it.link && places_find(&x->places, x->img, &x->tree, d, x->e) != 0)
		return -1;
	it.length = it.link ? 0 : x->places.length;
	it.uname = known_name(x->img, d->uid);
	it.gname = known_name(x->img, d->gid);
	it.muname = known_name(x->img, d->muid);
	return store_item(x, f, &it);
}
