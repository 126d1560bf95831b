/* Trees of an image whose hashes may be wrong. */
#include "base/error.h"
#include "edit/edit.h"

struct walk {
	gefs_edit *ed;
	edit_node_fn fn;
	void *arg;
	uint64_t budget; /* damage can make circles */
	gefs_error *e;
};

static int
visit(struct walk *w, uint64_t addr, unsigned depth)
{
	uint8_t *b;
	struct node n;
	gefs_ptr child;
	int rc;

	if (depth > TREE_HEIGHT_MAX || w->budget == 0)
		return 0;
	w->budget--;
	if (!(b = edit_level(w->ed, depth, w->e)))
		return -1;
	if (edit_read(w->ed, addr, b, NULL) < 0)
		return 0; /* the rest may be there */
	node_parse(w->ed->f, b, &n, NULL, NULL);
	rc = w->fn(w->arg, addr, &n);
	for (uint32_t i = 0; rc == 0 && n.usable && !n.leaf && i < n.nval; i++)
		if (node_child(&n, i, &child, NULL))
			rc = visit(w, child.addr, depth + 1);
	return rc;
}

int
edit_walk(gefs_edit *ed, uint64_t root, edit_node_fn fn, void *arg, gefs_error *e)
{
	struct walk w = {ed, fn, arg, image_blocks(ed->img), e};
	return visit(&w, root, 0);
}

void
edit_record(const struct node *n, uint64_t addr, uint32_t slot, bool message, gefs_field *out)
{
	gefs_record r = message ? node_message(n, slot) : node_value(n, slot);

	*out = (gefs_field){
		.structure = message ? GEFS_IN_MESSAGE : GEFS_IN_RECORD, .addr = {addr}, .copies = 1, .slot = slot};
	out->key_at = (uint32_t)(r.key.p - n->data);
	out->key_len = (uint32_t)r.key.n;
	out->value_at = (uint32_t)(r.value.p - n->data);
	out->value_len = (uint32_t)r.value.n;
	out->offset = out->key_at - (message ? 3 : 2);
	out->width = out->value_at + out->value_len - out->offset;
}

/* The first message of a node that inserts this key. */
static bool
inserted(const struct node *n, uint64_t addr, gefs_bytes key, gefs_field *out)
{
	for (uint32_t i = 0; i < n->nbuf; i++) {
		gefs_record r = node_message(n, i);
		if (r.op == GEFS_OP_INSERT && bytes_eq(r.key, key)) {
			edit_record(n, addr, i, true, out);
			return true;
		}
	}
	return false;
}

/* Down to where the key belongs, if the tree is in order. */
static int
descend(gefs_edit *ed, uint64_t addr, gefs_bytes key, gefs_field *out, gefs_error *e)
{
	uint8_t *b = edit_level(ed, 0, e);
	bool found = false;
	struct node n;
	gefs_ptr child;

	if (!b)
		return -1;
	for (unsigned depth = 0; depth <= TREE_HEIGHT_MAX; depth++) {
		if (edit_read(ed, addr, b, NULL) < 0)
			break;
		node_parse(ed->f, b, &n, NULL, NULL);
		if (!n.usable)
			break;
		found = found || inserted(&n, addr, key, out);
		if (!n.leaf) {
			uint32_t i = node_find_value(&n, key, true);
			if (i == 0 || !node_child(&n, i - 1, &child, NULL))
				break;
			addr = child.addr;
			continue;
		}
		uint32_t i = node_find_value(&n, key, false);
		if (i < n.nval && bytes_eq(node_value(&n, i).key, key)) {
			edit_record(&n, addr, i, false, out);
			found = true;
		}
		break;
	}
	return found;
}

struct search {
	gefs_bytes key;
	gefs_field *out;
	bool found; /* a message */
};

static int
search_node(void *arg, uint64_t addr, const struct node *n)
{
	struct search *s = arg;

	for (uint32_t i = 0; n->usable && n->leaf && i < n->nval; i++)
		if (bytes_eq(node_value(n, i).key, s->key)) {
			edit_record(n, addr, i, false, s->out);
			return 1;
		}
	s->found = s->found || (n->usable && inserted(n, addr, s->key, s->out));
	return 0;
}

int
edit_find_key(gefs_edit *ed, uint64_t root, gefs_bytes key, gefs_field *out, gefs_error *e)
{
	struct search s = {key, out, false};
	int rc = descend(ed, root, key, out, e);

	if (rc == 0)
		rc = edit_walk(ed, root, search_node, &s, e);
	return rc ? rc : s.found;
}
