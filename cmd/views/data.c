/* Contents of a file. */
#include "../common/contents.h"

#include "view.h"

int
view_data(struct view *d)
{
	gefs_tree t;
	int status = find_tree(d, d->arg[0], &t);

	return status >= 0 ? status : contents_show(d->img, &t, d->arg[1], d->range_off, d->range_len);
}
