/* set, add, fuzz: single fields. */
#include <stdlib.h>
#include <string.h>

#include "change.h"

enum { SHOWN = 16 }; /* bytes of a field that has more than a number */

static void
number_text(const gefs_field *f, uint64_t v, char buf[40])
{
	bool hex = f->form == GEFS_FORM_ADDRESS || f->form == GEFS_FORM_HASH || f->form == GEFS_FORM_ENTRY;

	snprintf(buf, 40, hex ? "0x%" PRIx64 : f->form == GEFS_FORM_MODE ? "%#" PRIo64 : "%" PRIu64, v);
}

static void
bytes_text(struct shell *sh, const gefs_field *f, char buf[40])
{
	uint8_t bytes[SHOWN];
	uint32_t n = f->width < SHOWN ? f->width : SHOWN;
	gefs_error e;
	uint64_t v;

	strcpy(buf, "?");
	if (f->width <= 8 && gefs_field_number(sh->edit, f, &v, &e) == 0)
		number_text(f, v, buf);
	else if (gefs_field_read(sh->edit, f, bytes, n, &e) == 0)
		for (uint32_t i = 0; i < n; i++)
			snprintf(buf + 2 * i, 4, "%02x", bytes[i]);
}

static void
tell_field(const struct shell *sh, const char *name, const gefs_field *f, const char *before, const char *after)
{
	struct json j;

	if (!sh->json) {
		printf("%s: %s -> %s", name, before, after);
		printf(f->copies > 1 ? " (%u copies)\n" : "\n", f->copies);
		return;
	}
	json_begin(&j, stdout);
	json_string(&j, "changed", name);
	json_uint(&j, "addr", f->addr[0]);
	json_uint(&j, "offset", f->offset);
	json_uint(&j, "copies", f->copies);
	json_string(&j, "before", before);
	json_string(&j, "after", after);
	json_end(&j);
}

/* Has fn change a field, and tells what became of it. */
static int
change_field(struct shell *sh, const char *name, int (*fn)(gefs_edit *, const gefs_field *, void *, gefs_error *), void *arg)
{
	char before[40], after[40];
	gefs_field f;
	gefs_error e;

	if (!cursor_field(sh, name, &f))
		return EXIT_FAILED;
	if (f.form == GEFS_FORM_STRUCTURE) {
		complain("%s is a whole structure: name a field of it", name);
		return EXIT_USAGE;
	}
	bytes_text(sh, &f, before);
	int rc = fn(sh->edit, &f, arg, &e);
	if (rc == 0) {
		bytes_text(sh, &f, after);
		tell_field(sh, name, &f, before, after);
	}
	return change_done(sh, rc, &e);
}

static int
put_value(gefs_edit *edit, const gefs_field *f, void *text, gefs_error *e)
{
	gefs_value *v = malloc(sizeof *v);
	int rc;

	if (!v) {
		*e = (gefs_error){.code = GEFS_ENOMEM, .addr = GEFS_NIL, .text = "out of memory"};
		return -1;
	}
	rc = gefs_edit_value(edit, text, v, e);
	if (rc == 0)
		rc = gefs_edit_set(edit, f, v, e);
	free(v);
	return rc;
}

int
change_set(struct shell *sh, const struct call *c)
{
	int status = settings(sh, c);

	if (status >= 0)
		return status;
	if (c->n < 2) {
		complain("\"%s\" is no setting, and for a field its value is missing", c->arg[0]);
		return EXIT_USAGE;
	}
	status = sh_may_change(sh);
	return status >= 0 ? status : change_field(sh, c->arg[0], put_value, c->arg[1]);
}

static int
add_number(gefs_edit *edit, const gefs_field *f, void *arg, gefs_error *e)
{
	const uint64_t *n = arg;
	uint64_t old;

	if (gefs_field_number(edit, f, &old, e) < 0)
		return -1;
	uint64_t mask = f->width >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * f->width) - 1;
	return gefs_edit_set_number(edit, f, (old + *n) & mask, e);
}

int
change_add(struct shell *sh, const struct call *c)
{
	static gefs_value v; /* too large for a stack */
	gefs_edit *edit = shell_edit(sh);
	gefs_error e;

	if (!edit)
		return EXIT_FAILED;
	if (gefs_edit_value(edit, c->arg[1], &v, &e) < 0) {
		complain_error(&e);
		return EXIT_FAILED;
	}
	if (!v.is_number) {
		complain("\"%s\" is no number", c->arg[1]);
		return EXIT_USAGE;
	}
	return change_field(sh, c->arg[0], add_number, &v.number);
}

/* ---- fuzz ---- */

struct fuzz {
	enum { ZEROES, ONES, FLIP, RANDOM } how;
	uint64_t n; /* bit, or seed */
};

static void
fill_random(uint8_t *p, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++) { /* splitmix64: the same everywhere */
		uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		p[i] = (uint8_t)(z ^ z >> 31);
	}
}

static int
fuzz_field(gefs_edit *edit, const gefs_field *f, void *arg, gefs_error *e)
{
	const struct fuzz *z = arg;
	uint8_t bytes[GEFS_BLOCK_MAX];

	if (f->width > sizeof bytes || gefs_field_read(edit, f, bytes, f->width, e) < 0)
		return -1;
	switch (z->how) {
	case ZEROES:
	case ONES:
		memset(bytes, z->how == ONES ? 0xff : 0, f->width);
		break;
	case FLIP:
		bytes[z->n / 8 % f->width] ^= (uint8_t)(1u << z->n % 8);
		break;
	case RANDOM:
		fill_random(bytes, f->width, z->n);
		break;
	}
	return gefs_edit_set_bytes(edit, f, bytes, f->width, e);
}

int
change_fuzz(struct shell *sh, const struct call *c)
{
	static const char *const names[] = {"zeroes", "ones", "flip", "random"};
	struct fuzz z = {ZEROES, 0};
	gefs_field f;

	while (z.how <= RANDOM && strcmp(names[z.how], c->arg[1]) != 0)
		z.how++;
	if (z.how > RANDOM || (z.how >= FLIP) != (c->n == 3)) {
		complain("a field can be fuzzed with zeroes, ones, flip N or random SEED");
		return EXIT_USAGE;
	}
	if (c->n == 3 && !sh_number(c->arg[2], &z.n))
		return EXIT_USAGE;
	if (!cursor_field(sh, c->arg[0], &f))
		return EXIT_FAILED;
	if (z.how == FLIP && z.n / 8 >= f.width) {
		complain("%s has %" PRIu32 " bits; there is no bit %" PRIu64, c->arg[0], 8 * f.width, z.n);
		return EXIT_USAGE;
	}
	return change_field(sh, c->arg[0], fuzz_field, &z);
}
