/* addr, child, parent, push, pop, back, type */
#include "cursor.h"

#include <stdlib.h>
#include <string.h>

#include "under.h"

gefs_edit *
shell_edit(struct shell *sh)
{
	gefs_error e;

	if (!sh->edit && !(sh->edit = gefs_edit_begin(sh->base, &e)))
		complain_error(&e);
	return sh->edit;
}

const char *
cursor_where(const struct shell *sh)
{
	return sh->cursor.where;
}

/* ---- stacks of places ---- */

static void
drop_first(struct where_stack *s)
{
	free(s->where[0]);
	memmove(s->where, s->where + 1, --s->n * sizeof *s->where);
}

/* Takes the string; what is too old is forgotten. */
static void
put(struct where_stack *s, char *where)
{
	if (!where)
		return;
	if (s->n == WHERE_STACK)
		drop_first(s);
	s->where[s->n++] = where;
}

static char *
take(struct where_stack *s)
{
	return s->n ? s->where[--s->n] : NULL;
}

static void
empty(struct where_stack *s)
{
	while (s->n)
		free(take(s));
}

void
cursor_free(struct cursor *c)
{
	empty(&c->trail);
	empty(&c->pushed);
	empty(&c->before);
	free(c->where);
}

/* ---- finding ---- */

/* A number becomes the place of its block. */
static char *
where_of(struct shell *sh, const char *word)
{
	char *where = NULL;
	uint64_t addr;

	if (!parse_size(word, &addr) && strncmp(word, "arena:", 6) != 0 && strncmp(word, "blk:", 4) != 0)
		return strdup(word);
	if (!sh_address(sh, word, &addr))
		return NULL;
	return asprintf(&where, "@0x%" PRIx64, addr) < 0 ? NULL : where;
}

static bool
find(struct shell *sh, const char *where, gefs_field *out)
{
	gefs_edit *edit = shell_edit(sh);
	gefs_error e;

	if (!edit)
		return false;
	if (gefs_field_find(edit, where, out, &e) == 0)
		return true;
	complain_error(&e);
	return false;
}

bool
cursor_structure(struct shell *sh, gefs_field *out)
{
	if (sh->cursor.where)
		return find(sh, sh->cursor.where, out);
	complain("the cursor is nowhere; \"addr WHERE\" moves it");
	return false;
}

bool
cursor_field(struct shell *sh, const char *name, gefs_field *out)
{
	gefs_edit *edit = shell_edit(sh);
	gefs_error e, whole;
	char *joined = NULL;

	if (!name)
		return cursor_structure(sh, out);
	if (!edit)
		return false;
	if (!sh->cursor.where)
		return find(sh, name, out);
	if (asprintf(&joined, "%s.%s", sh->cursor.where, *name == '.' ? name + 1 : name) < 0) {
		complain("out of memory");
		return false;
	}
	bool ok = gefs_field_find(edit, joined, out, &e) == 0 || gefs_field_find(edit, name, out, &whole) == 0;
	if (!ok)
		complain_error(strpbrk(name, ":@") || strncmp(name, "super", 5) == 0 ? &whole : &e);
	free(joined);
	return ok;
}

bool
cursor_address(struct shell *sh, const char *word, uint64_t *out)
{
	gefs_field f;

	if (word)
		return sh_address(sh, word, out);
	if (!cursor_structure(sh, &f))
		return false;
	*out = f.addr[0];
	return true;
}

/* ---- moving ---- */

static void
tell(struct shell *sh, const gefs_field *f)
{
	struct json j;

	if (!sh->json) {
		print_bytes(sh->cursor.where, strlen(sh->cursor.where));
		printf(": %s in block 0x%" PRIx64, gefs_structure_name(f->structure), f->addr[0]);
		if (f->structure == GEFS_IN_RECORD || f->structure == GEFS_IN_MESSAGE)
			printf(", number %" PRIu32, f->slot);
		if (f->copies > 1)
			printf(", and %u more", f->copies - 1);
		putchar('\n');
		return;
	}
	json_begin(&j, stdout);
	json_bytes(&j, "where", sh->cursor.where, strlen(sh->cursor.where));
	json_string(&j, "structure", gefs_structure_name(f->structure));
	json_uint(&j, "addr", f->addr[0]);
	json_uint(&j, "copies", f->copies);
	json_end(&j);
}

/* Takes the string. The trail of children is left when the cursor jumps. */
static int
move(struct shell *sh, char *where, bool keep_trail)
{
	gefs_field f;

	if (!where || !find(sh, where, &f)) {
		free(where);
		return EXIT_FAILED;
	}
	if (f.name[0]) {
		complain("%s is a field; the cursor is for whole structures", where);
		free(where);
		return EXIT_USAGE;
	}
	if (!keep_trail)
		empty(&sh->cursor.trail);
	put(&sh->cursor.before, sh->cursor.where);
	sh->cursor.where = where;
	tell(sh, &f);
	return EXIT_DONE;
}

int
under_addr(struct shell *sh, const struct call *c)
{
	gefs_field f;

	if (c->n)
		return move(sh, where_of(sh, c->arg[0]), false);
	if (!cursor_structure(sh, &f))
		return EXIT_FAILED;
	tell(sh, &f);
	return EXIT_DONE;
}

int
under_type(struct shell *sh, const struct call *c)
{
	gefs_field f;
	char *where = NULL;

	if (!cursor_structure(sh, &f))
		return EXIT_FAILED;
	if (c->n == 0) {
		tell(sh, &f);
		return EXIT_DONE;
	}
	if (asprintf(&where, "@0x%" PRIx64 ":%s", f.addr[0], c->arg[0]) < 0)
		where = NULL;
	return move(sh, where, true);
}

int
under_push(struct shell *sh, const struct call *c)
{
	char *here = sh->cursor.where ? strdup(sh->cursor.where) : NULL;

	if (!here) {
		complain("the cursor is nowhere; \"addr WHERE\" moves it");
		return EXIT_FAILED;
	}
	int status = c->n ? under_addr(sh, c) : EXIT_DONE;
	if (status == EXIT_DONE)
		put(&sh->cursor.pushed, here);
	else
		free(here);
	return status;
}

/* To the newest place of a stack, which it loses if that is still there. */
static int
move_to_top(struct shell *sh, struct where_stack *s, bool keep_trail)
{
	char *where = s->where[s->n - 1];
	int status = move(sh, strdup(where), keep_trail);

	if (status != EXIT_DONE)
		return status;
	for (size_t i = s->n; i-- > 0;) /* moving may have put another one on top of it */
		if (s->where[i] == where) {
			memmove(s->where + i, s->where + i + 1, (--s->n - i) * sizeof *s->where);
			break;
		}
	free(where);
	return EXIT_DONE;
}

int
under_pop(struct shell *sh, const struct call *c)
{
	(void)c;
	if (sh->cursor.pushed.n)
		return move_to_top(sh, &sh->cursor.pushed, false);
	complain("nothing was pushed");
	return EXIT_FAILED;
}

int
under_back(struct shell *sh, const struct call *c)
{
	(void)c;
	if (!sh->cursor.before.n) {
		complain("the cursor was nowhere before");
		return EXIT_FAILED;
	}
	int status = move_to_top(sh, &sh->cursor.before, false);
	if (status == EXIT_DONE)
		free(take(&sh->cursor.before)); /* where it came from: going back twice goes further back */
	return status;
}

/* ---- following pointers ---- */

struct nth {
	gefs_edit *edit;
	uint64_t n;
	bool records; /* a node: count them instead of fields */
	bool found;
	gefs_field field;
};

static int
nth_field(void *arg, const gefs_field *f)
{
	struct nth *s = arg;
	bool counts = s->records ? f->structure == GEFS_IN_RECORD && f->form == GEFS_FORM_STRUCTURE
				 : f->form == GEFS_FORM_ADDRESS;

	if (!counts || s->n-- > 0)
		return 0;
	s->field = *f;
	s->found = true;
	return 1;
}

static bool
nth(gefs_edit *edit, const gefs_field *in, uint64_t n, bool records, gefs_field *out)
{
	struct nth s = {.edit = edit, .n = n, .records = records};
	gefs_error e;

	if (gefs_field_list(edit, in, nth_field, &s, &e) < 0) {
		complain_error(&e);
		return false;
	}
	if (!s.found)
		complain("%s has no pointer %" PRIu64, gefs_structure_name(in->structure), n);
	*out = s.field;
	return s.found;
}

static bool
find_pointer(struct shell *sh, const char *word, gefs_field *out)
{
	gefs_field here;
	uint64_t n = 0;

	if (word && !parse_size(word, &n))
		return cursor_field(sh, word, out) && (out->form != GEFS_FORM_STRUCTURE || nth(sh->edit, out, 0, false, out));
	if (!cursor_structure(sh, &here))
		return false;
	bool node = here.structure == GEFS_IN_PIVOT || here.structure == GEFS_IN_LEAF;
	if (!node)
		return nth(sh->edit, &here, n, false, out);
	return nth(sh->edit, &here, n, true, &here) && nth(sh->edit, &here, 0, false, out);
}

int
under_child(struct shell *sh, const struct call *c)
{
	gefs_field f;
	gefs_error e;
	uint64_t addr;
	char *where = NULL;

	if (!find_pointer(sh, c->arg[0], &f))
		return EXIT_FAILED;
	if (gefs_field_number(sh->edit, &f, &addr, &e) < 0) {
		complain_error(&e);
		return EXIT_FAILED;
	}
	if (addr == GEFS_NIL) {
		complain("%s is nil: it leads nowhere", f.name);
		return EXIT_FAILED;
	}
	char *from = strdup(sh->cursor.where ? sh->cursor.where : "");
	if (asprintf(&where, "@0x%" PRIx64, addr) < 0)
		where = NULL;
	int status = move(sh, where, true);
	if (status == EXIT_DONE && from && *from)
		put(&sh->cursor.trail, from);
	else
		free(from);
	return status;
}

/* The first owner that is found, as a place. */
static int
owner_where(void *arg, const gefs_owner *o)
{
	char **where = arg;

	if (o->referrer != GEFS_NIL)
		return asprintf(where, "@0x%" PRIx64, o->referrer) < 0 ? -1 : 1;
	if (o->snap != GEFS_NIL)
		return asprintf(where, "snap:{snap:%" PRIu64 "}", o->snap) < 0 ? -1 : 1;
	if (o->gen != GEFS_NIL && o->birth != GEFS_NIL)
		return asprintf(where, "snap:{dead:%" PRIu64 ":%" PRIu64 "}", o->gen, o->birth) < 0 ? -1 : 1;
	return 0;
}

int
under_parent(struct shell *sh, const struct call *c)
{
	char *where = NULL;
	gefs_field here;
	gefs_error e;

	(void)c;
	if (sh->cursor.trail.n)
		return move_to_top(sh, &sh->cursor.trail, true);
	if (!cursor_structure(sh, &here))
		return EXIT_FAILED;
	if (here.structure == GEFS_IN_RECORD || here.structure == GEFS_IN_MESSAGE) {
		if (asprintf(&where, "@0x%" PRIx64, here.addr[0]) < 0)
			where = NULL;
		return move(sh, where, false);
	}
	if (gefs_owners(sh->img, here.addr[0], owner_where, damage_fn, &where, &e) < 0)
		return failed(&e);
	if (where)
		return move(sh, where, false);
	complain("nothing refers to block 0x%" PRIx64, here.addr[0]);
	return EXIT_FAILED;
}
