/* The names of places. */
#include "edit.h"

#include <stdio.h>
#include <stdlib.h>

/* Skips "word[N]" or "word[A,B]" at *p. */
static bool
indexed(const char **p, const char *word, uint64_t *a, uint64_t *b)
{
	size_t n = strlen(word);
	char *end;
	if (strncmp(*p, word, n) != 0 || (*p)[n] != '[')
		return false;
	*a = strtoull(*p + n + 1, &end, 0);
	if (b)
		*b = *end == ',' ? strtoull(end + 1, &end, 0) : 0;
	if (*end != ']')
		return false;
	*p = end + 1;
	return true;
}

/* Block k of the chain that starts at addr. */
static bool
chained(struct store *s, uint64_t addr, uint64_t k, enum kind kind, struct spot *out)
{
	struct log_header h;

	for (; k > 0; k--) {
		uint8_t *b = store_block(s, addr);
		if (!b)
			return false;
		s->format.log_decode(&s->format, b, &h);
		addr = h.next.addr;
	}
	*out = (struct spot){.kind = kind, .addr = {addr}, .copies = 1};
	return store_block(s, addr) != NULL;
}

struct nth {
	uint64_t left, addr;
	bool leaf;
};

static bool
nth_node(void *arg, uint64_t addr, struct node *n)
{
	struct nth *x = arg;
	x->addr = addr;
	return n->leaf == x->leaf && x->left-- == 0;
}

/* What follows "LABEL:". */
static bool
in_tree(struct store *s, uint64_t root, const char **p, struct spot *out)
{
	uint64_t k;
	*out = (struct spot){.kind = KIND_NODE, .addr = {root}, .copies = 1};
	if (strncmp(*p, "root", 4) == 0) {
		*p += 4;
		return true;
	}
	struct nth x = {.leaf = **p == 'l'};
	if (indexed(p, x.leaf ? "leaf" : "pivot", &x.left, NULL)) {
		bool found = each_node(s, root, nth_node, &x);
		out->addr[0] = x.addr;
		return found;
	}
	if (**p == '{') { /* any key */
		uint8_t key[KEY_MAX];
		char text[600];
		size_t n = strcspn(*p, "}"), nk;
		snprintf(text, sizeof text, "%.*s", (int)n - 1, *p + 1);
		*p += n + 1;
		return parse_key(&s->format, text, key, &nk) && find_key(s, root, (gefs_bytes){key, nk}, out);
	}
	if (**p != '/')
		return false;
	size_t n = strcspn(*p, ".@#^");
	const char *path = *p;
	*p += n;
	if (!find_path(s, root, path, n, out))
		return false;
	if (**p == '.' || !**p)
		return true;
	/* @OFF: the data block; #OFF: its record; ^: the parent record */
	char what = *(*p)++;
	struct key key = {.type = what == '^' ? KEY_UP : KEY_DATA};
	gefs_dirent d;
	if (!dirent_decode(&s->format, record_value(s, out), &d))
		return false;
	key.qid = d.qpath;
	if (what != '^')
		k = strtoull(*p, (char **)(uintptr_t)p, 0);
	else
		k = 0;
	key.offset = k - k % s->format.blksz;
	uint8_t buf[KEY_MAX];
	if (!find_key(s, root, (gefs_bytes){buf, key_encode(&s->format, &key, buf)}, out))
		return false;
	if (what == '@') {
		uint64_t addr = get64(&s->format, record_value(s, out).p);
		*out = (struct spot){.addr = {addr}, .copies = 1, .at = (uint32_t)(k % s->format.blksz), .width = 1};
	}
	return true;
}

/* Behind a snapshot tree's name: the first block of a deadlist. */
static bool
find_deadlist(struct store *s, uint64_t root, uint64_t gen, uint64_t which, struct spot *out)
{
	const struct layout *l = s->layout;
	struct key k = {.type = l->dead_key, .qid = gen, .offset = which};
	uint8_t buf[KEY_MAX];
	struct spot record;

	if (!find_key(s, root, (gefs_bytes){buf, key_encode(&s->format, &k, buf)}, &record))
		return false;
	uint64_t at = l->dead_head + (l->ndead > 1 ? which * l->dead_step : 0);
	return at + 8 <= record.nv && chained(s, get64(&s->format, record_value(s, &record).p + at), 0, KIND_DEAD, out);
}

static bool
find_header(struct store *s, uint64_t i, const char **p, struct spot *out)
{
	uint32_t copies = s->format.header_copies;
	gefs_super sb;

	if (!store_root(s, &sb) || i >= sb.narena)
		return false;
	*out = (struct spot){.kind = KIND_ARENA, .copies = copies};
	for (uint32_t k = 0; k < copies; k++)
		out->addr[k] = sb.arena[i].addr + k * s->format.blksz;
	if (p[0][0] == '.' && (p[0][1] == '0' || p[0][1] == '1')) {
		out->addr[0] = out->addr[p[0][1] == '1'];
		out->copies = 1;
		*p += 2;
	}
	return store_block(s, out->addr[0]) != NULL;
}

static bool
find_base(struct store *s, const char **p, struct spot *out)
{
	const char *none = "";
	uint64_t a, b, root;

	if (strncmp(*p, "super", 5) == 0) {
		*p += 5;
		*out = (struct spot){.kind = KIND_SUPER, .copies = s->nroots};
		memcpy(out->addr, s->root, s->nroots * sizeof *s->root);
		if (**p == '0' || **p == '1') {
			out->addr[0] = s->root[*(*p)++ == '1' ? s->nroots - 1 : 0];
			out->copies = 1;
		}
		return true;
	}
	if (indexed(p, "arena", &a, &b))
		return find_header(s, a, p, out);
	if (indexed(p, "log", &a, &b)) {
		struct arena_header h;
		if (!find_header(s, a, &none, out))
			return false;
		s->format.arena_decode(&s->format, store_block(s, out->addr[0]), &h);
		return chained(s, h.log_head, b, KIND_LOG, out);
	}
	if (**p == '@') {
		a = strtoull(*p + 1, (char **)(uintptr_t)p, 0);
		*out = (struct spot){.kind = KIND_NODE, .addr = {a}, .copies = 1};
		return store_block(s, a) != NULL;
	}
	size_t n = strcspn(*p, ":");
	if (!(*p)[n] || !tree_root(s, *p, n, &root))
		return false;
	*p += n + 1;
	if (indexed(p, "dead", &a, &b))
		return find_deadlist(s, root, a, b, out);
	return in_tree(s, root, p, out);
}

static bool
narrow(struct spot *sp, uint32_t at, uint32_t width)
{
	sp->at = at;
	sp->width = width;
	return at + width <= UNIT;
}

/* A field that the table knows, at `base` of the block. */
static bool
known_field(const struct layout *l, enum kind kind, enum key_type key, const char *name, uint32_t base, struct spot *sp)
{
	const struct field *f = layout_field(l, kind, key, name);
	return f && narrow(sp, base + f->at, f->width);
}

/* The word of a log with its last barrier, or the entry that ends or continues it. */
static bool
log_end(const struct format *f, const uint8_t *b, struct spot *sp)
{
	struct log_header h;
	f->log_decode(f, b, &h);
	uint32_t at = edit_log_end(f, b, h.size);
	return at < h.size && narrow(sp, f->log_header + at, 8);
}

static bool
record_field(const struct store *s, const char *p, const uint8_t *b, struct spot *sp)
{
	const struct format *f = &s->format;
	uint64_t k;
	struct key key = {.type = KEY_BAD};

	if (indexed(&p, "key", &k, NULL))
		return narrow(sp, sp->key_at + (uint32_t)k, 1);
	if (indexed(&p, "val", &k, NULL))
		return narrow(sp, sp->val_at + (uint32_t)k, 1);
	if (strcmp(p, "nk") == 0)
		return narrow(sp, sp->key_at - 2, 2);
	if (strcmp(p, "nv") == 0)
		return narrow(sp, sp->val_at - 2, 2);
	if (strcmp(p, "op") == 0 && sp->message)
		return narrow(sp, sp->key_at - 3, 1);
	if (strcmp(p, "off") == 0) {
		bool leaf = f->classify(f, b) == GEFS_BLOCK_LEAF;
		uint32_t area = sp->message ? f->pivot_header + f->pivot_space : leaf ? f->leaf_header : f->pivot_header;
		return narrow(sp, area + 2 * sp->slot, 2);
	}
	if (sp->nv != CHILD_SIZE || sp->message)
		key_decode(f, (gefs_bytes){b + sp->key_at, sp->nk}, &key);
	return known_field(s->layout, KIND_RECORD, key.type, p, sp->val_at, sp);
}

static bool
block_field(const struct store *s, const char *p, const uint8_t *b, struct spot *sp)
{
	const struct format *f = &s->format;
	const struct layout *l = s->layout;
	uint64_t k;
	bool value = indexed(&p, "value", &k, NULL);

	if (sp->kind == KIND_NODE && (value || indexed(&p, "msg", &k, NULL))) {
		struct node n;
		node_parse(f, b, &n, NULL, NULL);
		if (!n.usable || k >= (value ? n.nval : n.nbuf))
			return false;
		record_spot(&n, sp->addr[0], (uint32_t)k, !value, sp);
		return !*p || (*p == '.' && record_field(s, p + 1, b, sp));
	}
	if (sp->kind == KIND_SUPER && l->root_arenas) {
		gefs_super sb;
		if (indexed(&p, "arena", &k, NULL))
			return narrow(sp, l->root_arenas + 16 * (uint32_t)k + (strcmp(p, ".hash") == 0 ? 8 : 0), 8);
		if (strcmp(p, "sbhash") == 0 && f->super_decode(f, b, &sb))
			return narrow(sp, l->root_arenas + 16 * sb.narena, 8);
	}
	if ((sp->kind == KIND_LOG || sp->kind == KIND_DEAD) && indexed(&p, "word", &k, NULL))
		return narrow(sp, (sp->kind == KIND_LOG ? f->log_header : f->dead_header) + 8 * (uint32_t)k, 8);
	if (sp->kind == KIND_LOG && strcmp(p, "end") == 0)
		return log_end(f, b, sp);
	return known_field(l, sp->kind, KEY_BAD, p, 0, sp);
}

bool
find_where(struct store *s, const char *where, struct spot *out)
{
	const char *p = where;
	uint64_t k;
	bool ok = find_base(s, &p, out) && store_block(s, out->addr[0]);

	if (ok && *p == '.') {
		const uint8_t *b = store_block(s, out->addr[0]);
		p++;
		if (indexed(&p, "byte", &k, NULL))
			ok = narrow(out, (uint32_t)k, 1);
		else
			ok = out->kind == KIND_RECORD ? record_field(s, p, b, out) : block_field(s, p, b, out);
	} else if (*p) {
		ok = false;
	}
	if (!ok)
		fprintf(stderr, "gefs-damage: cannot find \"%s\"\n", where);
	return ok;
}
