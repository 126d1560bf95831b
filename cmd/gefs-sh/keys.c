/* lookup, scan: keys, and how their values came about. */
#include <string.h>

#include "../views/view.h"
#include "cursor.h"
#include "under.h"

enum { TEXT = 4096 };

struct trace {
	struct shell *sh;
	gefs_bytes only; /* this key alone; n 0: all */
	uint64_t keys, steps;
	/* The state after the last step. */
	bool present, in_leaf;
	uint8_t value[TEXT];
	size_t n;
};

static void
keep_state(struct trace *t, const gefs_step *s)
{
	t->steps++;
	t->present = s->present;
	t->in_leaf = s->in_leaf;
	t->n = s->present && s->value.n < sizeof t->value ? s->value.n : 0;
	if (t->n)
		memcpy(t->value, s->value.p, t->n);
}

static void
value_text(const struct trace *t, gefs_bytes key, char buf[TEXT])
{
	gefs_record r = {.key = key, .value = {t->value, t->n}};
	gefs_format_value(t->sh->img, &r, buf, TEXT);
}

static void
step_text(struct trace *t, gefs_bytes key, const gefs_step *s)
{
	char value[TEXT];

	if (t->steps == 1)
		puts(gefs_format_key(t->sh->img, key, value, sizeof value));
	printf("    %s 0x%" PRIx64 " %s %" PRIu32 ": %s%s", s->in_leaf ? "leaf" : "pivot", s->addr,
	       s->in_leaf ? "record" : "message", s->slot, s->in_leaf ? "value " : "",
	       gefs_format_value(t->sh->img, &s->record, value, sizeof value)); /* of a message with its operation */
	if (s->problem)
		printf(" (cannot be applied: %s)", s->problem);
	putchar('\n');
}

static void
step_json(struct trace *t, gefs_bytes key, const gefs_step *s)
{
	struct view v = {.img = t->sh->img};
	char text[TEXT];
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "step", s->in_leaf ? "value" : "message");
	json_string(&j, "key", gefs_format_key(t->sh->img, key, text, sizeof text));
	json_uint(&j, "addr", s->addr);
	json_uint(&j, "slot", s->slot);
	json_record(&j, &v, "record", &s->record);
	json_bool(&j, "present", s->present);
	json_string(&j, "problem", s->problem);
	json_end(&j);
}

static void
result_text(struct trace *t, gefs_bytes key)
{
	char text[TEXT];

	if (!t->present) {
		puts("    absent");
		return;
	}
	if (t->steps == 1 && t->in_leaf)
		return; /* there is nothing but what the leaf says */
	value_text(t, key, text);
	printf("    %s%s\n", strncmp(text, "->", 2) == 0 ? "" : "= ", text);
}

static void
result_json(struct trace *t, gefs_bytes key)
{
	char text[TEXT];
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "step", "result");
	json_string(&j, "key", gefs_format_key(t->sh->img, key, text, sizeof text));
	json_hex(&j, "key_hex", key.p, key.n);
	json_bool(&j, "present", t->present);
	if (t->present) {
		value_text(t, key, text);
		json_string(&j, "value", text);
		json_hex(&j, "value_hex", t->value, t->n);
	}
	json_end(&j);
}

static int
trace_step(void *arg, gefs_bytes key, const gefs_step *s)
{
	struct trace *t = arg;

	if (should_stop())
		return 1;
	if (t->only.n && (key.n != t->only.n || memcmp(key.p, t->only.p, key.n) != 0))
		return 0;
	if (s) {
		keep_state(t, s);
		t->sh->json ? step_json(t, key, s) : step_text(t, key, s);
		return 0;
	}
	t->sh->json ? result_json(t, key) : result_text(t, key);
	t->keys++;
	t->steps = 0;
	return 0;
}

static int
trace(struct shell *sh, const struct call *c, gefs_bytes prefix, bool one)
{
	struct trace t = {.sh = sh, .only = one ? prefix : (gefs_bytes){NULL, 0}};
	gefs_tree tree;
	gefs_error e;
	int status = tree_parse(sh, sh_opt(c, "snap"), &tree);

	if (status >= 0)
		return status;
	if (gefs_trace(sh->img, &tree, prefix, trace_step, damage_fn, &t, &e) < 0)
		return failed(&e);
	if (t.keys || !one)
		return EXIT_DONE;
	complain("%s: no such key", c->arg[0]);
	return EXIT_FAILED;
}

int
under_lookup(struct shell *sh, const struct call *c)
{
	gefs_edit *edit = shell_edit(sh);
	uint8_t key[GEFS_KEY_MAX];
	gefs_error e;
	size_t n;

	if (!edit)
		return EXIT_FAILED;
	if (gefs_edit_key(edit, c->arg[0], key, &n, &e) < 0) {
		complain_error(&e);
		return EXIT_USAGE;
	}
	return trace(sh, c, (gefs_bytes){key, n}, true);
}

int
under_scan(struct shell *sh, const struct call *c)
{
	struct prefix p;

	if (!prefix_parse(c->arg[0], &p)) {
		complain("\"%s\" is neither hex digits nor like ent:7, label:main or dat:", c->arg[0]);
		return EXIT_USAGE;
	}
	if (!prefix_resolve(sh->img, &p)) {
		complain("%s has no such keys", gefs_version_name(sh->img));
		return EXIT_FAILED;
	}
	return trace(sh, c, (gefs_bytes){p.bytes, p.n}, false);
}
