#include "sparse.h"

#include <stdlib.h>

#include "explore.h"
#include "image.h"

/* FUZZ_PACK: the file that scripts/fuzz-pack made. */
__asm__(".section .rodata\n"
	".balign 16\n"
	"fuzz_pack:\n"
	".incbin \"" FUZZ_PACK "\"\n"
	".text\n");
extern const uint8_t fuzz_pack[] __asm__("fuzz_pack");

enum { MAX_IMAGES = 16, ITEM = 8 + UNIT };

static struct sparse images[MAX_IMAGES];

uint64_t
sparse_addr(const struct sparse *s, size_t i)
{
	return be64(s->packed + i * ITEM);
}

/* The index of the unit at addr, or s->n. */
static size_t
find(const struct sparse *s, uint64_t addr)
{
	size_t lo = 0, hi = s->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (sparse_addr(s, mid) < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && sparse_addr(s, lo) == addr ? lo : s->n;
}

struct sparse_disk {
	struct disk disk;
	const struct sparse *s;
};

static int64_t
sparse_pread(struct disk *d, void *buf, size_t len, uint64_t off)
{
	const struct sparse *s = ((struct sparse_disk *)d)->s;
	uint64_t in = off % UNIT;
	size_t i = find(s, off - in);

	if (off >= d->size)
		return 0;
	if (len > UNIT - in)
		len = (size_t)(UNIT - in);
	if (len > d->size - off)
		len = (size_t)(d->size - off);
	if (i < s->n)
		memcpy(buf, s->packed + i * ITEM + 8 + in, len);
	else
		memset(buf, 0, len);
	return (int64_t)len;
}

static void
sparse_close(struct disk *d)
{
	free(d);
}

static struct disk *
sparse_disk(const struct sparse *s)
{
	static const struct disk_ops ops = {.pread = sparse_pread, .close = sparse_close};
	struct sparse_disk *d = calloc(1, sizeof *d);
	if (!d)
		abort();
	d->disk.ops = &ops;
	d->disk.size = s->size;
	d->s = s;
	return &d->disk;
}

static void
load(struct sparse *s, const uint8_t *p)
{
	const gefs_options o = {.super = -1, .jobs = 1};

	s->size = be64(p);
	s->n = be64(p + 8);
	s->packed = p + 16;
	s->img = image_open_disk(sparse_disk(s), &o, "base image", NULL);
	if (!s->img)
		abort();
}

struct sparse *
sparse_use(unsigned which)
{
	uint64_t count = be64(fuzz_pack);
	const uint8_t *p = fuzz_pack + 8;

	which %= (unsigned)count;
	for (unsigned i = 0; i < which; i++)
		p += 16 + be64(p + 8) * ITEM;
	struct sparse *s = &images[which % MAX_IMAGES];
	if (!s->img)
		load(s, p);
	gefs_edit_end(s->edit);
	s->edit = gefs_edit_begin(s->img, NULL);
	if (!s->edit)
		abort();
	s->wrong = false;
	return s;
}

struct sparse *
sparse_choose(const uint8_t **data, size_t *size)
{
	if (*size == 0)
		return NULL;
	++*data;
	--*size;
	return sparse_use((*data)[-1]);
}

void
sparse_write(struct sparse *s, uint64_t addr, uint32_t at, const uint8_t *bytes, size_t n)
{
	const struct format *f = s->img->f;
	uint8_t block[GEFS_BLOCK_MAX];
	gefs_field field;

	if (edit_read(s->edit, addr, block, NULL) < 0)
		return;
	gefs_block_type type = f->classify(f, block);
	edit_structure(s->edit,
		       type == GEFS_BLOCK_LOG	     ? GEFS_IN_LOG
		       : type == GEFS_BLOCK_DEADLIST ? GEFS_IN_DEADLIST
						     : GEFS_IN_BLOCK,
		       addr, &field);
	field.form = GEFS_FORM_BYTES;
	field.offset = at;
	gefs_edit_set_bytes(s->edit, &field, bytes, n < f->blksz - at ? n : f->blksz - at, NULL);
}

void
explore_sparse(struct sparse *s, int super)
{
	const gefs_options o = {.super = super, .jobs = 1};

	if (!s)
		return;
	if (!s->wrong)
		gefs_edit_rehash(s->edit, NULL);
	gefs_image *view = gefs_edit_view(s->edit, &o, NULL);
	if (view)
		explore(view);
	gefs_close(view);
}
