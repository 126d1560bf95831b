/* The names of places. */
#include "find.h"

#include <stdio.h>
#include <stdlib.h>

#define F (&format_gefs9)

static const struct field {
	enum kind kind;
	uint8_t key; /* of a record: its key type; KEY_BAD: a child pointer */
	const char *name;
	uint16_t at, width;
} fields[] = {
	{KIND_SUPER, 0, "version", 0, 8},      {KIND_SUPER, 0, "blksz", 8, 4},
	{KIND_SUPER, 0, "bufspc", 12, 4},      {KIND_SUPER, 0, "narena", 16, 4},
	{KIND_SUPER, 0, "snap.ht", 20, 4},     {KIND_SUPER, 0, "snap.addr", 24, 8},
	{KIND_SUPER, 0, "snap.hash", 32, 8},   {KIND_SUPER, 0, "snapdl.hd", 40, 8},
	{KIND_SUPER, 0, "snapdl.tl", 56, 8},   {KIND_SUPER, 0, "flag", 72, 8},
	{KIND_SUPER, 0, "nextqid", 80, 8},     {KIND_SUPER, 0, "nextgen", 88, 8},
	{KIND_SUPER, 0, "qgen", 96, 8},        {KIND_ARENA, 0, "type", 0, 2},
	{KIND_ARENA, 0, "loghd", 2, 8},        {KIND_ARENA, 0, "size", 18, 8},
	{KIND_ARENA, 0, "used", 26, 8},        {KIND_LOG, 0, "type", 0, 2},
	{KIND_LOG, 0, "logsz", 2, 2},          {KIND_LOG, 0, "hash", 4, 8},
	{KIND_LOG, 0, "next", 12, 8},          {KIND_NODE, 0, "type", 0, 2},
	{KIND_NODE, 0, "nval", 2, 2},          {KIND_NODE, 0, "valsz", 4, 2},
	{KIND_NODE, 0, "nbuf", 6, 2},          {KIND_NODE, 0, "bufsz", 8, 2},
	{KIND_RECORD, KEY_BAD, "addr", 0, 8},  {KIND_RECORD, KEY_BAD, "hash", 8, 8},
	{KIND_RECORD, KEY_BAD, "gen", 16, 8},  {KIND_RECORD, KEY_BAD, "fill", 24, 2},
	{KIND_RECORD, KEY_DATA, "addr", 0, 8}, {KIND_RECORD, KEY_DATA, "hash", 8, 8},
	{KIND_RECORD, KEY_DATA, "gen", 16, 8}, {KIND_RECORD, KEY_ENTRY, "flag", 0, 8},
	{KIND_RECORD, KEY_ENTRY, "qpath", 8, 8},   {KIND_RECORD, KEY_ENTRY, "qvers", 16, 4},
	{KIND_RECORD, KEY_ENTRY, "qtype", 20, 1},  {KIND_RECORD, KEY_ENTRY, "mode", 21, 4},
	{KIND_RECORD, KEY_ENTRY, "atime", 25, 8},  {KIND_RECORD, KEY_ENTRY, "mtime", 33, 8},
	{KIND_RECORD, KEY_ENTRY, "length", 41, 8}, {KIND_RECORD, KEY_ENTRY, "uid", 49, 4},
	{KIND_RECORD, KEY_ENTRY, "gid", 53, 4},    {KIND_RECORD, KEY_ENTRY, "muid", 57, 4},
	{KIND_RECORD, KEY_LABEL, "type", 0, 1},    {KIND_RECORD, KEY_LABEL, "snap", 1, 8},
	{KIND_RECORD, KEY_LABEL, "flags", 9, 4},   {KIND_RECORD, KEY_SNAP, "nref", 0, 4},
	{KIND_RECORD, KEY_SNAP, "nlbl", 4, 4},     {KIND_RECORD, KEY_SNAP, "height", 8, 4},
	{KIND_RECORD, KEY_SNAP, "flag", 12, 4},    {KIND_RECORD, KEY_SNAP, "gen", 16, 8},
	{KIND_RECORD, KEY_SNAP, "pred", 24, 8},    {KIND_RECORD, KEY_SNAP, "succ", 32, 8},
	{KIND_RECORD, KEY_SNAP, "base", 40, 8},    {KIND_RECORD, KEY_SNAP, "root.addr", 48, 8},
	{KIND_RECORD, KEY_SNAP, "root.hash", 56, 8}, {KIND_RECORD, KEY_SNAP, "root.gen", 64, 8},
	{KIND_RECORD, KEY_DEAD, "head", 0, 8},     {KIND_RECORD, KEY_DEAD, "tail", 24, 8},
};

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
	for (; k > 0; k--) {
		uint8_t *b = s->block(s, addr);
		if (!b)
			return false;
		addr = be64(b + 12);
	}
	*out = (struct spot){.kind = kind, .addr = {addr}, .copies = 1};
	return s->block(s, addr) != NULL;
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
		return parse_key(text, key, &nk) && find_key(s, root, (gefs_bytes){key, nk}, out);
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
	key.qid = be64(s->block(s, out->addr[0]) + out->val_at + 8);
	if (what != '^')
		k = strtoull(*p, (char **)(uintptr_t)p, 0);
	else
		k = 0;
	key.offset = k & ~(uint64_t)(BLOCK - 1);
	uint8_t buf[KEY_MAX];
	if (!find_key(s, root, (gefs_bytes){buf, key_encode(F, &key, buf)}, out))
		return false;
	if (what == '@') {
		uint64_t addr = be64(s->block(s, out->addr[0]) + out->val_at);
		*out = (struct spot){.addr = {addr}, .copies = 1, .at = (uint32_t)(k % BLOCK), .width = 1};
	}
	return true;
}

static bool
find_base(struct store *s, const char **p, struct spot *out)
{
	uint64_t a, b, root;
	uint8_t *sb = s->block(s, 0);

	*out = (struct spot){.kind = KIND_SUPER, .addr = {0, last_block(s)}, .copies = 2};
	if (strncmp(*p, "super", 5) == 0) {
		*p += 5;
		if (**p == '0' || **p == '1') {
			out->addr[0] = out->addr[*(*p)++ == '1'];
			out->copies = 1;
		}
		return true;
	}
	if (indexed(p, "arena", &a, &b)) {
		uint64_t header = be64(sb + 104 + 16 * a);
		*out = (struct spot){.kind = KIND_ARENA, .addr = {header, header + BLOCK}, .copies = 2};
		if (p[0][0] == '.' && (p[0][1] == '0' || p[0][1] == '1')) {
			out->addr[0] = out->addr[p[0][1] == '1'];
			out->copies = 1;
			*p += 2;
		}
		return s->block(s, header) != NULL;
	}
	if (indexed(p, "log", &a, &b)) {
		uint8_t *h = s->block(s, be64(sb + 104 + 16 * a));
		return h && chained(s, be64(h + 2), b, KIND_LOG, out);
	}
	if (**p == '@') {
		a = strtoull(*p + 1, (char **)(uintptr_t)p, 0);
		*out = (struct spot){.kind = KIND_NODE, .addr = {a}, .copies = 1};
		return s->block(s, a) != NULL;
	}
	size_t n = strcspn(*p, ":");
	if (!(*p)[n] || !tree_root(s, *p, n, &root))
		return false;
	*p += n + 1;
	struct spot list;
	if (strncmp(*p, "dead[", 5) == 0 && indexed(p, "dead", &a, &b)) {
		struct key k = {.type = KEY_DEAD, .qid = a, .offset = b};
		uint8_t buf[KEY_MAX];
		if (!find_key(s, root, (gefs_bytes){buf, key_encode(F, &k, buf)}, &list))
			return false;
		return chained(s, be64(s->block(s, list.addr[0]) + list.val_at), 0, KIND_DEAD, out);
	}
	return in_tree(s, root, p, out);
}

static bool
narrow(struct spot *sp, uint32_t at, uint32_t width)
{
	sp->at = at;
	sp->width = width;
	return at + width <= BLOCK;
}

/* The word of a log that holds its last barrier. */
static bool
barrier(const uint8_t *b, struct spot *sp)
{
	uint32_t size = be16(b + 2), found = 0;
	gefs_log_entry e;
	const char *why;
	for (uint32_t at = 0, n; at < size; at += n) {
		n = F->log_entry(F, b + 36, size, at, &e, &why);
		if (n == 0)
			break;
		if (e.op == GEFS_LOG_SYNC)
			found = 36 + at;
	}
	return found && narrow(sp, found, 8);
}

static bool
record_field(const char *p, const uint8_t *b, struct spot *sp)
{
	uint64_t k;
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
	if (strcmp(p, "off") == 0)
		return narrow(sp, (sp->message ? 8197 : be16(b) == GEFS_BLOCK_LEAF ? 6 : 10) + 2 * sp->slot, 2);
	uint8_t type = sp->nv == 26 && !sp->message ? KEY_BAD : b[sp->key_at];
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (fields[i].kind == KIND_RECORD && fields[i].key == type && strcmp(p, fields[i].name) == 0)
			return narrow(sp, sp->val_at + fields[i].at, fields[i].width);
	return false;
}

static bool
block_field(const char *p, const uint8_t *b, struct spot *sp)
{
	uint64_t k;
	bool value = indexed(&p, "value", &k, NULL);
	if (sp->kind == KIND_NODE && (value || indexed(&p, "msg", &k, NULL))) {
		struct node n;
		node_parse(F, b, &n, NULL, NULL);
		if (!n.usable || k >= (value ? n.nval : n.nbuf))
			return false;
		record_spot(&n, sp->addr[0], (uint32_t)k, !value, sp);
		return !*p || (*p == '.' && record_field(p + 1, b, sp));
	}
	if (sp->kind == KIND_SUPER && indexed(&p, "arena", &k, NULL))
		return narrow(sp, 104 + 16 * (uint32_t)k + (strcmp(p, ".hash") == 0 ? 8 : 0), 8);
	if (sp->kind == KIND_SUPER && strcmp(p, "sbhash") == 0)
		return narrow(sp, 104 + 16 * be32(b + 16), 8);
	if ((sp->kind == KIND_LOG || sp->kind == KIND_DEAD) && indexed(&p, "word", &k, NULL))
		return narrow(sp, 36 + 8 * (uint32_t)k, 8);
	if (sp->kind == KIND_LOG && strcmp(p, "barrier") == 0)
		return barrier(b, sp);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		enum kind kind = sp->kind == KIND_DEAD ? KIND_LOG : sp->kind;
		if (fields[i].kind == kind && kind != KIND_RECORD && strcmp(p, fields[i].name) == 0)
			return narrow(sp, fields[i].at, fields[i].width);
	}
	return false;
}

bool
find_where(struct store *s, const char *where, struct spot *out)
{
	const char *p = where;
	uint64_t k;
	bool ok = find_base(s, &p, out) && s->block(s, out->addr[0]);

	if (ok && *p == '.') {
		const uint8_t *b = s->block(s, out->addr[0]);
		p++;
		if (indexed(&p, "byte", &k, NULL))
			ok = narrow(out, (uint32_t)k, 1);
		else
			ok = out->kind == KIND_RECORD ? record_field(p, b, out) : block_field(p, b, out);
	} else if (*p) {
		ok = false;
	}
	if (!ok)
		fprintf(stderr, "gefs-damage: cannot find \"%s\"\n", where);
	return ok;
}
