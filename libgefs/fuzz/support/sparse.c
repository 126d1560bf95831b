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

static uint8_t *
at(struct store *store, uint64_t addr, size_t n)
{
	struct sparse *s = (struct sparse *)store;
	uint64_t in = addr % UNIT;
	size_t i = find(s, addr - in);
	if (i == s->n || in + n > UNIT)
		return NULL;
	s->touched[i] = 1;
	return s->data + i * UNIT + in;
}

static void
load(struct sparse *s, const uint8_t *p)
{
	s->store.size = be64(p);
	s->store.at = at;
	s->n = be64(p + 8);
	s->packed = p + 16;
	s->data = malloc(s->n * UNIT);
	s->touched = calloc(s->n, 1);
	for (size_t i = 0; s->data && i < s->n; i++)
		memcpy(s->data + i * UNIT, s->packed + i * ITEM + 8, UNIT);
	if (!s->data || !s->touched || !store_detect(&s->store))
		abort();
	s->marks = calloc(store_blocks(&s->store), 1);
	if (!s->marks)
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
	if (!s->data)
		load(s, p);
	for (size_t i = 0; i < s->n; i++) {
		if (s->touched[i])
			memcpy(s->data + i * UNIT, s->packed + i * ITEM + 8, UNIT);
		s->touched[i] = 0;
	}
	s->fill = false;
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
sparse_write(struct sparse *s, uint64_t addr, uint32_t at_byte, const uint8_t *bytes, size_t n)
{
	const struct format *f = &s->store.format;
	uint8_t *b = store_block(&s->store, addr);

	if (!b)
		return;
	gefs_block_type type = f->classify(f, b);
	bool body = type == GEFS_BLOCK_LOG || type == GEFS_BLOCK_DEADLIST;
	if (n > f->blksz - at_byte)
		n = f->blksz - at_byte;
	if (n)
		memcpy(b + at_byte, bytes, n);
	s->marks[addr / f->blksz] |= MARK_CHANGED | (body ? MARK_BODY : 0);
}

struct sparse_disk {
	struct disk disk;
	struct sparse *s;
};

static int64_t
sparse_pread(struct disk *d, void *buf, size_t len, uint64_t off)
{
	struct sparse *s = ((struct sparse_disk *)d)->s;
	uint64_t in = off % UNIT;
	size_t i = find(s, off - in);

	if (off >= d->size)
		return 0;
	if (len > UNIT - in)
		len = (size_t)(UNIT - in);
	if (len > d->size - off)
		len = (size_t)(d->size - off);
	if (i < s->n)
		memcpy(buf, s->data + i * UNIT + in, len);
	else
		memset(buf, 0, len);
	return (int64_t)len;
}

static void
sparse_close(struct disk *d)
{
	free(d);
}

struct disk *
sparse_disk(struct sparse *s)
{
	static const struct disk_ops ops = {.pread = sparse_pread, .close = sparse_close};
	struct sparse_disk *d = calloc(1, sizeof *d);
	if (!d)
		abort();
	d->disk.ops = &ops;
	d->disk.size = s->store.size;
	d->s = s;
	return &d->disk;
}

void
explore_store(struct sparse *s, int super)
{
	gefs_options o = {.super = super, .jobs = 1};

	if (!s)
		return;
	rehash(&s->store, s->marks, s->fill);
	gefs_image *img = image_open_disk(sparse_disk(s), &o, "fuzzed image", NULL);
	if (img)
		explore(img);
	gefs_close(img);
}
