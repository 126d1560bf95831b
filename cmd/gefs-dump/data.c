/* gefs-dump data */
#include "../common/contents.h"

#include "dump.h"

int
dump_data(struct dump *d)
{
	gefs_tree t;
	int status = find_tree(d, d->arg[0], &t);

	return status >= 0 ? status : contents_show(d->img, &t, d->arg[1], d->range_off, d->range_len);
}
