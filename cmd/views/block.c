/* Any block, by its bytes alone. */
#include <stdlib.h>
#include <string.h>

#include "view.h"

static void
show_node(struct view *d, uint64_t addr, const uint8_t *block, struct json *j)
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

struct list_dump {
	struct json *j; /* NULL: text */
};

static int
show_log_entry(void *arg, const gefs_log_entry *le)
{
	struct list_dump *l = arg;

	if (!l->j) {
		print_log_entry(le);
		return 0;
	}
	json_object(l->j, NULL);
	json_string(l->j, "op", le->name);
	if (le->op != GEFS_LOG_END)
		json_uint(l->j, le->op == GEFS_LOG_SYNC ? "gen" : "addr", le->addr);
	if (le->len)
		json_uint(l->j, "length", le->len);
	json_object_end(l->j);
	return 0;
}

static int
show_dead_entry(void *arg, const gefs_dead_entry *e)
{
	struct list_dump *l = arg;
	bool kill = e->kind == GEFS_DEAD_KILL;

	if (l->j && kill && e->birth == GEFS_NIL) {
		json_uint(l->j, NULL, e->addr);
		return 0;
	}
	if (l->j) {
		json_object(l->j, NULL);
		json_string(l->j, "op", gefs_dead_kind_name(e->kind));
		json_addr(l->j, "addr", e->kind == GEFS_DEAD_END ? GEFS_NIL : e->addr);
		if (kill && e->birth != GEFS_NIL)
			json_uint(l->j, "birth", e->birth);
		json_object_end(l->j);
		return 0;
	}
	printf("  %-6s", gefs_dead_kind_name(e->kind));
	if (e->kind != GEFS_DEAD_END)
		printf(" 0x%" PRIx64, e->addr);
	if (kill && e->birth != GEFS_NIL)
		printf(" born in %" PRIu64, e->birth);
	putchar('\n');
	return 0;
}

static void
list_header(const gefs_list_header *h, struct json *j)
{
	char next[24];

	if (j) {
		json_uint(j, "logsz", h->size);
		if (h->has_hash)
			json_bool(j, "hash_ok", h->hash == h->computed && !h->problem);
		json_addr(j, "next", h->next);
		return;
	}
	printf("%" PRIu32 " bytes", h->size);
	if (h->problem)
		printf(" (%s)", h->problem);
	printf(", next %s", addr_text(h->next, next));
	if (h->has_hash)
		printf(", hash %016" PRIx64 " %s", h->hash, h->hash == h->computed ? "good" : "wrong");
	putchar('\n');
}

static void
show_list(struct view *d, uint64_t addr, const uint8_t *block, bool log, struct json *j)
{
	struct list_dump l = {j};
	gefs_list_header h;
	gefs_error e;
	int rc;

	gefs_block_list_header(d->img, block, &h);
	list_header(&h, j);
	if (j)
		json_array(j, log ? "entries" : "dead");
	if (log)
		rc = gefs_block_log(d->img, addr, block, show_log_entry, &l, &e);
	else
		rc = gefs_block_dead(d->img, addr, block, show_dead_entry, &l, &e);
	if (j)
		json_array_end(j);
	if (rc < 0)
		damage_tell(&e);
}

/* In older versions an arena header holds the root data as well. */
static void
show_header(struct view *d, const uint8_t *block, gefs_block_type type, struct json *j)
{
	uint64_t head, size, used;
	char a[24], s[32], u[32];
	gefs_super *sb = calloc(1, sizeof *sb);

	if (sb && gefs_block_super(d->img, block, sb)) {
		if (j)
			json_super(d, j, sb);
		else
			print_super(d, sb);
	}
	free(sb);
	if (type == GEFS_BLOCK_SUPER || !gefs_block_arena(d->img, block, &head, &size, &used))
		return;
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
show_body(struct view *d, uint64_t addr, const uint8_t *block, gefs_block_type type, struct json *j)
{
	switch (type) {
	case GEFS_BLOCK_PIVOT:
	case GEFS_BLOCK_LEAF:
		show_node(d, addr, block, j);
		break;
	case GEFS_BLOCK_LOG:
	case GEFS_BLOCK_DEADLIST:
		show_list(d, addr, block, type == GEFS_BLOCK_LOG, j);
		break;
	case GEFS_BLOCK_ARENA:
	case GEFS_BLOCK_SUPER:
		show_header(d, block, type, j);
		break;
	default:
		if (!j)
			hex_dump(block, gefs_block_size(d->img), addr);
	}
}

/* Of an image that was packed without file contents, zeros may stand for what was left out. */
static bool
maybe_left_out(const struct view *d, const uint8_t *block)
{
	return gefs_metadata_only(d->img) && block[0] == 0 && memcmp(block, block + 1, gefs_block_size(d->img) - 1) == 0;
}

static void
show_block(struct view *d, uint64_t addr, const uint8_t *block)
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
		puts(maybe_left_out(d, block) ? "; perhaps it was left out when the image was packed" : "");
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
	if (maybe_left_out(d, block))
		json_bool(&j, "maybe_left_out", true);
	show_body(d, addr, block, type, &j);
	json_end(&j);
}

int
view_block(struct view *d)
{
	uint32_t size = gefs_block_size(d->img);
	uint8_t *block;
	uint64_t addr;
	gefs_error e;
	int status = EXIT_DONE;

	if (!parse_size(d->arg[0], &addr)) {
		complain("\"%s\" is no address, like 0x4000 or 16384", d->arg[0]);
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
