/* Every copy of the root data, in superblocks or in arena headers. */
#include <stdlib.h>
#include <string.h>

#include "view.h"

struct field {
	const char *name;
	uint64_t (*get)(const gefs_super *);
	char form;     /* d decimal, x hex, a address */
	unsigned only; /* versions with this feature only; 0: all */
	bool not;      /* versions without it only */
};

#define FIELD(what, expr) \
	static uint64_t get_##what(const gefs_super *s) { return expr; }
FIELD(blksz, s->blksz)
FIELD(bufspc, s->bufspc)
FIELD(narena, s->narena)
FIELD(arena_size, s->arena_size)
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

enum { SUPER = GEFS_HAS_SUPERBLOCKS };

static const struct field fields[] = {
	{"blksz", get_blksz, 'd', 0, false},
	{"bufspc", get_bufspc, 'd', 0, false},
	{"narena", get_narena, 'd', 0, false},
	{"arena_size", get_arena_size, 'a', SUPER, true},
	{"snap_height", get_snap_height, 'd', 0, false},
	{"snap_root", get_snap_root, 'a', 0, false},
	{"snap_hash", get_snap_hash, 'x', 0, false},
	{"flag", get_flag, 'x', SUPER, false},
	{"nextqid", get_nextqid, 'd', 0, false},
	{"nextgen", get_nextgen, 'd', 0, false},
	{"qgen", get_qgen, 'd', SUPER, false},
	{"hash", get_hash, 'x', SUPER, false},
	{"computed", get_computed, 'x', SUPER, false},
};

enum { NFIELDS = sizeof fields / sizeof *fields };

struct copy {
	gefs_copy_state state;
	const gefs_super *sb;
	uint64_t addr;
	bool filled, used, known;
};

static bool
has_field(const struct view *d, const struct field *f)
{
	return f->only == 0 || ((gefs_features(d->img) & f->only) != 0) != f->not;
}

static void
field_text(const struct field *f, uint64_t v, char buf[24])
{
	if (f->form == 'a')
		addr_text(v, buf);
	else
		snprintf(buf, 24, f->form == 'd' ? "%" PRIu64 : "%016" PRIx64, v);
}

static struct copy
copy_get(const struct view *d, int i)
{
	struct copy c;

	c.state = gefs_super_copy(d->img, i, &c.sb, &c.addr);
	c.filled = c.state == GEFS_COPY_GOOD || c.state == GEFS_COPY_BAD_HASH;
	c.used = gefs_super_used(d->img) == i;
	c.known = gefs_super_type_known(d->img, i);
	return c;
}

/* ---- two superblocks side by side ---- */

static bool
arena_differs(const struct copy *c, uint32_t i)
{
	const gefs_super *a = c[0].sb, *b = c[1].sb;
	if (i >= a->narena || i >= b->narena)
		return true;
	return a->arena[i].addr != b->arena[i].addr || a->arena[i].hash != b->arena[i].hash;
}

static void
print_fields(const struct view *d, const struct copy *c)
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
		bool differs = c[0].filled && c[1].filled && v[0] != v[1];
		if (has_field(d, &fields[i]))
			printf("%-12s  %-18s  %-*s%s\n", fields[i].name, text[0], differs ? 18 : 0, text[1],
			       differs ? "  differs" : "");
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
print_superblocks(const struct view *d)
{
	struct copy c[2] = {copy_get(d, 0), copy_get(d, 1)};

	printf("%-12s  %-18s  %s\n", "", "copy 0", "copy 1");
	printf("%-12s  0x%-16" PRIx64 "  0x%" PRIx64 "\n", "address", c[0].addr, c[1].addr);
	printf("%-12s  %-18s  %s\n", "state", copy_state_name(c[0].state), copy_state_name(c[1].state));
	printf("%-12s  %-18s  %s\n", "in use", c[0].used ? "yes" : "no", c[1].used ? "yes" : "no");
	print_fields(d, c);
	print_arenas(c);
	for (int i = 0; i < 2; i++)
		if (!c[i].known)
			printf("\ncopy %d begins with no known block type: the file server does not start\n", i);
}

/* ---- a copy in every arena header ---- */

void
print_super(const struct view *d, const gefs_super *sb)
{
	char text[24];

	for (int i = 0; i < NFIELDS; i++) {
		field_text(&fields[i], fields[i].get(sb), text);
		if (has_field(d, &fields[i]))
			printf("%-12s  %s\n", fields[i].name, text);
	}
}

/* Names of the fields in which a copy is unlike the one in use. */
static void
print_differences(const struct view *d, const struct copy *c)
{
	const gefs_super *used = gefs_super_get(d->img);
	char text[24];

	for (int i = 0; i < NFIELDS; i++) {
		uint64_t v = fields[i].get(c->sb);
		if (!has_field(d, &fields[i]) || v == fields[i].get(used))
			continue;
		field_text(&fields[i], v, text);
		printf("  %s %s", fields[i].name, text);
	}
	putchar('\n');
}

static void
print_headers(const struct view *d)
{
	print_super(d, gefs_super_get(d->img));
	printf("\nheader  address             state       unlike the one in use\n");
	for (int i = 0; i < gefs_super_copies(d->img); i++) {
		struct copy c = copy_get(d, i);
		printf("%6d  0x%-16" PRIx64 "  %-10s", i, c.addr, c.used ? "in use" : copy_state_name(c.state));
		if (c.filled)
			print_differences(d, &c);
		else
			putchar('\n');
	}
}

static void
print_text(struct view *d)
{
	char size[32];

	printf("%s: %s\n%" PRIu64 " bytes (%s)\n\n", gefs_version_name(d->img), gefs_version_words(d->img),
	       gefs_device_size(d->img), human_size(gefs_device_size(d->img), size));
	if (gefs_metadata_only(d->img))
		printf("contents of files were left out when the image was packed%s\n\n",
		       gefs_names_hidden(d->img) ? ", and names were replaced" : "");
	if (gefs_features(d->img) & GEFS_HAS_SUPERBLOCKS)
		print_superblocks(d);
	else
		print_headers(d);
}

/* ---- JSON ---- */

static void
json_arenas(const struct view *d, struct json *j, const gefs_super *sb)
{
	char text[24];

	json_array(j, "arenas");
	for (uint32_t i = 0; i < sb->narena && i < GEFS_MAX_ARENAS; i++) {
		json_object(j, NULL);
		json_uint(j, "addr", sb->arena[i].addr);
		if (gefs_features(d->img) & GEFS_HAS_HEADER_HASHES) {
			snprintf(text, sizeof text, "%016" PRIx64, sb->arena[i].hash);
			json_string(j, "hash", text);
		}
		json_object_end(j);
	}
	json_array_end(j);
}

void
json_super(const struct view *d, struct json *j, const gefs_super *sb)
{
	char text[24];

	json_bytes(j, "version", sb->version, strnlen(sb->version, 8));
	for (int i = 0; i < NFIELDS; i++) {
		uint64_t v = fields[i].get(sb);
		field_text(&fields[i], v, text);
		if (!has_field(d, &fields[i]))
			continue;
		if (fields[i].form == 'x')
			json_string(j, fields[i].name, text);
		else
			json_addr(j, fields[i].name, v);
	}
	json_arenas(d, j, sb);
}

static void
json_copy(const struct view *d, int which)
{
	struct copy c = copy_get(d, which);
	struct json j;

	json_begin(&j, stdout);
	json_uint(&j, "copy", (uint64_t)which);
	json_uint(&j, "addr", c.addr);
	json_string(&j, "state", copy_state_name(c.state));
	json_bool(&j, "used", c.used);
	json_bool(&j, "type_known", c.known);
	json_string(&j, "format", gefs_version_name(d->img));
	json_string(&j, "format_words", gefs_version_words(d->img));
	json_bool(&j, "metadata_only", gefs_metadata_only(d->img));
	json_bool(&j, "names_hidden", gefs_names_hidden(d->img));
	if (c.filled)
		json_super(d, &j, c.sb);
	json_end(&j);
}

int
view_super(struct view *d)
{
	if (!wants(d, OPT_JSON)) {
		print_text(d);
		return EXIT_DONE;
	}
	for (int i = 0; i < gefs_super_copies(d->img); i++)
		json_copy(d, i);
	return EXIT_DONE;
}
