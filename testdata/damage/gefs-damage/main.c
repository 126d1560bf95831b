/* gefs-damage: changes named fields of an image, for tests.
 *
 *   gefs-damage [-r] IMAGE COMMAND ARGUMENT... [COMMAND ARGUMENT...]...
 *
 * With -r, all hashes above a change are made right again, up to the root data, after every command; without it the
 * change is all that happens. The words -r and -R between commands switch this on and off.
 *
 *   set WHERE VALUE             a field; bytes (x:HEX) may be longer than it
 *   add WHERE NUMBER            to a field
 *   flip WHERE BIT              bit 0 is the lowest one of the first byte
 *   delete WHERE                a record
 *   insert NODE KEY VALUE       a record, where its key belongs; the fill in the parent follows
 *   message NODE OP KEY VALUE   a message
 *   append WHERE ENTRY,...      to a log, before its barrier or end: alloc1:ADDR free1:ADDR alloc:ADDR:LEN
 *                               free:ADDR:LEN sync:GEN chain:ADDR end:0 or a number; to a deadlist: a number, or
 *                               kill:ADDR:BIRTH graft:ADDR:HASH chain:ADDR:HASH end:0:0
 *   clone NODE ADDR             the whole block to another place
 *   truncate LENGTH             of the file
 *   get WHERE, where WHERE      print the number in a field; the address of the block it is in
 *
 * WHERE is a structure and perhaps .FIELD or .byte[N]:
 *
 *   super super0 super1         all copies of the root data, the first one or the last one:
 *                               .version .blksz ... .arena[N].addr .arena[N].hash .sbhash
 *   arena[N] arena[N].0         all header copies, or one; in older versions the root data is there too
 *   log[N,K]                    block K of arena N's log: .type .logsz .hash .next .word[I], .end: what ends it
 *   @ADDR LABEL:root LABEL:leaf[K] LABEL:pivot[K]    .type .nval ..., .value[K].FIELD .msg[K].FIELD
 *   LABEL:/path                 the entry of a file: .mode .length ...
 *   LABEL:/path@OFF             a byte of its data
 *   LABEL:/path#OFF LABEL:/path^     the record of its data; its parent record
 *   LABEL:{KEY}                 any record; dat:QID:OFF ent:QID:NAME up:QID label:NAME snap:ID dead:GEN:BIRTH conf:NAME
 *   snap:dead[GEN,BIRTH]        the first block of a deadlist: .logsz ... .word[I]; or of list BIRTH in record GEN
 *
 * Of any record there are .key[I] .val[I] .nk .nv .off, of messages .op. LABEL is a label, the number of a snapshot, or
 * "snap" for the snapshot tree. VALUE is a number, x:HEX, =WHERE (what is in that field), &WHERE (its block's address),
 * or *RECORD (that record's value). */
#include "edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct tool {
	struct store *s;
	const char *path;
	uint8_t *marks;
	bool right; /* -r */
};

struct value {
	uint8_t bytes[UNIT];
	size_t n; /* 0: a number */
	uint64_t number;
};

static bool
parse_value(struct tool *t, const char *text, struct value *v)
{
	struct spot sp;
	char *end;

	*v = (struct value){.n = 0};
	if (strncmp(text, "x:", 2) == 0) {
		v->n = parse_hex(text + 2, v->bytes, sizeof v->bytes);
		return true;
	}
	if (strchr("=&*", *text) && *text) {
		if (!find_where(t->s, text + 1, &sp))
			return false;
		const uint8_t *b = store_block(t->s, sp.addr[0]);
		v->number = *text == '&' ? sp.addr[0] : get_number(&t->s->format, b + sp.at, sp.width <= 8 ? sp.width : 8);
		if (*text == '*') {
			v->n = sp.nv;
			memcpy(v->bytes, b + sp.val_at, sp.nv);
		}
		return true;
	}
	v->number = strtoull(text, &end, 0);
	return end != text && !*end;
}

static void
changed(struct tool *t, const struct spot *sp, bool fill)
{
	if (!t->right)
		return;
	bool body = sp->kind == KIND_LOG || sp->kind == KIND_DEAD;
	for (unsigned i = 0; i < sp->copies; i++)
		t->marks[sp->addr[i] / t->s->format.blksz] |= MARK_CHANGED | (body ? MARK_BODY : 0);
	rehash(t->s, t->marks, fill);
}

static bool
set(struct tool *t, const struct spot *sp, const struct value *v)
{
	if (sp->width == 0 || sp->at + (v->n ? v->n : sp->width) > t->s->format.blksz)
		return false;
	for (unsigned i = 0; i < sp->copies; i++) {
		uint8_t *p = store_block(t->s, sp->addr[i]) + sp->at;
		if (v->n)
			memcpy(p, v->bytes, v->n);
		else
			put_number(&t->s->format, p, sp->width, v->number);
	}
	changed(t, sp, false);
	return true;
}

static bool
insert(struct tool *t, const struct spot *sp, int op, const char *key_text, const char *value_text)
{
	struct value v;
	uint8_t key[KEY_MAX];
	size_t nk;

	if (!parse_key(&t->s->format, key_text, key, &nk) || !parse_value(t, value_text, &v) ||
	    !edit_insert(&t->s->format, store_block(t->s, sp->addr[0]), op, (gefs_bytes){key, nk}, (gefs_bytes){v.bytes, v.n}))
		return false;
	changed(t, sp, true);
	return true;
}

static bool
do_set(struct tool *t, struct spot *sp, char **a)
{
	struct value v;
	return parse_value(t, a[1], &v) && set(t, sp, &v);
}

static bool
do_add(struct tool *t, struct spot *sp, char **a)
{
	struct value v = {.n = 0};
	if (sp->width == 0 || sp->width > 8)
		return false;
	v.number = get_number(&t->s->format, store_block(t->s, sp->addr[0]) + sp->at, sp->width) + strtoull(a[1], NULL, 0);
	return set(t, sp, &v);
}

static bool
do_flip(struct tool *t, struct spot *sp, char **a)
{
	struct value v = {.n = 1};
	unsigned bit = (unsigned)atoi(a[1]);
	sp->at += bit / 8;
	v.bytes[0] = store_block(t->s, sp->addr[0])[sp->at] ^ (uint8_t)(1u << bit % 8);
	return set(t, sp, &v);
}

static bool
do_delete(struct tool *t, struct spot *sp, char **a)
{
	(void)a;
	if (sp->kind != KIND_RECORD || !edit_delete(&t->s->format, store_block(t->s, sp->addr[0]), sp))
		return false;
	changed(t, sp, true);
	return true;
}

static bool
do_insert(struct tool *t, struct spot *sp, char **a)
{
	return insert(t, sp, -1, a[1], a[2]);
}

static bool
do_message(struct tool *t, struct spot *sp, char **a)
{
	return insert(t, sp, atoi(a[1]), a[2], a[3]);
}

static bool
do_append(struct tool *t, struct spot *sp, char **a)
{
	if (!edit_append(t->s, store_block(t->s, sp->addr[0]), a[1]))
		return false;
	changed(t, sp, false);
	return true;
}

static bool
do_clone(struct tool *t, struct spot *sp, char **a)
{
	uint8_t *to = store_block(t->s, strtoull(a[1], NULL, 0));
	if (to)
		memcpy(to, store_block(t->s, sp->addr[0]), t->s->format.blksz);
	return to != NULL;
}

static bool
do_get(struct tool *t, struct spot *sp, char **a)
{
	(void)a;
	printf("%llu\n", (unsigned long long)get_number(&t->s->format, store_block(t->s, sp->addr[0]) + sp->at, sp->width));
	return true;
}

static bool
do_where(struct tool *t, struct spot *sp, char **a)
{
	(void)t;
	(void)a;
	printf("%llu\n", (unsigned long long)sp->addr[0]);
	return true;
}

static const struct command {
	const char *name;
	int args;
	bool (*run)(struct tool *, struct spot *, char **);
} commands[] = {
	{"set", 2, do_set},       {"add", 2, do_add},       {"flip", 2, do_flip},   {"delete", 1, do_delete},
	{"insert", 3, do_insert}, {"message", 4, do_message}, {"append", 2, do_append}, {"clone", 2, do_clone},
	{"get", 1, do_get},       {"where", 1, do_where},
};

/* Runs the command that a begins with; the number of words taken, 0 when it failed. */
static int
run(struct tool *t, int n, char **a)
{
	struct spot sp;

	if (strcmp(a[0], "-r") == 0 || strcmp(a[0], "-R") == 0) {
		t->right = a[0][1] == 'r';
		return 1;
	}
	if (strcmp(a[0], "truncate") == 0 && n > 1)
		return truncate(t->path, (off_t)strtoull(a[1], NULL, 0)) == 0 ? 2 : 0;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		const struct command *c = &commands[i];
		if (strcmp(a[0], c->name) == 0 && n > c->args)
			return find_where(t->s, a[1], &sp) && c->run(t, &sp, a + 1) ? c->args + 1 : 0;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct tool t = {.s = NULL};
	int first = 1, took;

	if (argc > 1 && strcmp(argv[1], "-r") == 0) {
		t.right = true;
		first = 2;
	}
	if (argc < first + 2) {
		fputs("usage: gefs-damage [-r] IMAGE COMMAND ARGUMENT...\n", stderr);
		return 16;
	}
	t.path = argv[first];
	t.s = store_open(t.path);
	if (!t.s)
		return 8;
	t.marks = calloc(store_blocks(t.s), 1);
	if (!t.marks)
		return 8;
	for (int i = first + 1; i < argc; i += took) {
		took = run(&t, argc - i, argv + i);
		if (took == 0) {
			fprintf(stderr, "gefs-damage: cannot do: %s %s\n", argv[i], i + 1 < argc ? argv[i + 1] : "");
			return 1;
		}
	}
	free(t.marks);
	return store_close(t.s) == 0 ? 0 : 8;
}
