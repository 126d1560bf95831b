/* Trees of an image whose hashes may be wrong: nodes, keys, paths. */
#include "find.h"

#include <stdlib.h>

struct visit {
	struct store *s;
	node_visit fn;
	void *arg;
	uint64_t budget; /* damage can make circles */
};

static bool
visit(struct visit *v, uint64_t addr, unsigned depth)
{
	uint8_t *b = store_block(v->s, addr);
	struct node n;
	gefs_ptr child;

	if (!b || depth > 64 || v->budget-- == 0)
		return false;
	node_parse(&v->s->format, b, &n, NULL, NULL);
	if (v->fn(v->arg, addr, &n))
		return true;
	for (uint32_t i = 0; n.usable && !n.leaf && i < n.nval; i++)
		if (node_child(&n, i, &child, NULL) && visit(v, child.addr, depth + 1))
			return true;
	return false;
}

bool
each_node(struct store *s, uint64_t root, node_visit fn, void *arg)
{
	struct visit v = {s, fn, arg, store_blocks(s) + 1};
	return visit(&v, root, 0);
}

void
record_spot(const struct node *n, uint64_t addr, uint32_t slot, bool message, struct spot *out)
{
	gefs_record r = message ? node_message(n, slot) : node_value(n, slot);
	*out = (struct spot){.kind = KIND_RECORD, .addr = {addr}, .copies = 1, .slot = slot, .message = message};
	out->key_at = (uint32_t)(r.key.p - n->data);
	out->nk = (uint32_t)r.key.n;
	out->val_at = out->at = (uint32_t)(r.value.p - n->data);
	out->nv = (uint32_t)r.value.n;
}

struct search {
	gefs_bytes key;
	struct spot *out;
	bool found;
};

static bool
search_node(void *arg, uint64_t addr, struct node *n)
{
	struct search *s = arg;
	if (!n->usable)
		return false;
	for (uint32_t i = 0; n->leaf && i < n->nval; i++)
		if (bytes_eq(node_value(n, i).key, s->key)) {
			record_spot(n, addr, i, false, s->out);
			s->found = true;
			return true;
		}
	for (uint32_t i = 0; i < n->nbuf; i++) {
		gefs_record r = node_message(n, i);
		if (s->found || r.op != GEFS_OP_INSERT || !bytes_eq(r.key, s->key))
			continue;
		record_spot(n, addr, i, true, s->out); /* unless a leaf has it too */
		s->found = true;
	}
	return false;
}

bool
find_key(struct store *s, uint64_t root, gefs_bytes key, struct spot *out)
{
	struct search x = {key, out, false};
	each_node(s, root, search_node, &x);
	return x.found;
}

static bool
find_typed(struct store *s, uint64_t root, const struct key *k, struct spot *out)
{
	uint8_t buf[KEY_MAX];
	gefs_bytes b = {buf, key_encode(&s->format, k, buf)};
	return find_key(s, root, b, out);
}

bool
find_path(struct store *s, uint64_t root, const char *path, size_t n, struct spot *out)
{
	struct key k = {.type = KEY_ENTRY, .qid = GEFS_NIL};
	const char *end = path + n;
	gefs_dirent d;

	for (;;) {
		if (!find_typed(s, root, &k, out) || !dirent_decode(&s->format, record_value(s, out), &d))
			return false;
		k.qid = d.qpath;
		while (path < end && *path == '/')
			path++;
		if (path == end)
			return true;
		const char *slash = memchr(path, '/', (size_t)(end - path));
		k.name = (gefs_bytes){(const uint8_t *)path, (size_t)((slash ? slash : end) - path)};
		path += k.name.n;
	}
}

gefs_bytes
record_value(struct store *s, const struct spot *record)
{
	return (gefs_bytes){store_block(s, record->addr[0]) + record->val_at, record->nv};
}

bool
tree_root(struct store *s, const char *label, size_t n, uint64_t *root)
{
	const struct format *f = &s->format;
	struct key k = {.type = KEY_LABEL, .name = {(const uint8_t *)label, n}};
	struct label_value l;
	gefs_super sb;
	gefs_snap snap;
	struct spot at;

	if (!store_root(s, &sb))
		return false;
	*root = sb.snap_root.addr;
	if (n == 4 && memcmp(label, "snap", 4) == 0)
		return true;
	struct key id = {.type = KEY_SNAP, .qid = strtoull(label, NULL, 10)};
	if (find_typed(s, *root, &k, &at) && label_decode(f, record_value(s, &at), &l))
		id.qid = l.snap;
	else if (label[0] < '0' || label[0] > '9')
		return false;
	if (!find_typed(s, *root, &id, &at) || !snap_decode(f, record_value(s, &at), &snap))
		return false;
	*root = snap.root.addr;
	return true;
}
