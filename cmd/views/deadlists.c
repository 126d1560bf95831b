/* Deadlists. */
#include "view.h"

struct count {
	struct json *j; /* NULL: count only */
	uint64_t blocks, addrs;
};

static int
dead_one(void *arg, uint64_t block, uint64_t addr)
{
	struct count *c = arg;

	(void)block;
	if (addr == GEFS_NIL) {
		c->blocks++;
		return 0;
	}
	c->addrs++;
	if (c->j)
		json_uint(c->j, NULL, addr);
	return 0;
}

static int
deadlist_json(struct view *d, const gefs_deadlist *l)
{
	struct json j;
	struct count c = {&j, 0, 0};
	gefs_error e;
	int rc;

	json_begin(&j, stdout);
	json_uint(&j, "gen", l->gen);
	json_uint(&j, "birth", l->birth);
	json_addr(&j, "head", l->head.addr);
	json_addr(&j, "tail", l->tail.addr);
	json_array(&j, "dead");
	rc = gefs_deadlist_walk(d->img, l, dead_one, &c, &e);
	json_array_end(&j);
	json_uint(&j, "count", c.addrs);
	json_uint(&j, "blocks", c.blocks);
	json_bool(&j, "complete", rc == 0);
	json_end(&j);
	return rc < 0 ? failed(&e) : EXIT_DONE;
}

static int
deadlist_text(struct view *d, const gefs_deadlist *l)
{
	struct count c = {NULL, 0, 0};
	char head[24], size[32];
	gefs_error e;
	int rc = gefs_deadlist_walk(d->img, l, dead_one, &c, &e);

	printf("%8" PRIu64 "  %8" PRIu64 "  %-12s  %6" PRIu64 "  %8" PRIu64 "  %10s%s\n", l->gen, l->birth,
	       addr_text(l->head.addr, head), c.blocks, c.addrs, human_size(c.addrs * gefs_block_size(d->img), size),
	       rc < 0 ? "  incomplete" : "");
	return rc < 0 ? failed(&e) : EXIT_DONE;
}

int
view_deadlists(struct view *d)
{
	int status = EXIT_DONE;

	snaps_damage(d);
	if (!wants(d, OPT_JSON))
		printf("%8s  %8s  %-12s  %6s  %8s  %10s\n", "killed", "born", "head", "blocks", "dead", "size");
	for (size_t i = 0; status == EXIT_DONE && i < gefs_deadlist_count(d->img); i++) {
		const gefs_deadlist *l = gefs_deadlist_get(d->img, i);
		status = wants(d, OPT_JSON) ? deadlist_json(d, l) : deadlist_text(d, l);
	}
	return status;
}
