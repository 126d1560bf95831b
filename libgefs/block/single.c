/* Single blocks by their bytes alone, for whoever looks at what nothing sound leads to. */
#include <inttypes.h>

#include "base/error.h"
#include "image.h"

static const char *
decode(const struct format *f, const uint8_t *b, struct log_header *h, uint32_t *body)
{
	bool log = f->classify(f, b) == GEFS_BLOCK_LOG;
	*body = log ? f->log_header : f->dead_header;
	return log ? f->log_decode(f, b, h) : f->dead_decode(f, b, h);
}

/* What may be looked at, whatever the header says. */
static uint32_t
room(const struct format *f, uint32_t body, uint32_t size)
{
	return size < f->blksz - body ? size : f->blksz - body;
}

void
gefs_block_list_header(const gefs_image *img, const void *buf, gefs_list_header *out)
{
	const struct format *f = img->f;
	struct log_header h;
	uint32_t body;

	*out = (gefs_list_header){.problem = decode(f, buf, &h, &body)};
	out->size = h.size;
	out->has_hash = h.covered > 0 || !f->dead_hash_in_pointer;
	out->hash = h.hash;
	out->computed = f->hash((const uint8_t *)buf + body, room(f, body, h.covered));
	out->next = h.next.addr;
}

int
gefs_block_log(const gefs_image *img, uint64_t addr, const void *buf, gefs_log_fn fn, void *arg, gefs_error *e)
{
	const struct format *f = img->f;
	struct log_header h;
	uint32_t body, size, n;
	int rc = 0;

	decode(f, buf, &h, &body);
	size = room(f, body, h.size);
	for (uint32_t at = 0; rc == 0 && at + 8 <= size; at += n) {
		gefs_log_entry le = {.block = addr};
		const char *why = NULL;
		n = f->log_entry(f, (const uint8_t *)buf + body, size, at, &le, &why);
		if (n == 0)
			return gefs_fail(e, GEFS_EDAMAGE, addr, "log block 0x%" PRIx64 " offset %u: %s (word 0x%016" PRIx64 ")",
					 addr, at, why, get64(f, (const uint8_t *)buf + body + at));
		le.name = gefs_log_op_name(le.op);
		rc = fn(arg, &le);
	}
	return rc;
}

int
gefs_block_dead(const gefs_image *img, uint64_t addr, const void *buf, gefs_dead_entry_fn fn, void *arg, gefs_error *e)
{
	const struct format *f = img->f;
	struct log_header h;
	uint32_t body, size, n;
	int rc = 0;

	decode(f, buf, &h, &body);
	size = room(f, body, h.size);
	for (uint32_t at = 0; rc == 0 && at + 8 <= size; at += n) {
		gefs_dead_entry d;
		const char *why = NULL;
		n = f->dead_entry(f, (const uint8_t *)buf + body, size, at, &d, &why);
		if (n == 0)
			return gefs_fail(e, GEFS_EDAMAGE, addr, "deadlist block 0x%" PRIx64 " offset %u: %s", addr, at, why);
		rc = fn(arg, &d);
		if (d.kind == GEFS_DEAD_CHAIN || d.kind == GEFS_DEAD_END)
			break;
	}
	return rc;
}

const char *
gefs_dead_kind_name(gefs_dead_kind k)
{
	static const char *const names[] = {"kill", "graft", "chain", "end"};
	return k <= GEFS_DEAD_END ? names[k] : "?";
}

bool
gefs_block_super(const gefs_image *img, const void *buf, gefs_super *sb)
{
	return img->f->super_decode(img->f, buf, sb);
}

bool
gefs_block_arena(const gefs_image *img, const void *buf, uint64_t *log_head, uint64_t *size, uint64_t *used)
{
	struct arena_header h;
	bool is = img->f->arena_decode(img->f, buf, &h);
	*log_head = h.log_head;
	*size = h.size;
	*used = h.used;
	return is;
}

int
gefs_block_read(gefs_image *img, uint64_t addr, void *buf, gefs_error *e)
{
	if (addr % img->f->blksz)
		return gefs_fail(e, GEFS_EINVAL, addr, "address 0x%" PRIx64 " is not a multiple of the block size (%u)", addr,
				 img->f->blksz);
	return image_read(img, buf, img->f->blksz, addr, e);
}

gefs_block_type
gefs_block_classify(const gefs_image *img, const void *buf)
{
	return img->f->classify(img->f, buf);
}

size_t
gefs_key_prefix(const gefs_image *img, gefs_key_kind kind, bool has_number, uint64_t number, uint8_t buf[GEFS_KEY_MAX])
{
	size_t n = key_prefix(img->f, (enum key_type)kind, number, buf);
	return n && !has_number ? 1 : n;
}
