#include "tree/tree.h"

static bool
in_range(const struct bounds *in, gefs_bytes k)
{
	return bytes_cmp(k, in->lo) >= 0 && (in->unbounded || bytes_cmp(k, in->hi) < 0);
}

bool
path_narrow(struct path *p, const struct path *from, const struct bounds *in)
{
	bool any = false;

	p->depth = from->depth;
	for (unsigned i = 0; i < from->depth; i++) {
		struct pending q = from->level[i];
		if (q.from < q.to) {
			uint32_t lo = node_find_message(q.node, in->lo, false);
			uint32_t hi = in->unbounded ? q.node->nbuf : node_find_message(q.node, in->hi, false);
			q.from = lo > q.from ? lo : q.from;
			q.to = hi < q.to ? hi : q.to;
			/* Disorder in a damaged node can find a limit on the wrong side. */
			if (q.from > q.to)
				q.from = q.to;
		}
		any |= q.from < q.to;
		p->level[i] = q;
	}
	return any;
}

void
merge_start(struct merge *m, const struct node *leaf, const struct path *path, const struct bounds *in)
{
	m->leaf = leaf;
	m->at = m->end = 0;
	if (leaf) {
		m->at = node_find_value(leaf, in->lo, false);
		m->end = in->unbounded ? leaf->nval : node_find_value(leaf, in->hi, false);
		/* Only what is truly inside may be given out, also when the node is out of order. */
		while (m->at < m->end && !in_range(in, node_value(leaf, m->at).key))
			m->at++;
	}
	m->plain = !path_narrow(&m->path, path, in);
	m->misapplied = NULL;
	m->cleared = NULL;
	m->arg = NULL;
	m->step = NULL;
	m->stopped = 0;
}

void
merge_observe(struct merge *m, uint64_t leaf_addr, gefs_step_fn step, void *arg)
{
	m->leaf_addr = leaf_addr;
	m->step = step;
	m->step_arg = arg;
	m->plain = false; /* values without messages are steps as well */
}

static void
complain(struct merge *m, const struct pending *p, const gefs_record *r, const char *why)
{
	m->problem = why;
	if (m->misapplied)
		m->misapplied(m->arg, p->addr, r, why);
}

/* Applies one message to the state of its key. */
static void
apply(struct merge *m, const struct pending *p, const gefs_record *r, bool *present, gefs_bytes *value)
{
	switch (r->op) {
	case GEFS_OP_INSERT:
		*present = true;
		*value = r->value;
		return;
	case GEFS_OP_DELETE:
		if (!*present)
			complain(m, p, r, "delete of a key that does not exist");
		*present = false;
		return;
	case GEFS_OP_CLEARB: /* legal for an absent key, but not liked by everyone: the listener decides */
		if (!*present)
			complain(m, p, r, "clear of data that does not exist");
		else if (m->cleared)
			m->cleared(m->arg, r->key, *value);
		*present = false;
		return;
	case GEFS_OP_CLOBBER:
		*present = false;
		return;
	case GEFS_OP_WSTAT:
	case GEFS_OP_RELINK:
	case GEFS_OP_REPREV:
	case GEFS_OP_REFER:
		if (!*present || value->n > sizeof m->buf) {
			complain(m, p, r, "change of a key that does not exist");
			return;
		}
		if (value->p != m->buf)
			memmove(m->buf, value->p, value->n);
		value->p = m->buf;
		const char *why = value_update(p->node->f, r->op, r->value, m->buf, value->n);
		if (why)
			complain(m, p, r, why);
		return;
	default:
		complain(m, p, r, "unknown operation");
	}
}

void
merge_skip_alike(struct merge *a, struct merge *b)
{
	if (!a->plain || !b->plain || !a->leaf || !b->leaf)
		return;
	uint32_t na = a->end - a->at, nb = b->end - b->at;
	uint32_t n = values_alike(a->leaf, a->at, b->leaf, b->at, na < nb ? na : nb);
	a->at += n;
	b->at += n;
}

/* The smallest key that is next in the leaf or in any buffer. */
static bool
next_key(const struct merge *m, gefs_bytes *key)
{
	bool any = m->at < m->end;
	if (any)
		*key = node_value(m->leaf, m->at).key;
	for (unsigned i = 0; i < m->path.depth; i++) {
		const struct pending *p = &m->path.level[i];
		if (p->from >= p->to)
			continue;
		gefs_bytes k = node_message(p->node, p->from).key;
		if (!any || bytes_cmp(k, *key) < 0)
			*key = k;
		any = true;
	}
	return any;
}

/* Where a record is, and the state after it. */
static void
observe(struct merge *m, uint64_t addr, uint32_t slot, const gefs_record *r, bool present, gefs_bytes value)
{
	gefs_step s = {.addr = addr, .slot = slot, .in_leaf = r->op == 0, .record = *r, .present = present};

	if (present)
		s.value = value;
	s.problem = m->problem;
	if (m->stopped == 0)
		m->stopped = m->step(m->step_arg, r->key, &s);
}

int
merge_next(struct merge *m, gefs_bytes *key, gefs_bytes *value)
{
	if (m->plain) {
		if (m->at == m->end)
			return 0;
		gefs_record r = node_value(m->leaf, m->at++);
		*key = r.key;
		*value = r.value;
		return 1;
	}
	while (m->stopped == 0 && next_key(m, key)) {
		bool present = false;
		m->problem = NULL;
		if (m->at < m->end) {
			gefs_record r = node_value(m->leaf, m->at);
			if (bytes_eq(r.key, *key)) {
				present = true;
				*value = r.value;
				if (m->step)
					observe(m, m->leaf_addr, m->at, &r, present, *value);
				m->at++;
			}
		}
		for (unsigned i = m->path.depth; i-- > 0;) { /* nearest to the leaf is oldest */
			struct pending *p = &m->path.level[i];
			while (p->from < p->to) {
				gefs_record r = node_message(p->node, p->from);
				if (!bytes_eq(r.key, *key))
					break;
				m->problem = NULL;
				apply(m, p, &r, &present, value);
				if (m->step)
					observe(m, p->addr, p->from, &r, present, *value);
				p->from++;
			}
		}
		if (m->step && m->stopped == 0)
			m->stopped = m->step(m->step_arg, *key, NULL);
		if (present)
			return 1;
	}
	return 0;
}
