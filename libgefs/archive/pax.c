/* Tar archives in the pax format. libarchive compresses and writes them, but does not make their headers: it wants to be
 * handed every byte of a hole, and a file of some KiB may have one of 2^62 bytes; and gets times before 1970 wrong. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/header.h"
#include "archive/output.h"

#define ATTRIBUTE "SCHILY.xattr.user.gefs." /* an extended attribute of the namespace user.gefs, docs/archives.md */

struct pax {
	struct target t;
	struct archive *a;
	bool numeric;
	uint64_t pad;     /* after the file's data */
	uint64_t written;
	struct text path, records, map;
};

static int
put(struct pax *x, const void *p, size_t n, gefs_error *e)
{
	x->written += n;
	return output_write(x->a, p, n, e);
}

static bool
has_holes(const struct item *it)
{
	return it->data != it->length;
}

/* The map of a sparse file, GNU's format 1.0: it stands before the data. */
static void
sparse_map(struct pax *x, const struct item *it)
{
	uint64_t end = it->nrun ? it->run[it->nrun - 1].off + it->run[it->nrun - 1].len : 0;
	bool tail = end != it->length;

	text_printf(&x->map, "%zu\n", it->nrun + tail);
	for (size_t i = 0; i < it->nrun; i++)
		text_printf(&x->map, "%" PRIu64 "\n%" PRIu64 "\n", it->run[i].off, it->run[i].len);
	if (tail)
		text_printf(&x->map, "%" PRIu64 "\n0\n", it->length);
	text_pad(&x->map, TAR_BLOCK);
}

static void
text_record(struct pax *x, const char *key, const char *s, size_t field)
{
	if (s && !fits_text(s, field))
		record_add(&x->records, key, s, strlen(s));
}

static void
id_record(struct pax *x, const char *key, int32_t id)
{
	if (!fits_number(unix_id(id), 7))
		record_printf(&x->records, key, "%" PRIu32, unix_id(id));
}

/* What no field of tar can hold. */
static void
attributes(struct text *t, const struct item *it)
{
	const gefs_dirent *d = it->entry;

	record_printf(t, ATTRIBUTE "qid", "%" PRIu64 " %" PRIu32 " %u", d->qpath, d->qvers, d->qtype);
	record_printf(t, ATTRIBUTE "mode", "%" PRIo32, d->mode);
	record_printf(t, ATTRIBUTE "uid", "%" PRId32, d->uid);
	record_printf(t, ATTRIBUTE "gid", "%" PRId32, d->gid);
	record_printf(t, ATTRIBUTE "muid", "%" PRId32, d->muid);
	if (it->muname)
		record_add(t, ATTRIBUTE "muname", it->muname, strlen(it->muname));
	if (it->renamed)
		record_add(t, ATTRIBUTE "name", d->name.p, d->name.n);
}

static void
collect_records(struct pax *x, const struct item *it, const char *uname, const char *gname)
{
	struct text *r = &x->records;
	const gefs_dirent *d = it->entry;
	uint64_t stored = x->map.n + it->data;

	if (!charset_stays(x->path.p) || (it->link && !charset_stays(it->link)) || (uname && !charset_stays(uname)) ||
	    (gname && !charset_stays(gname)))
		record_add(r, "hdrcharset", "BINARY", 6);
	if (has_holes(it)) {
		record_add(r, "GNU.sparse.major", "1", 1);
		record_add(r, "GNU.sparse.minor", "0", 1);
		record_add(r, "GNU.sparse.name", it->path, strlen(it->path));
		record_printf(r, "GNU.sparse.realsize", "%" PRIu64, it->length);
	} else {
		text_record(x, "path", x->path.p, 100);
	}
	text_record(x, "linkpath", it->link, 100);
	text_record(x, "uname", uname, 31);
	text_record(x, "gname", gname, 31);
	id_record(x, "uid", d->uid);
	id_record(x, "gid", d->gid);
	if (stored >> TAR_SIZE_MAX_BITS)
		record_printf(r, "size", "%" PRIu64, stored);
	if (d->mtime_ns % 1000000000 || !fits_number(d->mtime_ns / 1000000000, 11))
		record_time(r, "mtime", d->mtime_ns);
	record_time(r, "atime", d->atime_ns);
	attributes(r, it);
}

/* The path as it stands in the header: of a directory with a slash behind, of a sparse file as readers show it that do not
 * know what it is. */
static void
header_path(struct pax *x, const struct item *it)
{
	x->path.n = 0;
	if (has_holes(it) && !it->link)
		text_add(&x->path, "GNUSparseFile.0/", 16);
	text_add(&x->path, it->path, strlen(it->path));
	if (it->entry->is_dir)
		text_add(&x->path, "/", 1);
	text_add(&x->path, "", 1);
}

static int
write_headers(struct pax *x, const struct header *h, gefs_error *e)
{
	uint8_t block[TAR_BLOCK];
	struct header ext = {.name = "PaxHeader", .mode = 0644, .size = x->records.n, .mtime = h->mtime, .type = 'x'};

	text_pad(&x->records, TAR_BLOCK);
	if (x->path.nomem || x->records.nomem || x->map.nomem)
		return gefs_fail_memory(e);
	header_make(block, &ext);
	if (put(x, block, sizeof block, e) < 0 || put(x, x->records.p, x->records.n, e) < 0)
		return -1;
	header_make(block, h);
	return put(x, block, sizeof block, e) < 0 || put(x, x->map.p, x->map.n, e) < 0 ? -1 : 0;
}

static int
pax_begin(struct target *t, const struct item *it, gefs_error *e)
{
	struct pax *x = (struct pax *)t;
	const gefs_dirent *d = it->entry;
	struct item stored = *it;

	if (it->link)
		stored.length = stored.data = 0;
	x->records.n = x->map.n = 0;
	header_path(x, &stored);
	if (has_holes(&stored))
		sparse_map(x, &stored);
	if (x->path.nomem)
		return gefs_fail_memory(e);
	struct header h = {.name = x->path.p, .link = it->link, .mode = d->mode & 0777, .uid = unix_id(d->uid),
			   .gid = unix_id(d->gid), .size = x->map.n + stored.data, .mtime = unix_time(d->mtime_ns).sec,
			   .type = it->link ? '1' : d->is_dir ? '5' : '0', .uname = x->numeric ? NULL : it->uname,
			   .gname = x->numeric ? NULL : it->gname};
	collect_records(x, &stored, h.uname, h.gname);
	x->pad = -h.size % TAR_BLOCK;
	return write_headers(x, &h, e);
}

static int
pax_data(struct target *t, uint64_t off, const uint8_t *p, size_t n, gefs_error *e)
{
	(void)off; /* the map has it */
	return put((struct pax *)t, p, n, e);
}

static int
zeros(struct pax *x, uint64_t n, gefs_error *e)
{
	static const uint8_t block[TAR_BLOCK];
	int rc = 0;

	for (; rc == 0 && n; n -= n < TAR_BLOCK ? n : TAR_BLOCK)
		rc = put(x, block, n < TAR_BLOCK ? (size_t)n : TAR_BLOCK, e);
	return rc;
}

static int
pax_end(struct target *t, gefs_error *e)
{
	struct pax *x = (struct pax *)t;
	return zeros(x, x->pad, e);
}

/* Two blocks of zeros; and tapes, which nobody uses, had records of 20 blocks, which readers still expect. */
static int
pax_finish(struct target *t, gefs_error *e)
{
	enum { RECORD = 20 * TAR_BLOCK };
	struct pax *x = (struct pax *)t;

	if (zeros(x, (uint64_t)2 * TAR_BLOCK, e) < 0 || zeros(x, -x->written % RECORD, e) < 0)
		return -1;
	return output_close(x->a, e);
}

static void
pax_free(struct target *t)
{
	struct pax *x = (struct pax *)t;

	archive_write_free(x->a);
	free(x->path.p);
	free(x->records.p);
	free(x->map.p);
	free(x);
}

/* libarchive's raw format is one file whose data is everything. */
static bool
begin_raw(struct pax *x, gefs_error *e)
{
	struct archive_entry *en = archive_entry_new();
	bool ok = false;

	if (!en) {
		gefs_fail_memory(e);
		return false;
	}
	archive_entry_set_filetype(en, AE_IFREG);
	archive_entry_set_pathname(en, "archive");
	ok = archive_write_header(x->a, en) == ARCHIVE_OK;
	archive_entry_free(en);
	if (!ok)
		output_failed(x->a, e);
	return ok;
}

struct target *
target_pax(const struct output *o, gefs_error *e)
{
	struct pax *x = calloc(1, sizeof *x);

	if (!x) {
		gefs_fail_memory(e);
		return NULL;
	}
	x->t = (struct target){.begin = pax_begin, .data = pax_data, .end = pax_end, .finish = pax_finish,
			       .free = pax_free};
	x->numeric = o->numeric;
	x->a = output_open(o, archive_write_set_format_raw, NULL, e);
	if (x->a && begin_raw(x, e))
		return &x->t;
	pax_free(&x->t);
	return NULL;
}
