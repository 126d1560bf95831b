/* zap, clone, delete, insert, message, append, copysuper, copyheader: more than a field. */
#include <stdlib.h>
#include <string.h>

#include "change.h"

int
change_zap(struct shell *sh, const struct call *c)
{
	static const uint8_t zeros[GEFS_BLOCK_MAX];
	gefs_edit *edit = shell_edit(sh);
	uint64_t addr;
	gefs_error e;

	if (!edit || !sh_address(sh, c->arg[0], &addr))
		return EXIT_FAILED;
	return change_done(sh, gefs_edit_put_block(edit, addr, zeros, &e), &e);
}

int
change_clone(struct shell *sh, const struct call *c)
{
	gefs_field from;
	uint64_t addr;
	gefs_error e;

	if (!cursor_field(sh, c->arg[0], &from) || !sh_address(sh, c->arg[1], &addr))
		return EXIT_FAILED;
	return change_done(sh, gefs_edit_clone(sh->edit, &from, addr, &e), &e);
}

int
change_delete(struct shell *sh, const struct call *c)
{
	gefs_field record;
	gefs_error e;

	if (!cursor_field(sh, c->arg[0], &record))
		return EXIT_FAILED;
	return change_done(sh, gefs_edit_delete(sh->edit, &record, &e), &e);
}

/* A record for a node; op negative: no message. */
static int
put_record(struct shell *sh, const char *where, int op, const char *key_text, const char *value_text)
{
	gefs_value *v = malloc(sizeof *v);
	uint8_t key[GEFS_KEY_MAX];
	gefs_field node;
	gefs_error e;
	size_t n;
	int rc = -1;

	if (!v) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	if (!cursor_field(sh, where, &node)) {
		free(v);
		return EXIT_FAILED;
	}
	bool ok = gefs_edit_key(sh->edit, key_text, key, &n, &e) == 0 && gefs_edit_value(sh->edit, value_text, v, &e) == 0;
	if (ok && v->is_number) { /* of how many bytes? */
		complain("\"%s\" is a number; a record's value is x:HEX, or *WHERE: that of another record", value_text);
		free(v);
		return EXIT_USAGE;
	}
	if (ok) {
		gefs_bytes k = {key, n}, value = {v->bytes, v->n};
		rc = op < 0 ? gefs_edit_insert(sh->edit, &node, k, value, &e)
			    : gefs_edit_message(sh->edit, &node, (uint8_t)op, k, value, &e);
	}
	free(v);
	return change_done(sh, rc, &e);
}

int
change_insert(struct shell *sh, const struct call *c)
{
	return put_record(sh, c->arg[0], -1, c->arg[1], c->arg[2]);
}

int
change_message(struct shell *sh, const struct call *c)
{
	uint64_t op;

	if (!sh_number(c->arg[1], &op))
		return EXIT_USAGE;
	if (op > 255) {
		complain("an operation is a byte, and %s is too large for it", c->arg[1]);
		return EXIT_USAGE;
	}
	return put_record(sh, c->arg[0], (int)op, c->arg[2], c->arg[3]);
}

int
change_append(struct shell *sh, const struct call *c)
{
	gefs_field list;
	gefs_error e;

	if (!cursor_field(sh, c->arg[0], &list))
		return EXIT_FAILED;
	return change_done(sh, gefs_edit_append(sh->edit, &list, c->arg[1], &e), &e);
}

/* ---- copies ---- */

/* The number of a copy; without a word, fallback. */
static bool
copy_number(const char *word, int last, int fallback, int *out)
{
	uint64_t n;

	*out = fallback;
	if (!word)
		return true;
	if (!sh_number(word, &n))
		return false;
	if (n > (uint64_t)last) {
		complain("there is no copy %s; the last one is %d", word, last);
		return false;
	}
	*out = (int)n;
	return true;
}

int
change_copysuper(struct shell *sh, const struct call *c)
{
	gefs_edit *edit = shell_edit(sh);
	gefs_error e;
	int from;

	if (!edit)
		return EXIT_FAILED;
	if (!copy_number(c->arg[0], gefs_super_copies(sh->img) - 1, gefs_super_used(sh->img), &from))
		return EXIT_USAGE;
	return change_done(sh, gefs_edit_copy_super(edit, from, &e), &e);
}

int
change_copyheader(struct shell *sh, const struct call *c)
{
	gefs_edit *edit = shell_edit(sh);
	uint64_t arena;
	gefs_error e;
	int from;

	if (!edit)
		return EXIT_FAILED;
	if (!sh_number(c->arg[0], &arena))
		return EXIT_USAGE;
	const gefs_arena *a = arena < gefs_arena_count(sh->img) ? gefs_arena_get(sh->img, (uint32_t)arena) : NULL;
	if (!a) {
		complain("there is no arena %" PRIu64, arena);
		return EXIT_FAILED;
	}
	if (!copy_number(c->arg[1], 1, a->copy[0] == GEFS_COPY_GOOD ? 0 : 1, &from))
		return EXIT_USAGE;
	return change_done(sh, gefs_edit_copy_header(edit, a->index, from, &e), &e);
}
