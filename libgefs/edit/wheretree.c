/* Names of places in trees: LABEL: and what follows. */
#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "edit/where.h"

enum { TEXT_MAX = 4096 }; /* bytes of a path or key in a name */

/* A node by its type, even if it is none. */
static int
node(struct where *w, uint64_t addr)
{
	uint8_t block[GEFS_BLOCK_MAX];

	if (where_arrived(w, GEFS_IN_LEAF, addr) < 0 || edit_read(w->ed, addr, block, w->e) < 0)
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
			return where_nowhere(w, "it is too long");
		text[n++] = *w->p++;
	}
	text[n] = 0;
	return 0;
}

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
		return where_nowhere(w, "the tree has %" PRIu64 " %s, counted from 0", k - x.left,
				     leaf ? "leaves" : "pivots");
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
		return where_nowhere(w, "a } is missing");
	if (gefs_edit_key(w->ed, text, key, &n, w->e) < 0)
		return -1;
	int rc = edit_find_key(w->ed, root, (gefs_bytes){key, n}, w->out, w->e);
	return rc ? (rc < 0 ? -1 : 0) : where_nowhere(w, "the tree has no record with this key");
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
		return where_nowhere(w, "the entry of the file cannot be read");
	if (what != '^' && !text_number(&w->p, &off))
		return where_nowhere(w, "behind %c there has to be an offset in the file", what);
	k.qid = d.qpath;
	k.offset = off - off % blksz;
	if ((n = edit_find_typed(w->ed, root, &k, w->out, w->e)) < 0)
		return -1;
	if (n == 0)
		return what == '^' ? where_nowhere(w, "there is no such record: only directories have one")
				   : where_nowhere(w, "the file has no data there, but a hole, or its end");
	if (what != '@')
		return 0;
	if (edit_record_value(w->ed, w->out, value, 8, w->e) < 8)
		return where_nowhere(w, "the record of the data is too short for an address");
	if (where_arrived(w, GEFS_IN_BLOCK, get64(w->ed->f, value)) < 0)
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
		return where_nowhere(w,
				     "there is no \"%.100s\" (a backslash before . @ # and ^ makes them part of a "
				     "name)",
				     missing);
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
		return where_nowhere(w, "there is no such deadlist");
	size_t at = l->dead_head + (l->ndead > 1 ? which * l->dead_step : 0);
	if ((n = edit_record_value(w->ed, w->out, value, sizeof value, w->e)) < 0)
		return -1;
	if (at + 8 > (size_t)n)
		return where_nowhere(w, "its record is too short");
	return where_arrived(w, GEFS_IN_DEADLIST, get64(w->ed->f, value + at));
}

int
where_tree(struct where *w)
{
	size_t n = strcspn(w->p, ":");
	uint64_t root, a, b;

	if (!w->p[n])
		return where_nowhere(w, "begins with none of super, super0, super1, arena[N], log[N,K], @ADDR and "
					"LABEL:");
	int rc = edit_tree_root(w->ed, w->p, n, &root, w->e);
	if (rc == 0)
		return where_nowhere(w, "there is no snapshot \"%.*s\"", n < 100 ? (int)n : 100, w->p);
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
		return where_nowhere(w, "behind the snapshot there has to be root, leaf[N], pivot[N], {KEY}, /PATH or, "
					"in "
					"snap, dead[GEN,BIRTH]");
	w->p += 4;
	return node(w, root);
}
