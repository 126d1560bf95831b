/* gefs-export: files of an image as an archive, or in a directory. */
#include "../common/damage.h"
#include "../common/options.h"
#include "export.h"

static int
progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	return interrupted() || tell_progress(arg, what, done, total);
}

static int
status_of(const gefs_export_stats *st)
{
	return st->omitted ? EXIT_FAILED : st->damaged || damage_met() ? EXIT_DAMAGE : EXIT_DONE;
}

/* The export itself; EXIT_FAILED after a complaint. */
static int
export_to(struct teller *t, struct settings *s, int fd, bool *complete)
{
	gefs_export_stats st;
	gefs_error e;
	int status;

	s->export.fd = fd;
	s->export.entry = tell_entry;
	s->export.note = tell_note;
	s->export.progress = progress;
	s->export.arg = t;
	t->progress = s->list ? NULL : progress_new(s->progress);
	*complete = gefs_export(t->img, &s->export, &st, &e) == 0;
	progress_end(t->progress);
	status = *complete ? status_of(&st) : EXIT_FAILED;
	if (!*complete && e.code == GEFS_EDAMAGE)
		status = EXIT_DAMAGE;
	tell_end(t, &st, *complete ? EXIT_DONE : EXIT_FAILED);
	if (interrupted())
		complain("interrupted");
	else if (!*complete && e.code != GEFS_ECANCEL)
		complain_error(&e);
	return status;
}

static int
run(struct settings *s)
{
	struct teller t = {.s = s};
	struct outfile out = {.path = NULL, .fd = -1};
	bool complete;
	int status;

	t.img = open_image(s->image, &s->open);
	if (!t.img)
		return EXIT_FAILED;
	if (gefs_snaps_error(t.img))
		damage_tell(gefs_snaps_error(t.img));
	if (!s->list && !s->export.directory && !outfile_open(&out, s->file, s->image))
		return close_image(t.img, EXIT_FAILED);
	status = export_to(&t, s, out.fd, &complete);
	if (out.fd >= 0 && !outfile_done(&out, complete))
		status = EXIT_FAILED;
	return close_image(t.img, status);
}

int
main(int argc, char **argv)
{
	struct settings s = {.open.super = -1};
	int status;

	program = "gefs-export";
	status = parse_options(argc, argv, &s);
	if (status >= 0)
		return status;
	catch_interrupts();
	return run(&s);
}
