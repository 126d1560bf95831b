/* What commands do that open an image, look at files, and end. */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "damage.h"
#include "json.h"
#include "options.h"

int
usage_error(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	complain("%s; try %s --help", text, program);
	return EXIT_USAGE;
}

static int
print_text(const char *text)
{
	fputs(text, stdout);
	return finish_output() ? EXIT_DONE : EXIT_FAILED;
}

static int
bad_option(int c, const char *arg)
{
	if (c == ':')
		return usage_error("%s needs a value", arg);
	if (optopt && optopt < 256 && strncmp(arg, "--", 2) != 0)
		return usage_error("there is no option -%c", isprint(optopt) ? optopt : '?');
	return optopt ? usage_error("%s takes no value", arg) : usage_error("there is no option %s", arg);
}

int
open_option(int c, char **argv, const char *help, gefs_options *o)
{
	bool ok = true;

	switch (c) {
	case 'h':
		return print_text(help);
	case 'V':
		return print_version();
	case 'j':
		ok = option_jobs(optarg, o);
		break;
	case OPTION_OFFSET:
		ok = option_offset(optarg, o);
		break;
	case OPTION_SUPER:
		ok = option_super(optarg, o);
		break;
	case OPTION_FORMAT:
		ok = option_format(optarg, o);
		break;
	default:
		return bad_option(c, argv[optind - 1]);
	}
	return ok ? -1 : EXIT_USAGE;
}

void
show_hint(const char *path, const gefs_image *img)
{
	const char *hint = gefs_image_hint(img);
	if (hint && isatty(STDERR_FILENO))
		complain("%s: %s", path, hint);
}

gefs_image *
open_image(const char *path, const gefs_options *o)
{
	struct progress *p = progress_new(false);
	gefs_options own = *o;
	gefs_error e;

	own.progress = progress_show;
	own.progress_arg = p;
	gefs_image *img = gefs_open(path, &own, &e);
	progress_end(p);
	if (!img) {
		complain("%s", e.text);
		return NULL;
	}
	json_inferred(gefs_features(img) & GEFS_HAS_INFERENCES);
	show_hint(path, img);
	return img;
}

int
open_tree(gefs_image *img, const char *snap, gefs_tree *t)
{
	const gefs_error *damaged = gefs_snaps_error(img);
	gefs_error e;

	if (gefs_tree_find(img, snap ? snap : "main", t, &e) < 0)
		return failed(&e);
	if (t->snap == GEFS_NIL) {
		complain("\"snap\" is the tree of snapshots, which has no files");
		return EXIT_FAILED;
	}
	if (damaged)
		damage_tell(damaged);
	return -1;
}

int
close_image(gefs_image *img, int status)
{
	damage_end();
	gefs_close(img);
	if (!finish_output())
		return EXIT_FAILED;
	return status == EXIT_DONE && damage_met() ? EXIT_DAMAGE : status;
}
