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
 *   delete WHERE                a record or message
 *   insert NODE KEY VALUE       a record, where its key belongs; the fill in the parent follows
 *   message NODE OP KEY VALUE   a message
 *   append WHERE ENTRY,...      to a log, before its barrier or end, or to a deadlist
 *   clone NODE ADDR             the whole block to another place
 *   truncate LENGTH             of the file, when everything else is done
 *   get WHERE, where WHERE      print the number in a field; the address of the block it is in
 *
 * WHERE, ENTRY, KEY and VALUE are what docs/fields.md describes. Nothing is written when a command fails. */
#include "gefs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tool {
	gefs_edit *edit;
	bool right;       /* -r */
	uint64_t length;  /* to truncate to; 0: not */
	gefs_field where; /* of the command */
	gefs_error e;
};

static int
set(struct tool *t, char **a)
{
	static gefs_value v;
	return gefs_edit_value(t->edit, a[1], &v, &t->e) < 0 ? -1 : gefs_edit_set(t->edit, &t->where, &v, &t->e);
}

static int
add(struct tool *t, char **a)
{
	static gefs_value v;
	uint64_t n;

	if (gefs_field_number(t->edit, &t->where, &n, &t->e) < 0 || gefs_edit_value(t->edit, a[1], &v, &t->e) < 0)
		return -1;
	return gefs_edit_set_number(t->edit, &t->where, n + v.number, &t->e);
}

static int
flip(struct tool *t, char **a)
{
	unsigned bit = (unsigned)atoi(a[1]);
	uint8_t byte;

	t->where.offset += bit / 8;
	if (gefs_field_read(t->edit, &t->where, &byte, 1, &t->e) < 0)
		return -1;
	byte ^= (uint8_t)(1u << bit % 8);
	return gefs_edit_set_bytes(t->edit, &t->where, &byte, 1, &t->e);
}

static int
delete(struct tool *t, char **a)
{
	(void)a;
	return gefs_edit_delete(t->edit, &t->where, &t->e);
}

static int
put_record(struct tool *t, int op, const char *key_text, const char *value_text)
{
	static gefs_value v;
	uint8_t key[GEFS_KEY_MAX];
	size_t n;

	if (gefs_edit_key(t->edit, key_text, key, &n, &t->e) < 0 || gefs_edit_value(t->edit, value_text, &v, &t->e) < 0)
		return -1;
	gefs_bytes k = {key, n}, value = {v.bytes, v.n};
	return op < 0 ? gefs_edit_insert(t->edit, &t->where, k, value, &t->e) :
			gefs_edit_message(t->edit, &t->where, (uint8_t)op, k, value, &t->e);
}

static int
insert(struct tool *t, char **a)
{
	return put_record(t, -1, a[1], a[2]);
}

static int
message(struct tool *t, char **a)
{
	return put_record(t, atoi(a[1]) & 0xff, a[2], a[3]);
}

static int
append(struct tool *t, char **a)
{
	return gefs_edit_append(t->edit, &t->where, a[1], &t->e);
}

static int
clone(struct tool *t, char **a)
{
	return gefs_edit_clone(t->edit, &t->where, strtoull(a[1], NULL, 0), &t->e);
}

static int
get(struct tool *t, char **a)
{
	uint64_t n;

	(void)a;
	if (gefs_field_number(t->edit, &t->where, &n, &t->e) < 0)
		return -1;
	printf("%llu\n", (unsigned long long)n);
	return 0;
}

static int
where(struct tool *t, char **a)
{
	(void)a;
	printf("%llu\n", (unsigned long long)t->where.addr[0]);
	return 0;
}

static const struct command {
	const char *name;
	int args;
	int (*run)(struct tool *, char **);
} commands[] = {
	{"set", 2, set},       {"add", 2, add},       {"flip", 2, flip},   {"delete", 1, delete}, {"insert", 3, insert},
	{"message", 4, message}, {"append", 2, append}, {"clone", 2, clone}, {"get", 1, get},       {"where", 1, where},
};

/* Runs the command that a begins with; the number of words taken, 0 when it failed. */
static int
run(struct tool *t, int n, char **a)
{
	if (strcmp(a[0], "-r") == 0 || strcmp(a[0], "-R") == 0) {
		t->right = a[0][1] == 'r';
		return 1;
	}
	if (strcmp(a[0], "truncate") == 0 && n > 1) {
		t->length = strtoull(a[1], NULL, 0);
		return 2;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		const struct command *c = &commands[i];
		if (strcmp(a[0], c->name) != 0 || n <= c->args)
			continue;
		if (gefs_field_find(t->edit, a[1], &t->where, &t->e) < 0 || c->run(t, a + 1) < 0 ||
		    (t->right && gefs_edit_rehash(t->edit, &t->e) < 0))
			return 0;
		return c->args + 1;
	}
	snprintf(t->e.text, sizeof t->e.text, "no such command");
	return 0;
}

static int
run_all(struct tool *t, int n, char **a)
{
	gefs_commit_options o = {.force = true};

	for (int took; n > 0; a += took, n -= took)
		if ((took = run(t, n, a)) == 0) {
			fprintf(stderr, "gefs-damage: %s: %s\n", a[0], t->e.text);
			return 1;
		}
	if (gefs_edit_commit(t->edit, &o, &t->e) == 0)
		return 0;
	fprintf(stderr, "gefs-damage: %s\n", t->e.text);
	return 8;
}

int
main(int argc, char **argv)
{
	struct tool t = {.right = argc > 1 && strcmp(argv[1], "-r") == 0};
	const gefs_options o = {.super = -1, .jobs = 1, .write = true};
	int first = t.right ? 2 : 1;

	if (argc < first + 2) {
		fputs("usage: gefs-damage [-r] IMAGE COMMAND ARGUMENT...\n", stderr);
		return 16;
	}
	gefs_image *img = gefs_open(argv[first], &o, &t.e);
	t.edit = img ? gefs_edit_begin(img, &t.e) : NULL;
	if (!t.edit) {
		fprintf(stderr, "gefs-damage: %s\n", t.e.text);
		gefs_close(img);
		return 8;
	}
	int status = run_all(&t, argc - first - 1, argv + first + 1);
	gefs_edit_end(t.edit);
	gefs_close(img);
	if (status == 0 && t.length && truncate(argv[first], (off_t)t.length) < 0)
		status = 8;
	return status;
}
