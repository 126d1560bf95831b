/* gefs-dump block: decoding by hand what no tree leads to; see docs/format.md sections 7 to 10. */
#include <stdlib.h>
#include <string.h>

#include "dump.h"

enum { LOG_HEADER = 36 };

static uint64_t
be(const uint8_t *p, int n)
{
	uint64_t v = 0;
	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

static void
show_node(struct dump *d, uint64_t addr, const uint8_t *block, struct json *j)
{
	gefs_error e;
	gefs_node *n = gefs_node_open_unverified(d->img, addr, &e);

	if (!n) {
		damage_tell(&e);
		if (!j)
			hex_dump(block, gefs_block_size(d->img), addr);
		return;
	}
	if (j) {
		json_uint(j, "fill", gefs_node_fill(n));
		json_array(j, gefs_node_is_leaf(n) ? "records" : "children");
	} else {
		printf("%" PRIu32 " %s, %" PRIu32 " messages, %" PRIu32 " bytes\n", gefs_node_count(n),
		       gefs_node_is_leaf(n) ? "records" : "children", gefs_node_messages(n), gefs_node_fill(n));
	}
	for (uint32_t i = 0; i < gefs_node_count(n) + gefs_node_messages(n); i++) {
		uint32_t m = i - gefs_node_count(n);
		bool value = i < gefs_node_count(n);
		gefs_record r = value ? gefs_node_value(n, i) : gefs_node_message(n, m);
		if (j && m == 0) {
			json_array_end(j);
			json_array(j, "messages");
		}
		if (j)
			json_record(j, d, NULL, &r);
		else
			print_record(d, &r, 2, value ? i : m);
	}
	if (j)
		json_array_end(j);
	gefs_node_close(n);
}

/* One entry of a log at p; its length in bytes, 8 also for junk. */
static uint32_t
log_entry(const uint8_t *p, uint32_t left, uint32_t at)
{
	static const char *const names[] = {"?", "alloc1", "free1", "sync", "alloc", "free"};
	uint64_t word = be(p, 8);
	unsigned op = word & 0xff;

	printf("  %5" PRIu32 " %-6s  ", at, op <= 5 ? names[op] : "?");
	if (op == GEFS_LOG_SYNC)
		printf("generation %" PRIu64 "\n", word >> 8);
	else if ((op == GEFS_LOG_ALLOC || op == GEFS_LOG_FREE) && left >= 16)
		printf("0x%" PRIx64 " +0x%" PRIx64 "\n", word & ~UINT64_C(0xff), be(p + 8, 8));
	else if (op == GEFS_LOG_ALLOC1 || op == GEFS_LOG_FREE1)
		printf("0x%" PRIx64 "\n", word & ~UINT64_C(0xff));
	else
		printf("%016" PRIx64 "\n", word);
	return (op == GEFS_LOG_ALLOC || op == GEFS_LOG_FREE) && left >= 16 ? 16 : 8;
}

static void
show_list(struct dump *d, const uint8_t *block, bool log, struct json *j)
{
	uint32_t size = (uint32_t)be(block + 2, 2), room = gefs_block_size(d->img) - LOG_HEADER;
	uint32_t used = size < room ? size : room;
	uint64_t computed = gefs_hash(d->img, block + LOG_HEADER, used), stored = be(block + 4, 8);
	char next[24];

	if (j) {
		json_uint(j, "logsz", size);
		json_bool(j, "hash_ok", stored == computed && size <= room);
		json_addr(j, "next", be(block + 12, 8));
		json_array(j, log ? "words" : "dead");
	} else {
		printf("%" PRIu32 " bytes%s, next %s, hash %016" PRIx64 " %s\n", size, size > room ? " (too many)" : "",
		       addr_text(be(block + 12, 8), next), stored, stored == computed ? "good" : "wrong");
	}
	for (uint32_t at = 0; at + 8 <= used;) {
		const uint8_t *p = block + LOG_HEADER + at;
		uint32_t step = 8;
		if (j)
			json_uint(j, NULL, be(p, 8));
		else if (log)
			step = log_entry(p, used - at, at);
		else
			printf("  0x%" PRIx64 "\n", be(p, 8));
		at += step;
	}
	if (j)
		json_array_end(j);
}

static void
show_arena(const uint8_t *block, struct json *j)
{
	uint64_t head = be(block + 2, 8), size = be(block + 18, 8), used = be(block + 26, 8);
	char a[24], s[32], u[32];

	if (j) {
		json_addr(j, "log_head", head);
		json_uint(j, "size", size);
		json_uint(j, "used", used);
	} else {
		printf("log at %s, size 0x%" PRIx64 " (%s), used 0x%" PRIx64 " (%s)\n", addr_text(head, a), size,
		       human_size(size, s), used, human_size(used, u));
	}
}

static void
show_super(const uint8_t *block, struct json *j)
{
	static const struct {
		const char *name;
		int at, size;
	} field[] = {{"blksz", 8, 4},	 {"bufspc", 12, 4},  {"narena", 16, 4},	 {"snap_height", 20, 4}, {"snap_root", 24, 8},
		     {"flag", 72, 8}, {"nextqid", 80, 8}, {"nextgen", 88, 8}, {"qgen", 96, 8}};

	if (!j)
		printf("a superblock; `gefs-dump super` compares both copies\n");
	for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
		uint64_t v = be(block + field[i].at, field[i].size);
		if (j)
			json_addr(j, field[i].name, v);
		else
			printf("  %-12s %" PRIu64 " (0x%" PRIx64 ")\n", field[i].name, v, v);
	}
}

static void
show_body(struct dump *d, uint64_t addr, const uint8_t *block, gefs_block_type type, struct json *j)
{
	switch (type) {
	case GEFS_BLOCK_PIVOT:
	case GEFS_BLOCK_LEAF:
		show_node(d, addr, block, j);
		break;
	case GEFS_BLOCK_LOG:
	case GEFS_BLOCK_DEADLIST:
		show_list(d, block, type == GEFS_BLOCK_LOG, j);
		break;
	case GEFS_BLOCK_ARENA:
		show_arena(block, j);
		break;
	case GEFS_BLOCK_SUPER:
		show_super(block, j);
		break;
	default:
		if (!j)
			hex_dump(block, gefs_block_size(d->img), addr);
	}
}

static void
show_block(struct dump *d, uint64_t addr, const uint8_t *block)
{
	const gefs_arena *a = gefs_arena_of(d->img, addr);
	gefs_block_type type = gefs_block_classify(d->img, block);
	const char *name = gefs_block_type_name(type);
	uint64_t hash = gefs_hash(d->img, block, gefs_block_size(d->img));
	char text[24];
	struct json j;

	if (!wants(d, OPT_JSON)) {
		printf("block 0x%" PRIx64 ", looks like %s, hash %016" PRIx64, addr, name, hash);
		if (a)
			printf(", arena %" PRIu32 ", %s", a->index, gefs_is_free(d->img, addr) ? "free" : "in use");
		putchar('\n');
		show_body(d, addr, block, type, NULL);
		return;
	}
	json_begin(&j, stdout);
	json_uint(&j, "addr", addr);
	json_string(&j, "type", name);
	snprintf(text, sizeof text, "%016" PRIx64, hash);
	json_string(&j, "hash", text);
	json_addr(&j, "arena", a ? a->index : GEFS_NIL);
	json_bool(&j, "free", gefs_is_free(d->img, addr));
	show_body(d, addr, block, type, &j);
	json_end(&j);
}

int
dump_block(struct dump *d)
{
	uint32_t size = gefs_block_size(d->img);
	uint8_t *block;
	uint64_t addr;
	gefs_error e;
	int status = EXIT_DONE;

	if (!parse_size(d->arg[0], &addr)) {
		complain("\"%s\" is no address, like 0x4000 or 16384; try gefs-dump --help", d->arg[0]);
		return EXIT_USAGE;
	}
	block = malloc(size);
	if (!block) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	if (addr % size) {
		complain("0x%" PRIx64 " is inside a block; showing the block at 0x%" PRIx64, addr, addr - addr % size);
		addr -= addr % size;
	}
	if (gefs_block_read(d->img, addr, block, &e) < 0)
		status = (complain("%s", e.text), EXIT_FAILED);
	else if (wants(d, OPT_RAW))
		fwrite(block, 1, size, stdout);
	else if (wants(d, OPT_HEX))
		hex_dump(block, size, addr);
	else
		show_block(d, addr, block);
	free(block);
	return status;
}
