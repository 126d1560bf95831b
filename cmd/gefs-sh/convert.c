/* convert, hash */
#include "blockcheck.h"
#include "under.h"

static void
convert_json(struct shell *sh, uint64_t n, const gefs_arena *a)
{
	uint32_t size = gefs_block_size(sh->img);
	char hex[24];
	struct json j;

	snprintf(hex, sizeof hex, "0x%" PRIx64, n);
	json_begin(&j, stdout);
	json_uint(&j, "addr", n);
	json_string(&j, "hex", hex);
	json_uint(&j, "block", n / size);
	json_uint(&j, "offset_in_block", n % size);
	json_addr(&j, "arena", a ? a->index : GEFS_NIL);
	json_addr(&j, "offset_in_arena", a ? n - a->start : GEFS_NIL);
	json_bool(&j, "in_device", n < gefs_device_size(sh->img));
	json_end(&j);
}

static void
convert_text(struct shell *sh, uint64_t n, const gefs_arena *a)
{
	uint32_t size = gefs_block_size(sh->img);

	printf("0x%" PRIx64 " = %" PRIu64 ", blk:%" PRIu64, n, n, n / size);
	if (n % size)
		printf(" + 0x%" PRIx64, n % size);
	if (a)
		printf(", arena:%" PRIu32 "+0x%" PRIx64, a->index, n - a->start);
	else
		fputs(n < gefs_device_size(sh->img) ? ", in no arena's blocks" : ", outside the device", stdout);
	putchar('\n');
}

int
under_convert(struct shell *sh, const struct call *c)
{
	for (int i = 0; i < c->n; i++) {
		uint64_t n;
		if (!sh_address(sh, c->arg[i], &n))
			return EXIT_USAGE;
		(sh->json ? convert_json : convert_text)(sh, n, gefs_arena_of(sh->img, n));
	}
	return EXIT_DONE;
}

/* ---- hash ---- */

static void
hash_text(const struct block_check *b)
{
	const struct inner_hash *h = &b->inner;

	printf("0x%" PRIx64 ": hash of the block %016" PRIx64 "\n", b->addr, b->hash);
	if (h->of)
		printf("0x%" PRIx64 ": hash of its %s %016" PRIx64 ", it says %016" PRIx64 ": %s\n", b->addr, h->of,
		       h->computed, h->stored, h->computed == h->stored ? "good" : "wrong");
	block_check_text(b);
}

/* "body_hash", "superblock_hash_stored" */
static void
inner_json(struct json *j, const struct inner_hash *h)
{
	char key[40], text[24];

	snprintf(key, sizeof key, "%s_hash", h->of);
	snprintf(text, sizeof text, "%016" PRIx64, h->computed);
	json_string(j, key, text);
	snprintf(key, sizeof key, "%s_hash_stored", h->of);
	snprintf(text, sizeof text, "%016" PRIx64, h->stored);
	json_string(j, key, text);
	snprintf(key, sizeof key, "%s_hash_ok", h->of);
	json_bool(j, key, h->computed == h->stored);
}

static void
hash_json(const struct block_check *b)
{
	struct json j;

	json_begin(&j, stdout);
	block_check_json(b, &j);
	json_bool(&j, "compared", b->compared);
	if (b->inner.of)
		inner_json(&j, &b->inner);
	json_end(&j);
}

int
under_hash(struct shell *sh, const struct call *c)
{
	struct block_check b;
	uint64_t addr;

	if (!block_address(sh, c->arg[0], &addr))
		return EXIT_FAILED;
	int status = block_check(sh, addr, &b);
	if (b.read)
		(sh->json ? hash_json : hash_text)(&b);
	return status;
}
