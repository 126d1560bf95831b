#include <unistd.h>

#include "common.h"

gefs_image *
open_image(const char *path, const gefs_options *o, gefs_error *e)
{
	struct progress *p = progress_new(false);
	gefs_options own = *o;

	own.progress = progress_show;
	own.progress_arg = p;
	gefs_image *img = gefs_open(path, &own, e);
	progress_end(p);
	if (img)
		show_hint(path, img);
	return img;
}

void
show_hint(const char *path, const gefs_image *img)
{
	const char *hint = gefs_image_hint(img);
	if (hint && isatty(STDERR_FILENO))
		complain("%s: %s", path, hint);
}
