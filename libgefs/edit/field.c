/* The fields of a structure. */
#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "edit/edit.h"

const char *
gefs_structure_name(gefs_structure s)
{
	static const char *const names[] = {
		[GEFS_IN_BLOCK] = "a block",
		[GEFS_IN_SUPER] = "a superblock",
		[GEFS_IN_ARENA] = "an arena header",
		[GEFS_IN_LOG] = "a log block",
		[GEFS_IN_DEADLIST] = "a deadlist block",
		[GEFS_IN_PIVOT] = "a pivot",
		[GEFS_IN_LEAF] = "a leaf",
		[GEFS_IN_RECORD] = "a record",
		[GEFS_IN_MESSAGE] = "a message",
	};
	return (size_t)s < sizeof names / sizeof *names ? names[s] : "nothing";
}

bool
edit_is_list(gefs_structure s)
{
	return s == GEFS_IN_LOG || s == GEFS_IN_DEADLIST;
}

bool
edit_is_record(gefs_structure s)
{
	return s == GEFS_IN_RECORD || s == GEFS_IN_MESSAGE;
}

bool
edit_is_node(gefs_structure s)
{
	return s == GEFS_IN_PIVOT || s == GEFS_IN_LEAF;
}

void
edit_structure(const gefs_edit *ed, gefs_structure in, uint64_t addr, gefs_field *out)
{
	*out = (gefs_field){.structure = in, .addr = {addr}, .copies = 1, .width = ed->f->blksz};
}

/* Root data and headers are known by their place; elsewhere a file may hold what looks like them. */
static bool
stands_at(const gefs_edit *ed, gefs_structure in, uint64_t addr)
{
	const gefs_image *img = ed->img;

	for (uint32_t i = 0; in == GEFS_IN_SUPER && i < img->ncopies; i++)
		if (img->copy[i].addr == addr)
			return true;
	for (uint32_t i = 0; in == GEFS_IN_ARENA && i < img->narenas; i++)
		for (uint32_t k = 0; k < ed->f->header_copies; k++)
			if (img->arenas[i].pub.header + (uint64_t)k * ed->f->blksz == addr)
				return true;
	return false;
}

gefs_structure
edit_structure_of(const gefs_edit *ed, uint64_t addr, const uint8_t *block)
{
	if (stands_at(ed, GEFS_IN_ARENA, addr))
		return GEFS_IN_ARENA;
	if (stands_at(ed, GEFS_IN_SUPER, addr))
		return GEFS_IN_SUPER;
	switch (ed->f->classify(ed->f, block)) {
	case GEFS_BLOCK_PIVOT:
		return GEFS_IN_PIVOT;
	case GEFS_BLOCK_LEAF:
		return GEFS_IN_LEAF;
	case GEFS_BLOCK_LOG:
		return GEFS_IN_LOG;
	case GEFS_BLOCK_DEADLIST:
		return GEFS_IN_DEADLIST;
	default:
		return GEFS_IN_BLOCK;
	}
}

/* ---- what a field is made of ---- */

int
edit_narrow(const gefs_edit *ed, gefs_field *out, const char *name, uint64_t offset, uint64_t width, gefs_form form,
	    gefs_error *e)
{
	if (width > ed->f->blksz || offset > ed->f->blksz - width)
		return gefs_fail(e, GEFS_EINVAL, out->addr[0],
				 "%.60s lies outside the block, which has %" PRIu32 " bytes", name, ed->f->blksz);
	out->offset = (uint32_t)offset;
	out->width = (uint32_t)width;
	out->form = form;
	return 0;
}

/* ".byte[N]" and ".bytes[N,LEN]", counted from the beginning of the block. 1: it is none of them. */
static int
raw_field(const gefs_edit *ed, const char *name, gefs_field *out, gefs_error *e)
{
	const char *p = name;
	uint64_t a, n;

	if (text_indexed(&p, "byte", &a, NULL) && !*p)
		return edit_narrow(ed, out, name, a, 1, GEFS_FORM_NUMBER, e);
	p = name;
	if (text_indexed(&p, "bytes", &a, &n) && !*p)
		return n ? edit_narrow(ed, out, name, a, n, GEFS_FORM_BYTES, e)
			 : gefs_fail(e, GEFS_EINVAL, out->addr[0], "bytes[N,LEN] needs a length");
	return 1;
}

/* ---- fields of blocks ---- */

uint32_t
edit_arena_table(const gefs_edit *ed, const uint8_t *b)
{
	gefs_super sb;
	return ed->layout->root_arenas && ed->f->super_decode(ed->f, b, &sb) ? sb.narena : 0;
}

static int
super_field(const gefs_edit *ed, const uint8_t *b, const char *name, gefs_field *out, gefs_error *e)
{
	uint32_t n = edit_arena_table(ed, b), at = ed->layout->root_arenas;
	const char *p = name;
	uint64_t k;

	if (n && strcmp(name, "sbhash") == 0)
		return edit_narrow(ed, out, name, at + 16 * (uint64_t)n, 8, GEFS_FORM_HASH, e);
	if (!n || !text_indexed(&p, "arena", &k, NULL))
		return 1;
	if (k >= n)
		return gefs_fail(e, GEFS_EINVAL, out->addr[0], "there are %" PRIu32 " arenas, counted from 0", n);
	if (strcmp(p, ".addr") == 0)
		return edit_narrow(ed, out, name, at + 16 * k, 8, GEFS_FORM_ADDRESS, e);
	return strcmp(p, ".hash") == 0 ? edit_narrow(ed, out, name, at + 16 * k + 8, 8, GEFS_FORM_HASH, e) : 1;
}

static int
list_field(const gefs_edit *ed, const uint8_t *b, const char *name, gefs_field *out, gefs_error *e)
{
	bool dead = out->structure == GEFS_IN_DEADLIST;
	struct list_shape s = list_shape(ed, dead, b);
	const char *p = name;
	uint64_t k;

	if (text_indexed(&p, "word", &k, NULL) && !*p)
		return k < s.space / 8
			       ? edit_narrow(ed, out, name, s.header + 8 * k, 8, GEFS_FORM_ENTRY, e)
			       : gefs_fail(e, GEFS_EINVAL, out->addr[0],
					   "the body has room for %" PRIu32 " words, counted from 0", s.space / 8);
	if (dead || strcmp(name, "end") != 0)
		return 1;
	uint32_t at = list_log_end(ed->f, b, &s);
	return at < s.size ? edit_narrow(ed, out, name, s.header + at, 8, GEFS_FORM_ENTRY, e)
			   : gefs_fail(e, GEFS_EINVAL, out->addr[0], "nothing ends the entries of this block");
}

/* "value[N]" and "msg[N]", and their fields. */
static int
node_record(const gefs_edit *ed, const uint8_t *b, const char *name, gefs_field *out, gefs_error *e)
{
	const char *p = name;
	struct node n;
	uint64_t k;
	bool message = !text_indexed(&p, "value", &k, NULL);
	gefs_field r;

	if (message && !text_indexed(&p, "msg", &k, NULL))
		return 1;
	node_parse(ed->f, b, &n, NULL, NULL);
	if (!n.usable)
		return gefs_fail(e, GEFS_EDAMAGE, out->addr[0], "the records of this node cannot be told apart");
	if (k >= (message ? n.nbuf : n.nval))
		return gefs_fail(e, GEFS_EINVAL, out->addr[0], "there are %" PRIu32 " %s, counted from 0",
				 message ? n.nbuf : n.nval, message ? "messages" : "records");
	edit_record(&n, out->addr[0], (uint32_t)k, message, &r);
	*out = r;
	if (!*p)
		return 0;
	return *p == '.' ? edit_record_field(ed, &r, b, p + 1, out, e) : 1;
}

static int
block_field(const gefs_edit *ed, const uint8_t *b, const char *name, gefs_field *out, gefs_error *e)
{
	const struct layout_field *f = layout_field(ed->layout, out->structure, KEY_BAD, name);

	if (f)
		return edit_narrow(ed, out, name, f->at, f->width, f->form, e);
	if (out->structure == GEFS_IN_SUPER)
		return super_field(ed, b, name, out, e);
	if (edit_is_list(out->structure))
		return list_field(ed, b, name, out, e);
	return edit_is_node(out->structure) ? node_record(ed, b, name, out, e) : 1;
}

/* ---- which fields there are ---- */

static int
unknown(const gefs_edit *ed, const gefs_field *s, const uint8_t *b, const char *name, gefs_error *e)
{
	static const char *const others[] = {[GEFS_IN_BLOCK] = "",
					     [GEFS_IN_SUPER] = "arena[N].addr, arena[N].hash, sbhash, ",
					     [GEFS_IN_ARENA] = "",
					     [GEFS_IN_LOG] = "word[N], end, ",
					     [GEFS_IN_DEADLIST] = "word[N], ",
					     [GEFS_IN_PIVOT] = "value[N], msg[N], ",
					     [GEFS_IN_LEAF] = "value[N], ",
					     [GEFS_IN_RECORD] = "off, nk, key, key[N], nv, val, val[N], ",
					     [GEFS_IN_MESSAGE] = "off, op, nk, key, key[N], nv, val, val[N], "};
	enum key_type type = KEY_BAD;
	gefs_structure in = edit_is_record(s->structure) ? GEFS_IN_RECORD : s->structure;
	char text[420];
	size_t n = 0;

	text[0] = 0;
	bool named = !edit_is_record(s->structure) || edit_value_key(ed, s, b, &type);
	for (size_t i = 0; named && i < ed->layout->nfields && n < sizeof text; i++) {
		const struct layout_field *f = &ed->layout->fields[i];
		if (f->in == in && f->key == type)
			n += (size_t)snprintf(text + n, sizeof text - n, "%s, ", f->name);
	}
	const char *other = s->structure == GEFS_IN_SUPER && !ed->layout->root_arenas ? "" : others[s->structure];
	return gefs_fail(e, GEFS_EINVAL, s->addr[0],
			 "there is no field \"%.60s\" in %s; it has: %s%sbyte[N], bytes[N,LEN]", name,
			 gefs_structure_name(s->structure), text, other);
}

int
edit_field_of(const gefs_edit *ed, const gefs_field *s, const uint8_t *b, const char *name, gefs_field *out,
	      gefs_error *e)
{
	const gefs_field in = *s;
	int rc;

	*out = in;
	rc = raw_field(ed, name, out, e);
	if (rc == 1)
		rc = edit_is_record(in.structure) ? edit_record_field(ed, &in, b, name, out, e)
						  : block_field(ed, b, name, out, e);
	if (rc == 1)
		rc = unknown(ed, &in, b, name, e);
	if (rc == 0)
		snprintf(out->name, sizeof out->name, "%.*s", GEFS_FIELD_NAME - 1, name);
	return rc;
}

int
edit_field(const gefs_edit *ed, const gefs_field *s, const char *name, gefs_field *out, gefs_error *e)
{
	uint8_t b[GEFS_BLOCK_MAX];

	return edit_read(ed, s->addr[0], b, e) < 0 ? -1 : edit_field_of(ed, s, b, name, out, e);
}
