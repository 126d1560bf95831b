/* The users file, and settings. */
#include <string.h>

#include "view.h"

/* Is this the user with that name or number? */
static bool
is_called(const gefs_user *u, const char *word)
{
	char number[16];

	snprintf(number, sizeof number, "%" PRId32, u->id);
	return strcmp(u->name, word) == 0 || strcmp(number, word) == 0;
}

int
view_users(struct view *d)
{
	const gefs_error *e = gefs_users_error(d->img);
	size_t shown = 0;
	struct json j;

	if (e)
		damage_tell(e);
	for (size_t i = 0; i < gefs_user_count(d->img); i++) {
		const gefs_user *u = gefs_user_get(d->img, i);
		if (d->arg[0] && !is_called(u, d->arg[0]))
			continue;
		shown++;
		if (wants(d, OPT_JSON)) {
			json_begin(&j, stdout);
			json_int(&j, "id", u->id);
			json_string(&j, "name", u->name);
			json_string(&j, "leader", u->leader);
			json_string(&j, "members", u->members);
			json_end(&j);
			continue;
		}
		printf("%" PRId32 ":", u->id);
		print_bytes(u->name, strlen(u->name));
		putchar(':');
		print_bytes(u->leader, strlen(u->leader));
		putchar(':');
		print_bytes(u->members, strlen(u->members));
		putchar('\n');
	}
	if (d->arg[0] && !shown) {
		complain("there is no user \"%s\"", d->arg[0]);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

struct conf_dump {
	struct view *d;
	uint64_t snap; /* GEFS_NIL: global */
};

static int
conf_one(void *arg, gefs_bytes name, gefs_bytes value)
{
	struct conf_dump *c = arg;
	struct json j;

	if (wants(c->d, OPT_JSON)) {
		json_begin(&j, stdout);
		json_addr(&j, "snap", c->snap);
		if (c->snap != GEFS_NIL)
			json_labels(&j, c->d, c->snap);
		json_bytes(&j, "name", name.p, name.n);
		json_bytes(&j, "value", value.p, value.n);
		json_end(&j);
		return 0;
	}
	if (c->snap == GEFS_NIL)
		fputs("global", stdout);
	else
		print_labels(c->d, c->snap);
	fputs(": ", stdout);
	print_bytes(name.p, name.n);
	fputs(" = ", stdout);
	print_bytes(value.p, value.n);
	putchar('\n');
	return 0;
}

static int
conf_kv(void *arg, gefs_bytes key, gefs_bytes value)
{
	return conf_one(arg, (gefs_bytes){key.p + 1, key.n - 1}, value);
}

int
view_conf(struct view *d)
{
	uint8_t conf[GEFS_KEY_MAX];
	gefs_bytes keys = {conf, gefs_key_prefix(d->img, GEFS_KEY_CONF, false, 0, conf)};
	struct conf_dump c = {d, GEFS_NIL};
	int status = EXIT_DONE;
	gefs_error e;
	gefs_tree t;

	snaps_damage(d);
	for (size_t i = 0; i < gefs_conf_count(d->img); i++) {
		const gefs_conf *k = gefs_conf_get(d->img, i);
		conf_one(&c, k->name, k->value);
	}
	for (size_t i = 0; keys.n && status == EXIT_DONE && i < gefs_snap_count(d->img); i++) {
		gefs_tree_of(gefs_snap_get(d->img, i), &t);
		c.snap = t.snap;
		if (gefs_scan(d->img, &t, keys, conf_kv, damage_fn, &c, &e) < 0)
			status = failed(&e);
	}
	return status;
}
