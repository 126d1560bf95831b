#include "sparse.h"

#include <stdlib.h>

/* FUZZ_PACK: the file that scripts/fuzz-pack made. */
__asm__(".section .rodata\n"
	".balign 16\n"
	"fuzz_pack:\n"
	".incbin \"" FUZZ_PACK "\"\n"
	".text\n");
extern const uint8_t fuzz_pack[] __asm__("fuzz_pack");

enum { MAX_IMAGES = 16, ITEM = 8 + BLOCK };

static struct sparse images[MAX_IMAGES];

uint64_t
sparse_addr(const struct sparse *s, size_t i)
{
	return be64(s->packed + i * ITEM);
}

/* The index of the block at addr, or s->n. */
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
block(struct store *store, uint64_t addr)
{
	struct sparse *s = (struct sparse *)store;
	size_t i = find(s, addr);
	if (i == s->n)
		return NULL;
	s->touched[i] = 1;
	return s->data + i * BLOCK;
}

static void
load(struct sparse *s, const uint8_t *p)
{
	s->store.size = be64(p);
	s->store.block = block;
	s->n = be64(p + 8);
	s->packed = p + 16;
	s->data = malloc(s->n * BLOCK);
	s->touched = malloc(s->n);
	s->marks = calloc(s->store.size / BLOCK, 1);
	if (!s->data || !s->touched || !s->marks)
		abort();
	memset(s->touched, 1, s->n);
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
			memcpy(s->data + i * BLOCK, s->packed + i * ITEM + 8, BLOCK);
		s->touched[i] = 0;
	}
	return s;
}

struct sparse_disk {
	struct disk disk;
	struct sparse *s;
};

static int64_t
sparse_pread(struct disk *d, void *buf, size_t len, uint64_t off)
{
	struct sparse *s = ((struct sparse_disk *)d)->s;
	uint64_t in = off % BLOCK;
	size_t i = find(s, off - in);

	if (off >= d->size)
		return 0;
	if (len > BLOCK - in)
		len = (size_t)(BLOCK - in);
	if (len > d->size - off)
		len = (size_t)(d->size - off);
	if (i < s->n)
		memcpy(buf, s->data + i * BLOCK + in, len);
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
