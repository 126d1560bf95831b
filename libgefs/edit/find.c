/* From names to records. */
#include <stdlib.h>

#include "base/error.h"
#include "edit/edit.h"

int
edit_record_value(gefs_edit *ed, const gefs_field *r, uint8_t *buf, size_t n, gefs_error *e)
{
	uint8_t block[GEFS_BLOCK_MAX];
	size_t len = r->value_len < n ? r->value_len : n;

	if (edit_read(ed, r->addr[0], block, e) < 0)
		return -1;
	if (len)
		memcpy(buf, block + r->value_at, len);
	return (int)len;
}

int
edit_find_typed(gefs_edit *ed, uint64_t root, const struct key *k, gefs_field *out, gefs_error *e)
{
	uint8_t buf[KEY_MAX];
	size_t n = key_encode(ed->f, k, buf);

	return n ? edit_find_key(ed, root, (gefs_bytes){buf, n}, out, e) : 0;
}

static int
entry_of(gefs_edit *ed, const gefs_field *record, gefs_dirent *d, gefs_error *e)
{
	uint8_t value[VALUE_MAX];
	int n = edit_record_value(ed, record, value, sizeof value, e);

	return n < 0 ? -1 : dirent_decode(ed->f, (gefs_bytes){value, (size_t)n}, d);
}

int
edit_find_path(gefs_edit *ed, uint64_t root, const char *path, gefs_field *out, const char **missing, gefs_error *e)
{
	struct key k = {.type = KEY_ENTRY, .qid = GEFS_NIL};
	gefs_dirent d;

	*missing = "/";
	for (;;) {
		int rc = edit_find_typed(ed, root, &k, out, e);
		while (*path == '/')
			path++;
		if (rc <= 0 || !*path)
			return rc;
		if ((rc = entry_of(ed, out, &d, e)) <= 0)
			return rc;
		k.qid = d.qpath;
		k.name = (gefs_bytes){(const uint8_t *)path, strcspn(path, "/")};
		*missing = path;
		path += k.name.n;
	}
}

static bool
decode_root(gefs_edit *ed, uint32_t which, bool good, gefs_super *sb)
{
	uint8_t block[GEFS_BLOCK_MAX];

	return edit_read(ed, ed->img->copy[which].addr, block, NULL) == 0 && ed->f->super_decode(ed->f, block, sb) &&
	       (!good || sb->hash == sb->computed);
}

int
edit_root(gefs_edit *ed, gefs_super *sb, gefs_error *e)
{
	const gefs_image *img = ed->img;

	for (int good = 1; good >= 0; good--) {
		if (decode_root(ed, img->used, good, sb))
			return 0;
		for (uint32_t i = 0; i < img->ncopies; i++)
			if (decode_root(ed, ed->f->last_root_wins ? img->ncopies - 1 - i : i, good, sb))
				return 0;
	}
	return gefs_fail(e, GEFS_EDAMAGE, img->copy[0].addr, "there is no copy of the root data left that can be read");
}

/* The snapshot that a label names, or a number. */
static int
snapshot_id(gefs_edit *ed, uint64_t root, const char *label, size_t n, uint64_t *id, gefs_error *e)
{
	struct key k = {.type = KEY_LABEL, .name = {(const uint8_t *)label, n}};
	uint8_t value[VALUE_MAX];
	struct label_value l;
	gefs_field at;
	int rc = edit_find_typed(ed, root, &k, &at, e);

	if (rc < 0 || (rc && (rc = edit_record_value(ed, &at, value, sizeof value, e)) < 0))
		return -1;
	if (rc && label_decode(ed->f, (gefs_bytes){value, (size_t)rc}, &l)) {
		*id = l.snap;
		return 1;
	}
	const char *p = label;
	return text_number(&p, id) && p == label + n;
}

int
edit_tree_root(gefs_edit *ed, const char *label, size_t n, uint64_t *root, gefs_error *e)
{
	struct key k = {.type = KEY_SNAP};
	uint8_t value[VALUE_MAX];
	gefs_super sb;
	gefs_snap snap;
	gefs_field at;
	int rc;

	if (edit_root(ed, &sb, e) < 0)
		return -1;
	*root = sb.snap_root.addr;
	if (n == 4 && memcmp(label, "snap", 4) == 0)
		return 1;
	if ((rc = snapshot_id(ed, *root, label, n, &k.qid, e)) <= 0 ||
	    (rc = edit_find_typed(ed, *root, &k, &at, e)) <= 0)
		return rc;
	if ((rc = edit_record_value(ed, &at, value, sizeof value, e)) < 0)
		return -1;
	if (!snap_decode(ed->f, (gefs_bytes){value, (size_t)rc}, &snap))
		return 0;
	*root = snap.root.addr;
	return 1;
}
