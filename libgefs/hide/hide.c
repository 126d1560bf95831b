/* Planning: names first, then what takes their place, then hashes from the leaves up. */
#include "hide/hide.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "check/sound.h"

/* What has errors cannot be followed to every name. */
static int
check_source(struct hide *h)
{
	if (!h->f->root_rehash || !format_has(h->f, GEFS_HAS_TREES) || format_has(h->f, GEFS_HAS_INFERENCES))
		return gefs_fail(h->e, GEFS_EFORMAT, GEFS_NIL,
				 "of this version (%s) only the block layer is known: nothing in blocks can be cleared or replaced",
				 h->f->name);
	return check_sound(h->img, h->progress, h->progress_arg, h->e);
}

/* Names by which servers and tools find things. */
static bool
add_fixed(struct hide *h)
{
	static const char *const labels[] = {"adm", "empty", "main"};
	bool ok = true;

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		ok &= nameset_add(&h->labels, (gefs_bytes){(const uint8_t *)labels[i], strlen(labels[i])}, true);
	for (const char *p = h->f->users.path; *p;) { /* of the users file */
		size_t n = strcspn(++p, "/");
		ok &= nameset_add(&h->files, (gefs_bytes){(const uint8_t *)p, n}, true);
		p += n;
	}
	return ok;
}

static int
assign(struct hide *h)
{
	uint32_t n = 0;

	if (nameset_assign(&h->files, true, "./", &n) && nameset_assign(&h->labels, false, "/", &n) &&
	    nameset_assign(&h->users, true, ":,#", &n))
		return 0;
	return gefs_fail(h->e, GEFS_EINVAL, GEFS_NIL,
			 "there are too many names of %" PRIu32 " bytes to replace them in their order", n);
}

static int
hash_blocks(struct hide *h)
{
	uint8_t *block = malloc(h->f->blksz);
	int rc = block ? 0 : gefs_fail_memory(h->e);

	for (size_t i = 0; rc == 0 && i < h->n; i++) {
		struct hidden *x = &h->v[i];
		if (i % 1024 == 0 && h->progress &&
		    h->progress(h->progress_arg, "hashing metadata", i * h->f->blksz, h->n * h->f->blksz))
			rc = gefs_fail(h->e, GEFS_ECANCEL, GEFS_NIL, "interrupted");
		if (rc == 0)
			rc = image_read(h->img, block, h->f->blksz, x->addr, h->e);
		if (rc == 0) {
			hide_block(h, x->addr, block);
			x->new = h->f->hash(block, h->f->blksz);
		}
	}
	free(block);
	return rc;
}

int
hide_plan(struct hide *h, gefs_image *img, bool names, const gefs_options *o, gefs_error *e)
{
	*h = (struct hide){.img = img, .f = img->f, .names = names, .e = e};
	if (o) {
		h->progress = o->progress;
		h->progress_arg = o->progress_arg;
	}
	if (check_source(h) < 0)
		return -1;
	h->number = ledger_new(image_blocks(img), img->f->blksz);
	if (!h->number || (names && !add_fixed(h)))
		return gefs_fail_memory(e);
	int rc = hide_collect(h);
	if (rc == 0)
		rc = hide_users(h);
	if (rc == 0)
		rc = assign(h);
	if (rc != 0)
		return rc;
	hide_users_text(h);
	return hash_blocks(h);
}

static uint64_t
replaced(const struct nameset *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += !s->v[i].stays;
	return n;
}

uint64_t
hide_names(const struct hide *h)
{
	return replaced(&h->files) + replaced(&h->labels) + replaced(&h->users);
}

void
hide_free(struct hide *h)
{
	nameset_free(&h->files);
	nameset_free(&h->labels);
	nameset_free(&h->users);
	ledger_free(h->number);
	free(h->v);
	free(h->text.text);
	free(h->text.block);
}

/* Root data; an arena header may be something else, which a hash elsewhere covers: that stays. */
static void
hide_root(const struct hide *h, uint8_t *block)
{
	gefs_super s;

	if (!h->f->super_decode(h->f, block, &s))
		return;
	if (s.hash == s.computed)
		h->f->root_rehash(h->f, block, hide_hash(h, s.snap_root.addr, s.snap_root.hash));
	else
		memset(block, 0, h->f->blksz);
}

void
hide_block(const struct hide *h, uint64_t addr, uint8_t *block)
{
	const struct users_block *u = hide_users_block(h, addr);
	gefs_block_type type = h->f->classify(h->f, block);

	if (u)
		hide_users_fill(h, u, block);
	else if (type == GEFS_BLOCK_DEADLIST && (hide_knows(h, addr) || !h->f->dead_hash_in_pointer))
		hide_dead(h, block);
	else if (hide_knows(h, addr))
		hide_node(h, block);
	else if (type == GEFS_BLOCK_LOG)
		hide_log(h, block);
	else if (type == GEFS_BLOCK_SUPER || type == GEFS_BLOCK_ARENA)
		hide_root(h, block);
	else
		memset(block, 0, h->f->blksz);
}
