/* The users file: names, leaders and members are replaced, comments and what no reader sees are blotted out. Numbers stay.
 * docs/format.md section 18. */
#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"
#include "fs/files.h"
#include "fs/users.h"
#include "hide/hide.h"

static int
take_block(void *arg, const gefs_extent *x)
{
	struct hide *h = arg;
	struct users_text *t = &h->text;
	struct users_block b = {x->ptr.addr, x->ptr.hash, x->ptr.hash, x->offset};

	if (!x->data)
		return gefs_fail(h->e, x->error->code, x->error->addr, "the users file: %s", x->error->text);
	memcpy(t->text + x->offset, x->data, x->len);
	return vec_push(t->block, t->n, t->cap, b) ? 0 : gefs_fail_memory(h->e);
}

/* Calls fn for each name of a line "id:name:leader:member,member". */
static int
line_names(struct hide *h, uint8_t *p, size_t n, int (*fn)(struct hide *, uint8_t *, size_t))
{
	uint8_t *name = memchr(p, ':', n), *end = p + n;
	int fields = 0, rc = 0;

	if (!name)
		return 0;
	for (name++; rc == 0 && name <= end; name++) {
		uint8_t *stop = name;
		while (stop < end && *stop != ',' && !(*stop == ':' && fields < 2))
			stop++;
		if (stop > name)
			rc = fn(h, name, (size_t)(stop - name));
		fields += stop < end && *stop == ':';
		name = stop;
	}
	return rc;
}

static int
add_name(struct hide *h, uint8_t *p, size_t n)
{
	return nameset_add(&h->users, (gefs_bytes){p, n}, false) ? 0 : gefs_fail_memory(h->e);
}

static int
replace_name(struct hide *h, uint8_t *p, size_t n)
{
	nameset_replace(&h->users, p, n);
	return 0;
}

static int
each_line(struct hide *h, int (*fn)(struct hide *, uint8_t *, size_t))
{
	uint8_t *p = h->text.text, *end = p + h->text.len, *nl;
	int rc = 0;

	for (; rc == 0 && p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl || *p == '#') {
			memset(p, '#', (size_t)((nl ? nl : end) - p));
			nl = nl ? nl : end;
		} else {
			rc = line_names(h, p, (size_t)(nl - p), fn);
		}
	}
	return rc;
}

/* These three mean something to servers. */
static bool
add_fixed(struct nameset *s)
{
	static const char *const fixed[] = {"adm", "none", "nogroup"};
	bool ok = true;

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		ok &= nameset_add(s, (gefs_bytes){(const uint8_t *)fixed[i], strlen(fixed[i])}, true);
	return ok;
}

int
hide_users(struct hide *h)
{
	const struct format *f = h->f;
	uint8_t storage[KEY_MAX];
	gefs_dirent d;
	gefs_tree t;
	gefs_error why;

	/* Its absence is an error where it must be there. */
	if (gefs_tree_find(h->img, f->users.label, &t, &why) < 0 ||
	    gefs_file_find(h->img, &t, f->users.path, &d, storage, &why) < 0 || d.is_dir || d.length >= USERS_MAX)
		return 0;
	if (!(h->text.text = calloc(1, (size_t)d.length + 1)))
		return gefs_fail_memory(h->e);
	h->text.len = (size_t)d.length;
	int rc = gefs_file_read(h->img, &t, &d, 0, d.length, take_block, h, h->e);
	if (rc != 0 || !h->names)
		return rc;
	return add_fixed(&h->users) ? each_line(h, add_name) : gefs_fail_memory(h->e);
}

void
hide_users_text(struct hide *h)
{
	uint8_t block[65536];

	if (h->names)
		each_line(h, replace_name);
	for (size_t i = 0; i < h->text.n; i++) {
		hide_users_fill(h, &h->text.block[i], block);
		h->text.block[i].new = h->f->hash(block, h->f->blksz);
	}
}

const struct users_block *
hide_users_block(const struct hide *h, uint64_t addr)
{
	for (size_t i = 0; i < h->text.n; i++)
		if (h->text.block[i].addr == addr)
			return &h->text.block[i];
	return NULL;
}

void
hide_users_fill(const struct hide *h, const struct users_block *u, uint8_t *block)
{
	size_t left = h->text.len - (size_t)u->offset, n = left < h->f->blksz ? left : h->f->blksz;

	memcpy(block, h->text.text + u->offset, n);
	memset(block + n, 0, h->f->blksz - n);
}
