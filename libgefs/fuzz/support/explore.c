#include "explore.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Work for one input is bounded: a wild tree may promise more than any test can wait for. */
enum { MAX_STEPS = 4000, MAX_TREES = 8, MAX_READ = 1 << 17, MAX_READS = 12 };

struct tour {
	gefs_image *img;
	const gefs_tree *tree;
	unsigned steps, reads;
	volatile uint64_t sum; /* so that what is read is really read */
};

static int
step(struct tour *t)
{
	return ++t->steps > MAX_STEPS;
}

static void
touch(struct tour *t, const void *p, size_t n)
{
	const uint8_t *b = p;
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum = sum * 31 + b[i];
	t->sum += sum;
}

static int
on_damage(void *arg, const gefs_error *e)
{
	struct tour *t = arg;
	touch(t, e->text, strlen(e->text));
	return step(t);
}

static int
on_log(void *arg, const gefs_log_entry *e)
{
	struct tour *t = arg;
	touch(t, e->name, strlen(e->name));
	return step(t);
}

static int
on_dead(void *arg, uint64_t block, uint64_t addr)
{
	struct tour *t = arg;
	t->sum += block ^ addr;
	return step(t);
}

static int
on_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	struct tour *t = arg;
	gefs_record r = {0, key, value};
	touch(t, key.p, key.n);
	touch(t, value.p, value.n);
	explore_record(t->img, &r);
	return step(t);
}

void
explore_record(const gefs_image *img, const gefs_record *r)
{
	char text[300];
	gefs_format_key(img, r->key, text, sizeof text);
	gefs_format_value(img, r, text, sizeof text);
	gefs_op_name(r->op);
}

static int
on_step(void *arg, gefs_bytes key, const gefs_step *s)
{
	struct tour *t = arg;
	touch(t, key.p, key.n);
	if (s && s->present)
		touch(t, s->value.p, s->value.n);
	if (s)
		explore_record(t->img, &s->record);
	return step(t);
}

static int
on_difference(void *arg, const gefs_difference *d)
{
	struct tour *t = arg;
	touch(t, d->path, d->path_len + 1);
	for (int i = 0; i < 2; i++) {
		const gefs_dirent *x = i ? d->new_entry : d->old_entry;
		if (x)
			touch(t, x->name.p, x->name.n);
	}
	return step(t);
}

static int
on_node(void *arg, const gefs_place *p)
{
	struct tour *t = arg;
	gefs_ptr ptr;
	uint32_t fill;

	if (!p->node)
		return on_damage(arg, p->error);
	t->sum += gefs_node_fill(p->node) + gefs_node_addr(p->node);
	for (uint32_t i = 0; i < gefs_node_count(p->node); i++) {
		gefs_record r = gefs_node_value(p->node, i);
		explore_record(t->img, &r);
		if (!gefs_node_is_leaf(p->node))
			gefs_node_child(p->node, i, &ptr, &fill);
	}
	for (uint32_t i = 0; i < gefs_node_messages(p->node); i++) {
		gefs_record r = gefs_node_message(p->node, i);
		explore_record(t->img, &r);
	}
	return step(t);
}

static int
on_extent(void *arg, const gefs_extent *x)
{
	struct tour *t = arg;
	if (x->data)
		touch(t, x->data, (size_t)x->len);
	else
		touch(t, x->error->text, strlen(x->error->text));
	return step(t);
}

static int
on_file(void *arg, const gefs_file *f)
{
	struct tour *t = arg;
	uint8_t storage[GEFS_KEY_MAX];
	char path[64];
	gefs_dirent found;

	touch(t, f->path, f->path_len + 1);
	gefs_user_name(t->img, f->entry->uid);
	gefs_group_name(t->img, f->entry->gid);
	if (++t->reads > MAX_READS)
		return step(t);
	gefs_file_find(t->img, t->tree, (const char *)f->path, &found, storage, NULL);
	gefs_qid_path(t->img, t->tree, f->entry->qpath, path, sizeof path, NULL);
	gefs_file_read(t->img, t->tree, f->entry, 0, MAX_READ, on_extent, t, NULL);
	gefs_file_read(t->img, t->tree, f->entry, f->entry->length / 2, MAX_READ, on_extent, t, NULL);
	return step(t);
}

static void
tree(struct tour *t, const gefs_tree *tr, bool files)
{
	gefs_bytes all = {NULL, 0};

	t->tree = tr;
	t->steps = t->reads = 0;
	gefs_node_walk(t->img, tr, on_node, t, NULL);
	t->steps = 0;
	gefs_scan(t->img, tr, all, on_kv, on_damage, t, NULL);
	gefs_scan(t->img, tr, all, on_kv, NULL, t, NULL);
	t->steps = 0;
	gefs_trace(t->img, tr, all, on_step, on_damage, t, NULL);
	t->steps = 0;
	if (files)
		gefs_files_walk(t->img, tr, on_file, on_damage, t, NULL);
}

static void
snapshots(struct tour *t)
{
	gefs_tree tr;
	for (size_t i = 0; i < gefs_label_count(t->img); i++)
		touch(t, gefs_label_get(t->img, i)->name, gefs_label_get(t->img, i)->len + 1);
	for (size_t i = 0; i < gefs_conf_count(t->img); i++)
		touch(t, gefs_conf_get(t->img, i)->value.p, gefs_conf_get(t->img, i)->value.n);
	for (size_t i = 0; i < gefs_deadlist_count(t->img) && i < MAX_TREES; i++)
		gefs_deadlist_walk(t->img, gefs_deadlist_get(t->img, i), on_dead, t, NULL);
	if (gefs_tree_find(t->img, "snap", &tr, NULL) == 0)
		tree(t, &tr, false);
	for (size_t i = 0; i < gefs_snap_count(t->img) && i < MAX_TREES; i++) {
		gefs_tree before = tr;
		gefs_tree_of(gefs_snap_get(t->img, i), &tr);
		tree(t, &tr, true);
		t->steps = 0;
		if (i > 0)
			gefs_diff(t->img, &before, &tr, NULL, on_difference, on_damage, t, NULL, NULL);
	}
	gefs_snaps_error(t->img);
	for (size_t i = 0; i < gefs_user_count(t->img); i++)
		touch(t, gefs_user_get(t->img, i)->members, strlen(gefs_user_get(t->img, i)->members));
	gefs_users_error(t->img);
}

static void
check(struct tour *t)
{
	gefs_check *c = gefs_check_run(t->img, NULL, NULL);
	if (!c)
		return;
	for (size_t i = 0; i < gefs_check_count(c); i++) {
		const gefs_finding *f = gefs_check_finding(c, i);
		touch(t, f->text, strlen(f->text));
		touch(t, f->owner, strlen(f->owner));
		for (size_t k = 0; k < f->nsnapshots; k++)
			touch(t, f->snapshots[k], strlen(f->snapshots[k]));
		for (size_t k = 0; k < f->npaths; k++)
			touch(t, f->paths[k], strlen(f->paths[k]));
	}
	gefs_check_free(c);
}

#ifdef FUZZ_MAP
static int
on_owner(void *arg, const gefs_owner *o)
{
	struct tour *t = arg;
	t->sum += o->referrer;
	return step(t);
}

static void
map(struct tour *t)
{
	t->steps = 0;
	gefs_map *m = gefs_map_make(t->img, on_damage, t, NULL);
	if (m) {
		for (uint64_t a = 0; a < gefs_device_size(t->img); a += gefs_block_size(t->img) * 61ull)
			gefs_use_name(gefs_map_use(m, a));
		gefs_map_free(m);
	}
	gefs_tree tr;
	if (gefs_tree_find(t->img, "main", &tr, NULL) == 0)
		gefs_owners(t->img, tr.root.addr, on_owner, on_damage, t, NULL);
	gefs_owners(t->img, gefs_super_get(t->img)->snap_root.addr, on_owner, on_damage, t, NULL);
}
#endif

static int
on_output(void *arg, uint64_t offset, const void *data, size_t len)
{
	struct tour *t = arg;
	(void)offset;
	touch(t, data, len < 64 ? len : 64);
	return step(t);
}

static void
rewrite(struct tour *t)
{
	static const char *const labels[] = {"main"};
	gefs_rewrite_options some = {.smallest = true, .labels = labels, .nlabels = 1};

	t->steps = 0;
	if (gefs_rewrite(t->img, NULL, on_output, t, NULL, NULL) == 0)
		gefs_rewrite(t->img, &some, on_output, t, NULL, NULL);
}

static int
on_entry(void *arg, const gefs_export_entry *n)
{
	touch(arg, n->path, strlen(n->path));
	return step(arg);
}

static int
on_note(void *arg, const gefs_export_note *n)
{
	touch(arg, n->path, n->path_len + 1);
	touch(arg, n->text, strlen(n->text));
	return step(arg);
}

static int
on_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	(void)what;
	(void)done;
	(void)total;
	return step(arg);
}

static void
export(struct tour *t)
{
	gefs_export_options o = {.all_snaps = true, .format = "pax", .entry = on_entry, .note = on_note,
				 .progress = on_progress, .arg = t, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC)};

	t->steps = 0;
	gefs_export(t->img, &o, NULL, NULL);
	t->steps = 0;
	o.format = "zip";
	o.list = true;
	gefs_export(t->img, &o, NULL, NULL);
	close(o.fd);
}

void
explore(gefs_image *img)
{
	struct tour t = {.img = img};

	for (uint32_t i = 0; i < gefs_arena_count(img); i++) {
		const gefs_arena *a = gefs_arena_get(img, i);
		t.steps = 0;
		if (a->error)
			touch(&t, a->error->text, strlen(a->error->text));
		gefs_log_walk(img, i, on_log, &t, NULL);
		gefs_is_free(img, a->start + a->size / 2);
	}
	snapshots(&t);
	export(&t);
	check(&t);
	rewrite(&t);
#ifdef FUZZ_MAP
	map(&t);
#endif
}
