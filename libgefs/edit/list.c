/* Logs and deadlists. */
#include "base/error.h"
#include "edit/edit.h"

struct list_shape
list_shape(const gefs_edit *ed, bool dead, const uint8_t *b)
{
	const struct format *f = ed->f;
	const struct layout *l = ed->layout;
	struct list_shape s = {.header = dead ? f->dead_header : f->log_header,
			       .space = dead ? f->dead_space : f->log_space,
			       .hash_at = dead ? l->dead_hash : l->log_hash,
			       .size_at = dead ? l->dead_size : l->log_size};
	struct log_header h;

	dead ? f->dead_decode(f, b, &h) : f->log_decode(f, b, &h);
	s.size = h.size < s.space ? h.size : s.space;
	s.size -= s.size % 8;
	s.covered = h.covered < s.space ? h.covered : s.space;
	return s;
}

uint32_t
list_log_end(const struct format *f, const uint8_t *b, const struct list_shape *s)
{
	uint32_t found = s->size;
	gefs_log_entry entry;
	const char *why;

	for (uint32_t at = 0, n; at < s->size; at += n) {
		n = f->log_entry(f, b + s->header, s->size, at, &entry, &why);
		if (n == 0)
			break;
		if (entry.op == GEFS_LOG_SYNC || entry.op == GEFS_LOG_END || entry.op == GEFS_LOG_CHAIN)
			found = at;
	}
	return found;
}

static uint32_t
dead_end(const struct format *f, const uint8_t *b, const struct list_shape *s)
{
	gefs_dead_entry entry;
	const char *why;
	uint32_t at, n;

	/* No entry is longer than two words. */
	for (at = 0; at + (s->size_at ? 8 : 16) <= s->size; at += n) {
		n = f->dead_entry(f, b + s->header, s->size, at, &entry, &why);
		if (n == 0 || entry.kind == GEFS_DEAD_END || entry.kind == GEFS_DEAD_CHAIN)
			break;
	}
	return at;
}

/* Puts the words of the entry at *p to w; 0 when it is none. */
static size_t
parse_entry(const char *const *names, size_t n, const char **p, uint64_t w[2])
{
	size_t op = 0;

	for (size_t i = 0; i < n; i++)
		if (*names[i] && strncmp(*p, names[i], strlen(names[i])) == 0)
			op = i;
	if (strncmp(*p, names[op], strlen(names[op])) == 0)
		*p += strlen(names[op]);
	if (!text_number(p, &w[0]))
		return 0;
	w[0] = strcmp(names[op], "sync:") == 0 ? w[0] << 8 | op : w[0] | op;
	if (**p != ':')
		return 1;
	++*p;
	return text_number(p, &w[1]) ? 2 : 0;
}

/* The words of all entries, in the byte order of the version. Returns their bytes, -1 when some entry is none. */
static int
parse_entries(const gefs_edit *ed, bool dead, const char *text, uint8_t *out, size_t room, gefs_error *e)
{
	const struct layout *l = ed->layout;
	const char *p = text;
	size_t size = 0;
	uint64_t w[2];

	while (*p) {
		const char *entry = p;
		size_t n = dead ? parse_entry(l->dead_ops, l->ndead_ops, &p, w)
				: parse_entry(l->log_ops, l->nlog_ops, &p, w);
		if (n == 0 || (*p && *p != ','))
			return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "\"%.*s\" is no entry of a %s of this version",
					 (int)strcspn(entry, ","), entry, dead ? "deadlist" : "log");
		if (size + 8 * n > room)
			return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "the entries do not fit into a block");
		for (size_t i = 0; i < n; i++, size += 8)
			put64(ed->f, out + size, w[i]);
		p += *p == ',';
	}
	return (int)size;
}

int
gefs_edit_append(gefs_edit *ed, const gefs_field *list, const char *entries, gefs_error *e)
{
	bool dead = list->structure == GEFS_IN_DEADLIST;
	uint8_t words[GEFS_BLOCK_MAX];

	if (!edit_is_list(list->structure))
		return gefs_fail(e, GEFS_EINVAL, list->addr[0],
				 "entries are appended to log and deadlist blocks, not to %s",
				 gefs_structure_name(list->structure));
	struct change *c = edit_touch(ed, list->addr[0], e);
	if (!c)
		return -1;
	uint8_t *b = c->after;
	struct list_shape s = list_shape(ed, dead, b);
	uint32_t at = dead ? dead_end(ed->f, b, &s) : list_log_end(ed->f, b, &s);
	int n = parse_entries(ed, dead, entries, words, s.space, e);
	if (n < 0)
		return -1;
	/* Where no number says how long the list is, what lies past its end makes room. */
	uint32_t end = s.size_at ? s.size : s.space;
	if (at + (uint32_t)n > s.space || (s.size_at && end + (uint32_t)n > s.space))
		return gefs_fail(e, GEFS_EINVAL, c->addr, "the block has no room for %d bytes of entries", n);
	uint32_t rest = s.size_at ? end - at : s.space - at - (uint32_t)n;
	uint8_t *body = b + s.header + at;
	memmove(body + n, body, rest);
	memcpy(body, words, (size_t)n);
	if (s.size_at)
		number_put(ed->f, b + s.size_at, 2, s.size + (uint32_t)n);
	c->marks |= MARK_CHANGED | MARK_LIST;
	return 0;
}
