/* gefs-dump super */
#include <string.h>

#include "dump.h"

struct field {
	const char *name;
	uint64_t (*get)(const gefs_super *);
	char form; /* d decimal, x hex, a address */
};

#define FIELD(what, expr) \
	static uint64_t get_##what(const gefs_super *s) { return expr; }
FIELD(blksz, s->blksz)
FIELD(bufspc, s->bufspc)
FIELD(narena, s->narena)
FIELD(snap_height, s->snap_height)
FIELD(snap_root, s->snap_root.addr)
FIELD(snap_hash, s->snap_root.hash)
FIELD(flag, s->flag)
FIELD(nextqid, s->nextqid)
FIELD(nextgen, s->nextgen)
FIELD(qgen, s->qgen)
FIELD(hash, s->hash)
FIELD(computed, s->computed)
#undef FIELD

static const struct field fields[] = {
	{"blksz", get_blksz, 'd'},	 {"bufspc", get_bufspc, 'd'},	{"narena", get_narena, 'd'},
	{"snap_height", get_snap_height, 'd'}, {"snap_root", get_snap_root, 'a'}, {"snap_hash", get_snap_hash, 'x'},
	{"flag", get_flag, 'x'},	 {"nextqid", get_nextqid, 'd'}, {"nextgen", get_nextgen, 'd'},
	{"qgen", get_qgen, 'd'},	 {"hash", get_hash, 'x'},	{"computed", get_computed, 'x'},
};

enum { NFIELDS = sizeof fields / sizeof *fields };

struct copy {
	gefs_copy_state state;
	const gefs_super *sb;
	uint64_t addr;
	bool filled, used, known;
};

static void
field_text(const struct field *f, uint64_t v, char buf[24])
{
	if (f->form == 'a')
		addr_text(v, buf);
	else
		snprintf(buf, 24, f->form == 'd' ? "%" PRIu64 : "%016" PRIx64, v);
}

static bool
arena_differs(const struct copy *c, uint32_t i)
{
	const gefs_super *a = c[0].sb, *b = c[1].sb;
	if (i >= a->narena || i >= b->narena)
		return true;
	return a->arena[i].addr != b->arena[i].addr || a->arena[i].hash != b->arena[i].hash;
}

static void
print_fields(const struct copy *c)
{
	char text[2][24];

	for (int i = 0; i < NFIELDS; i++) {
		uint64_t v[2] = {0, 0};
		for (int k = 0; k < 2; k++) {
			strcpy(text[k], "");
			if (!c[k].filled)
				continue;
			v[k] = fields[i].get(c[k].sb);
			field_text(&fields[i], v[k], text[k]);
		}
		printf("%-12s  %-18s  %-18s%s\n", fields[i].name, text[0], text[1],
		       c[0].filled && c[1].filled && v[0] != v[1] ? "  differs" : "");
	}
}

static void
print_arenas(const struct copy *c)
{
	const gefs_super *first = c[0].filled ? c[0].sb : c[1].sb;
	uint32_t n = first->narena;

	printf("\narena  header              hash%s\n", c[0].filled && c[1].filled ? "" : " (of the only usable copy)");
	if (c[0].filled && c[1].filled && c[1].sb->narena > n)
		n = c[1].sb->narena;
	for (uint32_t i = 0; i < n && i < GEFS_MAX_ARENAS; i++) {
		if (i < first->narena)
			printf("%5" PRIu32 "  0x%-16" PRIx64 "  %016" PRIx64, i, first->arena[i].addr, first->arena[i].hash);
		else
			printf("%5" PRIu32 "  %-18s  %-16s", i, "-", "-");
		if (c[0].filled && c[1].filled && arena_differs(c, i)) {
			if (i < c[1].sb->narena)
				printf("  copy 1: 0x%" PRIx64 " %016" PRIx64, c[1].sb->arena[i].addr, c[1].sb->arena[i].hash);
			else
				fputs("  copy 1: no such arena", stdout);
		}
		putchar('\n');
	}
}

static void
json_copy(const struct copy *c, int which)
{
	struct json j;
	char text[24];

	json_begin(&j, stdout);
	json_uint(&j, "copy", (uint64_t)which);
	json_uint(&j, "addr", c->addr);
	json_string(&j, "state", copy_state_name(c->state));
	json_bool(&j, "used", c->used);
	json_bool(&j, "type_known", c->known);
	if (c->filled) {
		json_bytes(&j, "version", c->sb->version, strnlen(c->sb->version, 8));
		for (int i = 0; i < NFIELDS; i++) {
			uint64_t v = fields[i].get(c->sb);
			field_text(&fields[i], v, text);
			if (fields[i].form == 'x')
				json_string(&j, fields[i].name, text);
			else
				json_addr(&j, fields[i].name, v);
		}
		json_array(&j, "arenas");
		for (uint32_t i = 0; i < c->sb->narena && i < GEFS_MAX_ARENAS; i++) {
			json_object(&j, NULL);
			json_uint(&j, "addr", c->sb->arena[i].addr);
			snprintf(text, sizeof text, "%016" PRIx64, c->sb->arena[i].hash);
			json_string(&j, "hash", text);
			json_object_end(&j);
		}
		json_array_end(&j);
	}
	json_end(&j);
}

static void
print_text(struct dump *d, const struct copy *c)
{
	char size[32];

	printf("%s, %" PRIu64 " bytes (%s)\n\n", gefs_version_name(d->img), gefs_device_size(d->img),
	       human_size(gefs_device_size(d->img), size));
	printf("%-12s  %-18s  %s\n", "", "copy 0", "copy 1");
	printf("%-12s  0x%-16" PRIx64 "  0x%" PRIx64 "\n", "address", c[0].addr, c[1].addr);
	printf("%-12s  %-18s  %s\n", "state", copy_state_name(c[0].state), copy_state_name(c[1].state));
	printf("%-12s  %-18s  %s\n", "in use", c[0].used ? "yes" : "no", c[1].used ? "yes" : "no");
	print_fields(c);
	print_arenas(c);
	for (int i = 0; i < 2; i++)
		if (!c[i].known)
			printf("\ncopy %d begins with no known block type: the file server does not start\n", i);
}

int
dump_super(struct dump *d)
{
	struct copy c[2];

	for (int i = 0; i < 2; i++) {
		c[i].state = gefs_super_copy(d->img, i, &c[i].sb, &c[i].addr);
		c[i].filled = c[i].state == GEFS_COPY_GOOD || c[i].state == GEFS_COPY_BAD_HASH;
		c[i].used = gefs_super_used(d->img) == i;
		c[i].known = gefs_super_type_known(d->img, i);
	}
	if (!wants(d, OPT_JSON)) {
		print_text(d, c);
		return EXIT_DONE;
	}
	for (int i = 0; i < 2; i++)
		json_copy(&c[i], i);
	return EXIT_DONE;
}
