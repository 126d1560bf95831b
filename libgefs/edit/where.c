/* The names of places: docs/fields.md. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "edit/edit.h"

enum { TEXT_MAX = 4096 }; /* bytes of a path or key in a name */

struct where {
	gefs_edit *ed;
	const char *text, *p; /* all of it; what is not understood yet */
	gefs_field *out;
	bool guessed; /* what the block is was only taken from its bytes */
	gefs_error *e;
};

static int nowhere(struct where *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* That the name leads nowhere, and why. */
static int
nowhere(struct where *w, const char *fmt, ...)
{
	char why[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return gefs_fail(w->e, GEFS_EINVAL, GEFS_NIL, "\"%.200s\": %s", w->text, why);
}

/* The block that was come to can be read, or not. */
static int
arrived(struct where *w, gefs_structure in, uint64_t addr)
{
	gefs_error why = {0};
	uint8_t block[GEFS_BLOCK_MAX];

	if (edit_read(w->ed, addr, block, &why) < 0)
		return gefs_fail_as(w->e, &why, "\"%.200s\": %s", w->text, why.text);
	edit_structure(w->ed, in, addr, w->out);
	return 0;
}

/* A node by its type, even if it is none. */
static int
node(struct where *w, uint64_t addr)
{
	uint8_t block[GEFS_BLOCK_MAX];

	if (arrived(w, GEFS_IN_LEAF, addr) < 0 || edit_read(w->ed, addr, block, w->e) < 0)
		return -1;
	if (w->ed->f->classify(w->ed->f, block) == GEFS_BLOCK_PIVOT)
		w->out->structure = GEFS_IN_PIVOT;
	return 0;
}

/* Up to one of the bytes of `stops`, or to the end; a backslash makes the next byte an ordinary one. */
static int
quoted(struct where *w, const char *stops, char text[TEXT_MAX])
{
	size_t n = 0;

	while (*w->p && !strchr(stops, *w->p)) {
		if (*w->p == '\\' && w->p[1])
			w->p++;
		if (n == TEXT_MAX - 1)
			return nowhere(w, "it is too long");
		text[n++] = *w->p++;
	}
	text[n] = 0;
	return 0;
}

/* ---- superblocks, headers, logs, addresses ---- */

static int
in_super(struct where *w, int which)
{
	const gefs_image *img = w->ed->img;
	uint32_t first = which == 1 ? img->ncopies - 1 : 0;

	if (arrived(w, GEFS_IN_SUPER, img->copy[first].addr) < 0)
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
		return nowhere(w, "there are %" PRIu32 " arenas, counted from 0", sb.narena);
	if (which >= (int)copies)
		return nowhere(w, "there is one copy of the header of an arena");
	if (arrived(w, GEFS_IN_ARENA, sb.arena[i].addr + (which > 0 ? blksz : 0)) < 0)
		return -1;
	if (which < 0 && copies > 1) {
		if (edit_check_addr(w->ed, sb.arena[i].addr + blksz, w->e) < 0)
			return -1;
		w->out->addr[w->out->copies++] = sb.arena[i].addr + blksz;
	}
	return 0;
}

/* Block k of the chain that begins at addr. */
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
		return nowhere(w, "a log has not that many blocks");
	for (uint64_t i = 0;; i++) {
		if (h.next.addr == GEFS_NIL)
			return nowhere(w, "the log has %" PRIu64 " block%s, counted from 0", i, i == 1 ? "" : "s");
		if (arrived(w, GEFS_IN_LOG, h.next.addr) < 0)
			return -1;
		if (i == k)
			return 0;
		if (edit_read(ed, h.next.addr, block, w->e) < 0)
			return -1;
		ed->f->log_decode(ed->f, block, &h);
	}
}

static int
at_address(struct where *w)
{
	uint8_t block[GEFS_BLOCK_MAX];
	uint64_t addr;

	w->p++;
	if (!text_number(&w->p, &addr))
		return nowhere(w, "behind @ there has to be an address");
	if (arrived(w, GEFS_IN_BLOCK, addr) < 0 || edit_read(w->ed, addr, block, w->e) < 0)
		return -1;
	w->out->structure = edit_structure_of(w->ed, addr, block);
	w->guessed = true;
	return 0;
}

/* ---- trees ---- */

struct nth {
	uint64_t left;
	bool leaf;
	uint64_t addr;
};

static int
nth_node(void *arg, uint64_t addr, const struct node *n)
{
	struct nth *x = arg;

	x->addr = addr;
	return n->leaf == x->leaf && x->left-- == 0;
}

static int
in_nth(struct where *w, uint64_t root, uint64_t k, bool leaf)
{
	struct nth x = {k, leaf, 0};
	int rc = edit_walk(w->ed, root, nth_node, &x, w->e);

	if (rc == 0)
		return nowhere(w, "the tree has %" PRIu64 " %s, counted from 0", k - x.left, leaf ? "leaves" : "pivots");
	return rc < 0 ? -1 : node(w, x.addr);
}

static int
in_key(struct where *w, uint64_t root)
{
	uint8_t key[KEY_MAX];
	char text[TEXT_MAX];
	size_t n;

	w->p++;
	if (quoted(w, "}", text) < 0)
		return -1;
	if (*w->p++ != '}')
		return nowhere(w, "a } is missing");
	if (gefs_edit_key(w->ed, text, key, &n, w->e) < 0)
		return -1;
	int rc = edit_find_key(w->ed, root, (gefs_bytes){key, n}, w->out, w->e);
	return rc ? (rc < 0 ? -1 : 0) : nowhere(w, "the tree has no record with this key");
}

/* Behind a path: @OFF is a byte of the data, #OFF its record, ^ the record that names the directory above. */
static int
beside_entry(struct where *w, uint64_t root)
{
	char what = *w->p++;
	struct key k = {.type = what == '^' ? KEY_UP : KEY_DATA};
	uint8_t value[VALUE_MAX];
	uint32_t blksz = w->ed->f->blksz;
	uint64_t off = 0;
	gefs_dirent d;
	int n = edit_record_value(w->ed, w->out, value, sizeof value, w->e);

	if (n < 0)
		return -1;
	if (!dirent_decode(w->ed->f, (gefs_bytes){value, (size_t)n}, &d))
		return nowhere(w, "the entry of the file cannot be read");
	if (what != '^' && !text_number(&w->p, &off))
		return nowhere(w, "behind %c there has to be an offset in the file", what);
	k.qid = d.qpath;
	k.offset = off - off % blksz;
	if ((n = edit_find_typed(w->ed, root, &k, w->out, w->e)) < 0)
		return -1;
	if (n == 0)
		return what == '^' ? nowhere(w, "there is no such record: only directories have one") :
				     nowhere(w, "the file has no data there, but a hole, or its end");
	if (what != '@')
		return 0;
	if (edit_record_value(w->ed, w->out, value, 8, w->e) < 8)
		return nowhere(w, "the record of the data is too short for an address");
	if (arrived(w, GEFS_IN_BLOCK, get64(w->ed->f, value)) < 0)
		return -1;
	w->out->form = GEFS_FORM_NUMBER;
	w->out->offset = (uint32_t)(off % blksz);
	w->out->width = 1;
	snprintf(w->out->name, sizeof w->out->name, "byte[%" PRIu32 "]", w->out->offset);
	return 0;
}

static int
in_path(struct where *w, uint64_t root)
{
	char path[TEXT_MAX];
	const char *missing;

	if (quoted(w, ".@#^", path) < 0)
		return -1;
	int rc = edit_find_path(w->ed, root, path, w->out, &missing, w->e);
	if (rc == 0)
		return nowhere(w, "there is no \"%.100s\" (a backslash before . @ # and ^ makes them part of a name)", missing);
	if (rc < 0 || !*w->p || *w->p == '.')
		return rc < 0 ? -1 : 0;
	return beside_entry(w, root);
}

/* Behind a snapshot tree's name: the first block of a deadlist. */
static int
in_deadlist(struct where *w, uint64_t root, uint64_t gen, uint64_t which)
{
	const struct layout *l = w->ed->layout;
	struct key k = {.type = l->dead_key, .qid = gen, .offset = which};
	uint8_t value[VALUE_MAX];
	int n = edit_find_typed(w->ed, root, &k, w->out, w->e);

	if (n < 0)
		return -1;
	if (n == 0 || (l->ndead > 1 && which >= l->ndead))
		return nowhere(w, "there is no such deadlist");
	size_t at = l->dead_head + (l->ndead > 1 ? which * l->dead_step : 0);
	if ((n = edit_record_value(w->ed, w->out, value, sizeof value, w->e)) < 0)
		return -1;
	if (at + 8 > (size_t)n)
		return nowhere(w, "its record is too short");
	return arrived(w, GEFS_IN_DEADLIST, get64(w->ed->f, value + at));
}

static int
in_tree(struct where *w)
{
	size_t n = strcspn(w->p, ":");
	uint64_t root, a, b;

	if (!w->p[n])
		return nowhere(w, "begins with none of super, super0, super1, arena[N], log[N,K], @ADDR and LABEL:");
	int rc = edit_tree_root(w->ed, w->p, n, &root, w->e);
	if (rc == 0)
		return nowhere(w, "there is no snapshot \"%.*s\"", n < 100 ? (int)n : 100, w->p);
	if (rc < 0)
		return -1;
	w->p += n + 1;
	if (text_indexed(&w->p, "dead", &a, &b))
		return in_deadlist(w, root, a, b);
	if (text_indexed(&w->p, "leaf", &a, NULL))
		return in_nth(w, root, a, true);
	if (text_indexed(&w->p, "pivot", &a, NULL))
		return in_nth(w, root, a, false);
	if (*w->p == '{')
		return in_key(w, root);
	if (*w->p == '/')
		return in_path(w, root);
	if (strncmp(w->p, "root", 4) != 0)
		return nowhere(w, "behind the snapshot there has to be root, leaf[N], pivot[N], {KEY}, /PATH or, in snap, dead[GEN,BIRTH]");
	w->p += 4;
	return node(w, root);
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
	return *w->p == '@' ? at_address(w) : in_tree(w);
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
		return nowhere(&w, "\"%.100s\" makes no sense there", w.p);
	if (edit_field(ed, out, w.p + 1, out, &why) < 0)
		return gefs_fail_as(e, &why, "\"%.100s\": %s", text, why.text);
	return 0;
}
