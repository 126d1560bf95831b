/* The names of places: docs/fields.md. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "edit/where.h"

int
where_nowhere(struct where *w, const char *fmt, ...)
{
	char why[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return gefs_fail(w->e, GEFS_EINVAL, GEFS_NIL, "\"%.200s\": %s", w->text, why);
}

int
where_arrived(struct where *w, gefs_structure in, uint64_t addr)
{
	gefs_error why = {0};
	uint8_t block[GEFS_BLOCK_MAX];

	if (edit_read(w->ed, addr, block, &why) < 0)
		return gefs_fail_as(w->e, &why, "\"%.200s\": %s", w->text, why.text);
	edit_structure(w->ed, in, addr, w->out);
	return 0;
}

static int
in_super(struct where *w, int which)
{
	const gefs_image *img = w->ed->img;
	uint32_t first = which == 1 ? img->ncopies - 1 : 0;

	if (where_arrived(w, GEFS_IN_SUPER, img->copy[first].addr) < 0)
		return -1;
	for (uint32_t i = 1; which < 0 && i < img->ncopies; i++) {
		if (edit_check_addr(w->ed, img->copy[i].addr, w->e) < 0)
			return -1;
		w->out->addr[w->out->copies++] = img->copy[i].addr;
	}
	return 0;
}

/* All copies of a header, or `which`. */
static int
in_arena(struct where *w, uint64_t i, int which)
{
	uint32_t copies = w->ed->f->header_copies, blksz = w->ed->f->blksz;
	gefs_super sb;

	if (edit_root(w->ed, &sb, w->e) < 0)
		return -1;
	if (i >= sb.narena)
		return where_nowhere(w, "there are %" PRIu32 " arenas, counted from 0", sb.narena);
	if (which >= (int)copies)
		return where_nowhere(w, "there is one copy of the header of an arena");
	if (where_arrived(w, GEFS_IN_ARENA, sb.arena[i].addr + (which > 0 ? blksz : 0)) < 0)
		return -1;
	if (which < 0 && copies > 1) {
		if (edit_check_addr(w->ed, sb.arena[i].addr + blksz, w->e) < 0)
			return -1;
		w->out->addr[w->out->copies++] = sb.arena[i].addr + blksz;
	}
	return 0;
}

/* Block k of an arena's log. */
static int
in_log(struct where *w, uint64_t arena, uint64_t k)
{
	const gefs_edit *ed = w->ed;
	uint8_t block[GEFS_BLOCK_MAX];
	struct arena_header a;
	struct log_header h;

	if (in_arena(w, arena, -1) < 0 || edit_read(ed, w->out->addr[0], block, w->e) < 0)
		return -1;
	ed->f->arena_decode(ed->f, block, &a);
	h.next.addr = a.log_head;
	if (k >= image_blocks(ed->img))
		return where_nowhere(w, "a log has not that many blocks");
	for (uint64_t i = 0;; i++) {
		if (h.next.addr == GEFS_NIL)
			return where_nowhere(w, "the log has %" PRIu64 " block%s, counted from 0", i, i == 1 ? "" : "s");
		if (where_arrived(w, GEFS_IN_LOG, h.next.addr) < 0)
			return -1;
		if (i == k)
			return 0;
		if (edit_read(ed, h.next.addr, block, w->e) < 0)
			return -1;
		ed->f->log_decode(ed->f, block, &h);
	}
}

/* ":TYPE" behind an address: what the block is taken for, whatever it looks like. 1: there is none. */
static int
as_type(struct where *w)
{
	static const struct {
		const char *name;
		gefs_structure is;
	} types[] = {{"super", GEFS_IN_SUPER},	       {"arena", GEFS_IN_ARENA}, {"log", GEFS_IN_LOG},	 {"deadlist", GEFS_IN_DEADLIST},
		     {"pivot", GEFS_IN_PIVOT}, {"leaf", GEFS_IN_LEAF},	 {"data", GEFS_IN_BLOCK}};
	size_t n = strcspn(w->p, ".");

	if (*w->p != ':')
		return 1;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strlen(types[i].name) != n - 1 || memcmp(types[i].name, w->p + 1, n - 1) != 0)
			continue;
		w->out->structure = types[i].is;
		w->p += n;
		return 0;
	}
	return where_nowhere(w, "a block can be taken for super, arena, log, deadlist, pivot, leaf or data");
}

static int
at_address(struct where *w)
{
	uint8_t block[GEFS_BLOCK_MAX];
	uint64_t addr;

	w->p++;
	if (!text_number(&w->p, &addr))
		return where_nowhere(w, "behind @ there has to be an address");
	if (where_arrived(w, GEFS_IN_BLOCK, addr) < 0 || edit_read(w->ed, addr, block, w->e) < 0)
		return -1;
	int rc = as_type(w);
	if (rc < 1)
		return rc;
	w->out->structure = edit_structure_of(w->ed, addr, block);
	w->guessed = true;
	return 0;
}

/* "super", "super0" or "super1" at the beginning: which copy, -1 for all; -2: none of them. */
static int
super_name(const char **p)
{
	if (strncmp(*p, "super", 5) != 0)
		return -2;
	const char *q = *p + 5;
	int which = *q == '0' || *q == '1' ? *q++ - '0' : -1;
	if (*q && *q != '.')
		return -2;
	*p = q;
	return which;
}

static int
structure(struct where *w)
{
	uint64_t a, b;
	int which = super_name(&w->p);

	if (which > -2)
		return in_super(w, which);
	if (text_indexed(&w->p, "arena", &a, NULL)) {
		which = -1;
		if (*w->p == '.' && (w->p[1] == '0' || w->p[1] == '1')) {
			which = w->p[1] - '0';
			w->p += 2;
		}
		return in_arena(w, a, which);
	}
	if (text_indexed(&w->p, "log", &a, &b))
		return in_log(w, a, b);
	return *w->p == '@' ? at_address(w) : where_tree(w);
}

/* Of a block that just looks like a log, single bytes are no reason to renew a hash in it, unless that is right. */
static int
bytes_of_guess(struct where *w)
{
	uint8_t block[GEFS_BLOCK_MAX];
	struct list_shape s;

	if (!w->guessed || !edit_is_list(w->out->structure) || strncmp(w->p, ".byte", 5) != 0)
		return 0;
	if (edit_read(w->ed, w->out->addr[0], block, w->e) < 0)
		return -1;
	s = list_shape(w->ed, w->out->structure == GEFS_IN_DEADLIST, block);
	if (!s.hash_at || get64(w->ed->f, block + s.hash_at) != w->ed->f->hash(block + s.header, s.covered))
		w->out->structure = GEFS_IN_BLOCK;
	return 0;
}

int
gefs_field_find(gefs_edit *ed, const char *text, gefs_field *out, gefs_error *e)
{
	struct where w = {.ed = ed, .text = text, .p = text, .out = out, .e = e};
	gefs_error why = {0};

	if (structure(&w) < 0 || bytes_of_guess(&w) < 0)
		return -1;
	if (!*w.p)
		return 0;
	if (*w.p != '.')
		return where_nowhere(&w, "\"%.100s\" makes no sense there", w.p);
	if (edit_field(ed, out, w.p + 1, out, &why) < 0)
		return gefs_fail_as(e, &why, "\"%.100s\": %s", text, why.text);
	return 0;
}
