#include <stdlib.h>

#include "view.h"

void
snaps_damage(struct view *d)
{
	const gefs_error *e = gefs_snaps_error(d->img);
	if (e)
		damage_tell(e);
}

int
find_tree(struct view *d, const char *name, gefs_tree *t)
{
	gefs_error e;

	if (gefs_tree_find(d->img, name ? name : "main", t, &e) == 0)
		return -1;
	return failed(&e);
}

void
print_labels(struct view *d, uint64_t snap)
{
	bool any = false;

	for (size_t i = 0; i < gefs_label_count(d->img); i++) {
		const gefs_label *l = gefs_label_get(d->img, i);
		if (l->snap != snap)
			continue;
		if (any)
			fputs(", ", stdout);
		print_bytes(l->name, l->len);
		any = true;
	}
	if (!any)
		printf("%" PRIu64, snap);
}

void
json_labels(struct json *j, struct view *d, uint64_t snap)
{
	json_array(j, "labels");
	for (size_t i = 0; i < gefs_label_count(d->img); i++) {
		const gefs_label *l = gefs_label_get(d->img, i);
		if (l->snap == snap)
			json_bytes(j, NULL, l->name, l->len);
	}
	json_array_end(j);
}
