/* Archives in the formats that libarchive writes: ustar, cpio, zip, 7zip, mtree. */
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/output.h"

/* What a format can hold. */
static const struct form {
	const char *name;
	int (*set)(struct archive *);
	const char *options;
	uint64_t longest;         /* bytes of a file */
	int64_t time_min, time_max; /* seconds */
	uint32_t id_max;
	bool links, unicode;
} forms[] = {
	{"ustar", archive_write_set_format_ustar, NULL, (UINT64_C(1) << 33) - 1, 0, (INT64_C(1) << 33) - 1, 07777777, true,
	 false},
	{"cpio", archive_write_set_format_cpio_newc, NULL, UINT32_MAX, 0, UINT32_MAX, UINT32_MAX, false, false},
	{"zip", archive_write_set_format_zip, NULL, INT64_MAX, INT32_MIN, INT32_MAX, UINT32_MAX, false, true},
	{"7zip", archive_write_set_format_7zip, NULL, INT64_MAX, INT64_MIN, INT64_MAX, UINT32_MAX, false, true},
	{"mtree", archive_write_set_format_mtree, "mtree:sha256", INT64_MAX, 0, INT64_MAX, UINT32_MAX, false, false},
};

struct other {
	struct target t;
	const struct form *form;
	struct archive *a;
	struct archive_entry *en;
	bool numeric;
	int64_t inode; /* cpio wants one for each file */
	/* libarchive converts names from the charset of the thread's locale to that of the format. */
	locale_t utf8;
};

static const struct form *
form_of(const char *name)
{
	const struct form *f = forms;

	while (strcmp(f->name, name) != 0)
		f++;
	return f;
}

static locale_t
enter(const struct other *o)
{
	return o->utf8 ? uselocale(o->utf8) : (locale_t)0;
}

static void
leave(locale_t before)
{
	if (before)
		uselocale(before);
}

static int
set_time(struct other *o, const gefs_dirent *d, gefs_error *e)
{
	struct unix_time t = unix_time(d->mtime_ns);
	bool early = t.sec < o->form->time_min, late = t.sec > o->form->time_max;

	if (early || late)
		t = (struct unix_time){early ? o->form->time_min : o->form->time_max, 0};
	archive_entry_set_mtime(o->en, (time_t)t.sec, (long)t.nsec);
	if (!early && !late)
		return 0;
	gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "its time lies %s all that %s can hold", early ? "before" : "after",
		  o->form->name);
	return TARGET_CHANGED;
}

static void
set_owner(struct other *o, const struct item *it)
{
	uint32_t uid = unix_id(it->entry->uid), gid = unix_id(it->entry->gid);

	archive_entry_set_uid(o->en, uid <= o->form->id_max ? uid : UNIX_NOBODY);
	archive_entry_set_gid(o->en, gid <= o->form->id_max ? gid : UNIX_NOBODY);
	archive_entry_set_uname(o->en, o->numeric ? NULL : it->uname);
	archive_entry_set_gname(o->en, o->numeric ? NULL : it->gname);
}

static int
fill(struct other *o, const struct item *it, gefs_error *e)
{
	archive_entry_clear(o->en);
	archive_entry_copy_pathname(o->en, it->path);
	archive_entry_set_filetype(o->en, it->entry->is_dir ? AE_IFDIR : AE_IFREG);
	archive_entry_set_perm(o->en, it->entry->mode & 0777);
	archive_entry_set_ino64(o->en, ++o->inode);
	archive_entry_set_nlink(o->en, 1);
	archive_entry_set_size(o->en, it->link ? 0 : (int64_t)it->length);
	if (it->link)
		archive_entry_copy_hardlink(o->en, it->link);
	set_owner(o, it);
	return set_time(o, it->entry, e);
}

static int
other_begin(struct target *t, const struct item *it, gefs_error *e)
{
	struct other *o = (struct other *)t;

	if (it->length > o->form->longest) {
		gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "%llu bytes: too long for %s", (unsigned long long)it->length,
			  o->form->name);
		return TARGET_OMITTED;
	}
	int rc = fill(o, it, e);
	locale_t before = enter(o);
	int done = archive_write_header(o->a, o->en);
	leave(before);
	if (done >= ARCHIVE_WARN)
		return rc;
	if (done == ARCHIVE_FATAL)
		return output_failed(o->a, e);
	gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "%s cannot hold it: %s", o->form->name, archive_error_string(o->a));
	return TARGET_OMITTED;
}

static int
other_data(struct target *t, uint64_t off, const uint8_t *p, size_t n, gefs_error *e)
{
	(void)off; /* there are no holes */
	return output_write(((struct other *)t)->a, p, n, e);
}

static int
other_end(struct target *t, gefs_error *e)
{
	struct other *o = (struct other *)t;
	return archive_write_finish_entry(o->a) >= ARCHIVE_WARN ? 0 : output_failed(o->a, e);
}

static int
other_finish(struct target *t, gefs_error *e)
{
	struct other *o = (struct other *)t;
	locale_t before = enter(o);
	int rc = output_close(o->a, e);
	leave(before);
	return rc;
}

static void
other_free(struct target *t)
{
	struct other *o = (struct other *)t;

	archive_write_free(o->a);
	archive_entry_free(o->en);
	if (o->utf8)
		freelocale(o->utf8);
	free(o);
}

static bool
prepare(struct other *o, const struct output *out, gefs_error *e)
{
	if (o->form->unicode && !(o->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0))) {
		gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s needs the locale C.UTF-8", o->form->name);
		return false;
	}
	if (!(o->en = archive_entry_new())) {
		gefs_fail_memory(e);
		return false;
	}
	o->a = output_open(out, o->form->set, o->form->options, e);
	return o->a;
}

static struct target *
target_other(const struct output *out, gefs_error *e)
{
	const struct form *form = form_of(out->format);
	struct other *o = calloc(1, sizeof *o);

	if (!o) {
		gefs_fail_memory(e);
		return NULL;
	}
	o->t = (struct target){.begin = other_begin, .data = other_data, .end = other_end, .finish = other_finish,
			       .free = other_free};
	o->form = form;
	o->numeric = out->numeric;
	if (prepare(o, out, e))
		return &o->t;
	other_free(&o->t);
	return NULL;
}

struct target *
target_archive(const struct output *o, gefs_error *e)
{
	return strcmp(o->format, "pax") == 0 ? target_pax(o, e) : target_other(o, e);
}

struct traits
target_traits(const char *format)
{
	if (!format)
		return (struct traits){.names.longest = NAME_MAX, .holes = true};
	if (strcmp(format, "pax") == 0)
		return (struct traits){.links = true, .holes = true};
	const struct form *f = form_of(format);
	return (struct traits){.names = {.utf8 = f->unicode, .no_backslash = f->unicode}, .links = f->links};
}
