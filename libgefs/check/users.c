/* Group J: the users file. */
#include <inttypes.h>
#include <stdio.h>

#include "check/check.h"
#include "fs/users.h"

void
check_users(struct gefs_check *c)
{
	const gefs_error *e = gefs_users_error(c->img);
	const struct format *f = c->img->f;
	struct place p = NOWHERE;
	bool adm = false, none = false;
	size_t n = gefs_user_count(c->img);

	if (!format_has(c->img->f, GEFS_HAS_TREES))
		return;
	p.owner = "users file";
	if (e) {
		p.addr = e->addr;
		finding(c, F_USERS_FILE, &p, "%s", e->text);
		return;
	}
	const struct users *u = users_get(c->img);
	for (size_t i = 0; i < n; i++) {
		adm |= strcmp(u->user[i].name, "adm") == 0;
		none |= strcmp(u->user[i].name, "none") == 0;
	}
	for (size_t i = 1; i < n; i++) {
		const gefs_user *x = &u->user[u->by_name[i - 1]], *y = &u->user[u->by_name[i]];
		if (strcmp(x->name, y->name) == 0)
			finding(c, F_USERS_ODD, &p, "%s:%s: two users are called \"%.64s\"", f->users.label, f->users.path,
				x->name);
		x = &u->user[u->by_id[i - 1]];
		y = &u->user[u->by_id[i]];
		if (x->id == y->id)
			finding(c, F_USERS_ODD, &p, "%s:%s: \"%.64s\" and \"%.64s\" both have number %" PRId32, f->users.label,
				f->users.path, x->name, y->name, x->id);
	}
	if (!adm || !none)
		finding(c, F_USERS_ODD, &p, "%s:%s: there is no user \"%s\"", f->users.label, f->users.path, adm ? "none" : "adm");
}
