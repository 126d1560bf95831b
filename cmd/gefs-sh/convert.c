/* convert, hash */
#include <stdlib.h>
#include <string.h>

#include "../views/view.h"
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

/* Logs and deadlists hold the hash of their body; of everything else, whoever refers to it holds that of the block. */
static bool
own_hash(struct shell *sh, const uint8_t *block, gefs_list_header *h)
{
	gefs_block_type type = gefs_block_classify(sh->img, block);

	if (type != GEFS_BLOCK_LOG && type != GEFS_BLOCK_DEADLIST)
		return false;
	gefs_block_list_header(sh->img, block, h);
	return h->has_hash;
}

static void
show_hash(struct shell *sh, uint64_t addr, const uint8_t *block)
{
	uint64_t hash = gefs_hash(sh->img, block, gefs_block_size(sh->img));
	gefs_list_header h;
	bool own = own_hash(sh, block, &h);
	char text[24];
	struct json j;

	if (!sh->json) {
		printf("0x%" PRIx64 ": hash of the block %016" PRIx64 "\n", addr, hash);
		if (own)
			printf("0x%" PRIx64 ": hash of its body %016" PRIx64 ", it says %016" PRIx64 ": %s\n", addr, h.computed,
			       h.hash, h.computed == h.hash ? "good" : "wrong");
		return;
	}
	json_begin(&j, stdout);
	json_uint(&j, "addr", addr);
	snprintf(text, sizeof text, "%016" PRIx64, hash);
	json_string(&j, "hash", text);
	if (own) {
		snprintf(text, sizeof text, "%016" PRIx64, h.computed);
		json_string(&j, "body_hash", text);
		json_bool(&j, "body_hash_ok", h.computed == h.hash);
	}
	json_end(&j);
}

int
under_hash(struct shell *sh, const struct call *c)
{
	uint8_t *block = malloc(gefs_block_size(sh->img));
	int status = EXIT_DONE;
	uint64_t addr;
	gefs_error e;

	if (!block) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	if (!block_address(sh, c->arg[0], &addr))
		status = EXIT_FAILED;
	else if (gefs_block_read(sh->img, addr, block, &e) < 0)
		status = failed(&e);
	else
		show_hash(sh, addr, block);
	free(block);
	return status;
}
