/* One tree node (first byte: of which version): the validator, every accessor and the texts of its records. */
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
	if (r.op >= GEFS_OP_WSTAT && r.op <= GEFS_OP_REFER)
		value_update(n->f, r.op, r.value, value, r.op == GEFS_OP_WSTAT ? n->f->dirent_size : n->f->snap_size);
	node_find_value(n, r.key, false);
	node_find_message(n, r.key, true);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct format *const formats[] = {&format_gefs9, &format_gefs0001_le, &format_gefs0001_be};
	enum { HEAD = 64 };

	if (size < 1)
		return 0;
	const struct format *f = formats[data[0] % (sizeof formats / sizeof *formats)];
	struct gefs_image img = {.f = f};
	uint8_t *block = calloc(1, f->blksz); /* on the heap, so that a step beside it is seen */
	struct node n;
	gefs_ptr ptr;
	size_t found = 0;

	if (!block)
		return 0;
	data++;
	size--;
	/* The end of the input is the end of the block, where records are. */
	size_t head = size < HEAD ? size : HEAD, rest = size - head < f->blksz - HEAD ? size - head : f->blksz - HEAD;
	if (head)
		memcpy(block, data, head);
	if (rest)
		memcpy(block + f->blksz - rest, data + head, rest);
	node_parse(f, block, &n, report, &found);
	for (uint32_t i = 0; n.usable && i < n.nval; i++) {
		record(&img, &n, node_value(&n, i));
		node_child(&n, i, &ptr, NULL);
	}
	for (uint32_t i = 0; n.usable && i < n.nbuf; i++)
		record(&img, &n, node_message(&n, i));
	free(block);
	return 0;
}
