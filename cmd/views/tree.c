/* Nodes and records of a tree. */
#include <stdlib.h>
#include <string.h>

#include "view.h"

enum { LEVELS = 65 };

struct tree_dump {
	struct view *d;
	/* Which children of the node above are wanted; of each level, as the walk goes. */
	struct level {
		uint8_t *wanted;
		size_t n, next;
	} level[LEVELS];
	uint64_t parent[LEVELS];
};

static bool
has_prefix(const struct view *d, gefs_bytes key)
{
	return key.n >= d->prefix.n && (d->prefix.n == 0 || memcmp(key.p, d->prefix.bytes, d->prefix.n) == 0);
}

/* Order of a key against the keys with the prefix: -1 before them, 0 one of them, 1 behind. */
static int
against_prefix(const struct view *d, gefs_bytes key)
{
	size_t n = key.n < d->prefix.n ? key.n : d->prefix.n;
	int c = n ? memcmp(key.p, d->prefix.bytes, n) : 0;

	if (c)
		return c;
	return key.n < d->prefix.n ? -1 : 0;
}

static bool
child_wanted(const struct view *d, const gefs_node *n, uint32_t i)
{
	/* The first child also owns what lies below its separator. */
	if (i > 0 && against_prefix(d, gefs_node_value(n, i).key) > 0)
		return false;
	return i + 1 == gefs_node_count(n) || against_prefix(d, gefs_node_value(n, i + 1).key) >= 0;
}

static void
note_children(struct tree_dump *t, const gefs_place *p)
{
	struct level *l = &t->level[p->depth + 1];
	uint32_t n = gefs_node_count(p->node), fill;
	gefs_ptr ptr;

	free(l->wanted);
	*l = (struct level){.wanted = malloc(n + 1)};
	for (uint32_t i = 0; l->wanted && i < n; i++)
		if (gefs_node_child(p->node, i, &ptr, &fill))
			l->wanted[l->n++] = child_wanted(t->d, p->node, i);
}

static bool
place_wanted(struct tree_dump *t, const gefs_place *p)
{
	struct level *l = &t->level[p->depth];
	size_t i;

	if (p->depth >= t->d->depth)
		return false;
	if (p->depth == 0 || !l->wanted)
		return true;
	i = l->next++;
	return i >= l->n || l->wanted[i];
}

static void
node_text(struct tree_dump *t, const gefs_place *p)
{
	const gefs_node *n = p->node;
	unsigned indent = 4 * p->depth;

	printf("%*s%s 0x%" PRIx64 ", hash %016" PRIx64, (int)indent, "", gefs_node_is_leaf(n) ? "leaf" : "pivot",
	       p->ptr.addr, p->ptr.hash);
	if (p->ptr.gen != GEFS_NIL)
		printf(", generation %" PRIu64, p->ptr.gen);
	if (gefs_node_is_leaf(n))
		printf(": %" PRIu32 " records", gefs_node_count(n));
	else
		printf(": %" PRIu32 " children, %" PRIu32 " messages", gefs_node_count(n), gefs_node_messages(n));
	printf(", %" PRIu32 " bytes\n", gefs_node_fill(n));
	for (uint32_t i = 0; i < gefs_node_messages(n); i++) {
		gefs_record r = gefs_node_message(n, i);
		if (has_prefix(t->d, r.key))
			print_record(t->d, &r, indent + 2, i);
	}
	for (uint32_t i = 0; gefs_node_is_leaf(n) && i < gefs_node_count(n); i++) {
		gefs_record r = gefs_node_value(n, i);
		if (has_prefix(t->d, r.key))
			print_record(t->d, &r, indent + 2, i);
	}
}

static void
node_json(struct tree_dump *t, const gefs_place *p)
{
	const gefs_node *n = p->node;
	bool leaf = gefs_node_is_leaf(n);
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "type", leaf ? "leaf" : "pivot");
	json_ptr(&j, "ptr", &p->ptr);
	json_addr(&j, "parent", p->depth ? t->parent[p->depth - 1] : GEFS_NIL);
	json_uint(&j, "depth", p->depth);
	json_uint(&j, "height", p->height);
	json_uint(&j, "fill", gefs_node_fill(n));
	json_array(&j, leaf ? "records" : "children");
	for (uint32_t i = 0; i < gefs_node_count(n); i++) {
		gefs_record r = gefs_node_value(n, i);
		if (!leaf || has_prefix(t->d, r.key))
			json_record(&j, t->d, NULL, &r);
	}
	json_array_end(&j);
	json_array(&j, "messages");
	for (uint32_t i = 0; i < gefs_node_messages(n); i++) {
		gefs_record r = gefs_node_message(n, i);
		if (has_prefix(t->d, r.key))
			json_record(&j, t->d, NULL, &r);
	}
	json_array_end(&j);
	json_end(&j);
}

static void
node_dot(struct tree_dump *t, const gefs_place *p)
{
	const gefs_node *n = p->node;

	printf("\tn%" PRIx64 " [label=\"%s 0x%" PRIx64 "\\n%" PRIu32 " %s", p->ptr.addr,
	       gefs_node_is_leaf(n) ? "leaf" : "pivot", p->ptr.addr, gefs_node_count(n),
	       gefs_node_is_leaf(n) ? "records" : "children");
	if (gefs_node_messages(n))
		printf(", %" PRIu32 " messages", gefs_node_messages(n));
	puts("\"];");
	if (p->depth)
		printf("\tn%" PRIx64 " -> n%" PRIx64 ";\n", t->parent[p->depth - 1], p->ptr.addr);
}

static void
lost_node(struct tree_dump *t, const gefs_place *p)
{
	damage_tell(p->error);
	if (wants(t->d, OPT_DOT)) {
		printf("\tn%" PRIx64 " [label=\"0x%" PRIx64 "\\nunreadable\", color=red];\n", p->ptr.addr, p->ptr.addr);
		if (p->depth)
			printf("\tn%" PRIx64 " -> n%" PRIx64 ";\n", t->parent[p->depth - 1], p->ptr.addr);
	} else if (!wants(t->d, OPT_JSON)) {
		printf("%*sunreadable 0x%" PRIx64 "\n", (int)(4 * p->depth), "", p->ptr.addr);
	}
}

static int
tree_place(void *arg, const gefs_place *p)
{
	struct tree_dump *t = arg;

	if (!place_wanted(t, p))
		return GEFS_SKIP;
	if (!p->node) {
		lost_node(t, p);
		return 0;
	}
	if (p->depth + 1 >= LEVELS)
		return GEFS_SKIP;
	t->parent[p->depth] = p->ptr.addr;
	if (wants(t->d, OPT_DOT))
		node_dot(t, p);
	else if (wants(t->d, OPT_JSON))
		node_json(t, p);
	else
		node_text(t, p);
	if (!gefs_node_is_leaf(p->node))
		note_children(t, p);
	return should_stop();
}

int
view_tree(struct view *d)
{
	struct tree_dump t = {.d = d};
	gefs_error e;
	gefs_tree tree;
	int status = find_tree(d, d->arg[0], &tree);

	if (status >= 0)
		return status;
	if (wants(d, OPT_PREFIX) && !prefix_resolve(d->img, &d->prefix)) {
		complain("--prefix: %s has no such keys", gefs_version_name(d->img));
		return EXIT_FAILED;
	}
	if (wants(d, OPT_DOT))
		puts("digraph tree {\n\tnode [shape=box];");
	status = EXIT_DONE;
	if (gefs_node_walk(d->img, &tree, tree_place, &t, &e) < 0)
		status = failed(&e);
	if (wants(d, OPT_DOT))
		puts("}");
	for (int i = 0; i < LEVELS; i++)
		free(t.level[i].wanted);
	return status;
}
