/* docs/fields.md is the same for people. */
#include "format/layout.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define BLOCK(in, name, at, width, form) {GEFS_IN_##in, KEY_BAD, name, at, width, GEFS_FORM_##form}
#define RECORD(key, name, at, width, form) {GEFS_IN_RECORD, KEY_##key, name, at, width, GEFS_FORM_##form}

#define NODE(in)                                                                                                         \
	BLOCK(in, "type", 0, 2, NUMBER), BLOCK(in, "nval", 2, 2, NUMBER), BLOCK(in, "valsz", 4, 2, NUMBER)
#define NODES NODE(LEAF), NODE(PIVOT), BLOCK(PIVOT, "nbuf", 6, 2, NUMBER), BLOCK(PIVOT, "bufsz", 8, 2, NUMBER)
#define POINTER(key)                                                                                                     \
	RECORD(key, "addr", 0, 8, ADDRESS), RECORD(key, "hash", 8, 8, HASH), RECORD(key, "gen", 16, 8, GENERATION)
#define POINTERS POINTER(BAD), RECORD(BAD, "fill", 24, 2, NUMBER), POINTER(DATA)
#define DIRENT(at)                                                                                                       \
	RECORD(ENTRY, "qpath", (at), 8, NUMBER), RECORD(ENTRY, "qvers", (at) + 8, 4, NUMBER),                            \
	RECORD(ENTRY, "qtype", (at) + 12, 1, NUMBER), RECORD(ENTRY, "mode", (at) + 13, 4, MODE),                         \
	RECORD(ENTRY, "atime", (at) + 17, 8, TIME), RECORD(ENTRY, "mtime", (at) + 25, 8, TIME),                          \
	RECORD(ENTRY, "length", (at) + 33, 8, NUMBER), RECORD(ENTRY, "uid", (at) + 41, 4, USER),                         \
	RECORD(ENTRY, "gid", (at) + 45, 4, USER), RECORD(ENTRY, "muid", (at) + 49, 4, USER)
/* The key of the directory's entry. */
#define UP RECORD(UP, "type", 0, 1, NUMBER), RECORD(UP, "parent", 1, 8, NUMBER), RECORD(UP, "namelen", 9, 2, NUMBER)
#define LABEL RECORD(LABEL, "type", 0, 1, NUMBER), RECORD(LABEL, "snap", 1, 8, GENERATION)
#define SNAP_ROOT(at)                                                                                                    \
	RECORD(SNAP, "root.addr", (at), 8, ADDRESS), RECORD(SNAP, "root.hash", (at) + 8, 8, HASH),                       \
	RECORD(SNAP, "root.gen", (at) + 16, 8, GENERATION)

#define LIST9(in)                                                                                                        \
	BLOCK(in, "type", 0, 2, NUMBER), BLOCK(in, "logsz", 2, 2, NUMBER), BLOCK(in, "hash", 4, 8, HASH),                \
	BLOCK(in, "next", 12, 8, ADDRESS), BLOCK(in, "nexthash", 20, 8, HASH), BLOCK(in, "nextgen", 28, 8, GENERATION)

static const struct layout_field fields9[] = {
	BLOCK(SUPER, "version", 0, 8, TEXT),
	BLOCK(SUPER, "blksz", 8, 4, NUMBER),
	BLOCK(SUPER, "bufspc", 12, 4, NUMBER),
	BLOCK(SUPER, "narena", 16, 4, NUMBER),
	BLOCK(SUPER, "snap.ht", 20, 4, NUMBER),
	BLOCK(SUPER, "snap.addr", 24, 8, ADDRESS),
	BLOCK(SUPER, "snap.hash", 32, 8, HASH),
	BLOCK(SUPER, "snapdl.hd", 40, 8, ADDRESS),
	BLOCK(SUPER, "snapdl.hdhash", 48, 8, HASH),
	BLOCK(SUPER, "snapdl.tl", 56, 8, ADDRESS),
	BLOCK(SUPER, "snapdl.tlhash", 64, 8, HASH),
	BLOCK(SUPER, "flag", 72, 8, NUMBER),
	BLOCK(SUPER, "nextqid", 80, 8, NUMBER),
	BLOCK(SUPER, "nextgen", 88, 8, GENERATION),
	BLOCK(SUPER, "qgen", 96, 8, GENERATION),
	BLOCK(ARENA, "type", 0, 2, NUMBER),
	BLOCK(ARENA, "loghd", 2, 8, ADDRESS),
	BLOCK(ARENA, "loghash", 10, 8, HASH),
	BLOCK(ARENA, "size", 18, 8, NUMBER),
	BLOCK(ARENA, "used", 26, 8, NUMBER),
	LIST9(LOG),
	LIST9(DEADLIST),
	RECORD(ENTRY, "flag", 0, 8, NUMBER),
	DIRENT(8),
	UP,
	LABEL,
	RECORD(LABEL, "flags", 9, 4, NUMBER),
	RECORD(SNAP, "nref", 0, 4, NUMBER),
	RECORD(SNAP, "nlbl", 4, 4, NUMBER),
	RECORD(SNAP, "height", 8, 4, NUMBER),
	RECORD(SNAP, "flag", 12, 4, NUMBER),
	RECORD(SNAP, "gen", 16, 8, GENERATION),
	RECORD(SNAP, "pred", 24, 8, GENERATION),
	RECORD(SNAP, "succ", 32, 8, GENERATION),
	RECORD(SNAP, "base", 40, 8, GENERATION),
	SNAP_ROOT(48),
	RECORD(DEAD, "head", 0, 8, ADDRESS),
	RECORD(DEAD, "headhash", 8, 8, HASH),
	RECORD(DEAD, "headgen", 16, 8, GENERATION),
	RECORD(DEAD, "tail", 24, 8, ADDRESS),
	RECORD(DEAD, "tailhash", 32, 8, HASH),
	RECORD(DEAD, "tailgen", 40, 8, GENERATION),
	POINTERS,
	NODES,
};

/* Root data and what belongs to an arena share a block. */
#define ROOT0001(in)                                                                                                     \
	BLOCK(in, "version", 0, 8, TEXT), BLOCK(in, "blksz", 8, 4, NUMBER), BLOCK(in, "bufspc", 12, 4, NUMBER),          \
	BLOCK(in, "snap.ht", 16, 4, NUMBER), BLOCK(in, "snap.addr", 20, 8, ADDRESS),                                     \
	BLOCK(in, "snap.hash", 28, 8, HASH), BLOCK(in, "narena", 36, 4, NUMBER),                                         \
	BLOCK(in, "arenasz", 40, 8, NUMBER), BLOCK(in, "nextqid", 48, 8, NUMBER),                                        \
	BLOCK(in, "nextgen", 56, 8, GENERATION)
#define DEAD0001(i)                                                                                                      \
	RECORD(SNAP, "dead[" #i "].prev", 40 + 24 * i, 8, GENERATION),                                                   \
	RECORD(SNAP, "dead[" #i "].head", 48 + 24 * i, 8, ADDRESS),                                                      \
	RECORD(SNAP, "dead[" #i "].headhash", 56 + 24 * i, 8, HASH)
#define LIST0001(in) BLOCK(in, "type", 0, 2, NUMBER), BLOCK(in, "hash", 2, 8, HASH)

#define BLOCKS0001                                                                                                       \
	ROOT0001(SUPER), ROOT0001(ARENA), BLOCK(ARENA, "loghd", 64, 8, ADDRESS), BLOCK(ARENA, "loghash", 72, 8, HASH),    \
	BLOCK(ARENA, "size", 80, 8, NUMBER), BLOCK(ARENA, "used", 88, 8, NUMBER), LIST0001(LOG), NODES, POINTERS

static const struct layout_field fields0001[] = {
	BLOCKS0001,
	LIST0001(DEADLIST),
	DIRENT(0),
	UP,
	LABEL,
	RECORD(SNAP, "ref", 0, 4, NUMBER),
	RECORD(SNAP, "height", 4, 4, NUMBER),
	RECORD(SNAP, "gen", 8, 8, GENERATION),
	SNAP_ROOT(16),
	RECORD(SNAP, "prev", 40, 8, GENERATION), /* of deadlist 0 */
	RECORD(SNAP, "head", 48, 8, ADDRESS),
	RECORD(SNAP, "headhash", 56, 8, HASH),
	DEAD0001(1), DEAD0001(2), DEAD0001(3), DEAD0001(4), DEAD0001(5), DEAD0001(6), DEAD0001(7),
};

/* Of its trees nothing is known. */
static const struct layout_field fields2023[] = {
	BLOCKS0001,
	BLOCK(DEADLIST, "type", 0, 2, NUMBER),
	BLOCK(DEADLIST, "logsz", 2, 2, NUMBER),
	BLOCK(DEADLIST, "next", 4, 8, ADDRESS),
	BLOCK(DEADLIST, "nexthash", 12, 8, HASH),
	BLOCK(DEADLIST, "nextgen", 20, 8, GENERATION),
};

static const char *const names9[] = {"gefs9.00", NULL};
static const char *const log_ops9[] = {"", "alloc1:", "free1:", "sync:", "alloc:", "free:"};
static const char *const dead_ops9[] = {""};
static const char *const names0001[] = {"gefs0001-le", "gefs0001-be", NULL}, *const names2023[] = {"gefs-2023", NULL};
static const char *const log_ops0001[] = {"", "alloc1:", "free1:", "chain:", "end:", "alloc:", "free:"};
static const char *const dead_ops0001[] = {"end:", "chain:", "graft:", "kill:"};

#define LOGS0001 .log_ops = log_ops0001, .nlog_ops = COUNT(log_ops0001), .root_snap = 20, .root_size = 64, .log_hash = 2

static const struct layout layouts[] = {
	{names9, fields9, COUNT(fields9), log_ops9, dead_ops9, COUNT(log_ops9), COUNT(dead_ops9), .root_snap = 24,
	 .root_arenas = 104, .log_size = 2, .dead_size = 2, .log_hash = 4, .dead_hash = 4, .snap_root = 48, .dead_key = KEY_DEAD,
	 .ndead = 1},
	{names0001, fields0001, COUNT(fields0001), LOGS0001, .dead_ops = dead_ops0001, .ndead_ops = COUNT(dead_ops0001),
	 .dead_hash = 2, .snap_root = 16, .dead_key = KEY_SNAP, .ndead = 8, .dead_head = 48, .dead_step = 24},
	{names2023, fields2023, COUNT(fields2023), LOGS0001, .dead_ops = dead_ops9, .ndead_ops = COUNT(dead_ops9),
	 .dead_size = 2, .dead_key = KEY_BAD},
};

const struct layout *
layout_find(const char *format)
{
	for (size_t i = 0; i < COUNT(layouts); i++)
		for (const char *const *name = layouts[i].formats; *name; name++)
			if (strcmp(*name, format) == 0)
				return &layouts[i];
	return NULL;
}

const struct layout_field *
layout_field(const struct layout *l, gefs_structure in, enum key_type key, const char *name)
{
	for (const struct layout_field *f = l->fields; f < l->fields + l->nfields; f++)
		if (f->in == in && f->key == key && strcmp(name, f->name) == 0)
			return f;
	return NULL;
}
