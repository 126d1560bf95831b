/* One tree node: the validator, every accessor and the texts of its records. */
#include "format/node.h"

#include <stdlib.h>

#include "image.h"
#include "support/explore.h"

static void
report(void *arg, enum node_problem what, int slot, bool message, const char *text)
{
	size_t *n = arg;
	*n += (size_t)what + (size_t)slot + message + strlen(text);
}

static void
record(const gefs_image *img, const struct node *n, gefs_record r)
{
	struct key k;
	gefs_dirent d;
	gefs_snap sn;
	uint8_t value[512] = {0};

	explore_record(img, &r);
	dirent_decode(n->f, r.value, &d);
	snap_decode(n->f, r.value, &sn);
	if (!key_decode(n->f, r.key, &k))
		value_check(n->f, &k, r.value);
	if (r.op >= GEFS_OP_WSTAT && r.op <= GEFS_OP_REPREV)
		value_update(n->f, r.op, r.value, value, r.op == GEFS_OP_WSTAT ? 61 : 72);
	node_find_value(n, r.key, false);
	node_find_message(n, r.key, true);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gefs_image img = {.f = &format_gefs9};
	uint8_t *block = calloc(1, 16384); /* on the heap, so that a step beside it is seen */
	struct node n;
	gefs_ptr ptr;
	size_t found = 0;

	if (!block)
		return 0;
	/* The end of the input is the end of the block, where records are. */
	size_t head = size < 64 ? size : 64, rest = size - head < 16384 - 64 ? size - head : 16384 - 64;
	if (head)
		memcpy(block, data, head);
	if (rest)
		memcpy(block + 16384 - rest, data + head, rest);
	node_parse(&format_gefs9, block, &n, report, &found);
	for (uint32_t i = 0; n.usable && i < n.nval; i++) {
		record(&img, &n, node_value(&n, i));
		node_child(&n, i, &ptr, NULL);
	}
	for (uint32_t i = 0; n.usable && i < n.nbuf; i++)
		record(&img, &n, node_message(&n, i));
	free(block);
	return 0;
}
