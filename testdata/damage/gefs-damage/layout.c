#include "layout.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define DIRENT(at)                                                                                                       \
	{KIND_RECORD, KEY_ENTRY, "qpath", (at), 8}, {KIND_RECORD, KEY_ENTRY, "qvers", (at) + 8, 4},                      \
	{KIND_RECORD, KEY_ENTRY, "qtype", (at) + 12, 1}, {KIND_RECORD, KEY_ENTRY, "mode", (at) + 13, 4},                 \
	{KIND_RECORD, KEY_ENTRY, "atime", (at) + 17, 8}, {KIND_RECORD, KEY_ENTRY, "mtime", (at) + 25, 8},                \
	{KIND_RECORD, KEY_ENTRY, "length", (at) + 33, 8}, {KIND_RECORD, KEY_ENTRY, "uid", (at) + 41, 4},                 \
	{KIND_RECORD, KEY_ENTRY, "gid", (at) + 45, 4}, {KIND_RECORD, KEY_ENTRY, "muid", (at) + 49, 4}
#define NODES                                                                                                            \
	{KIND_NODE, KEY_BAD, "type", 0, 2}, {KIND_NODE, KEY_BAD, "nval", 2, 2}, {KIND_NODE, KEY_BAD, "valsz", 4, 2},     \
	{KIND_NODE, KEY_BAD, "nbuf", 6, 2}, {KIND_NODE, KEY_BAD, "bufsz", 8, 2}
#define POINTERS                                                                                                         \
	{KIND_RECORD, KEY_BAD, "addr", 0, 8}, {KIND_RECORD, KEY_BAD, "hash", 8, 8}, {KIND_RECORD, KEY_BAD, "gen", 16, 8}, \
	{KIND_RECORD, KEY_BAD, "fill", 24, 2}, {KIND_RECORD, KEY_DATA, "addr", 0, 8},                                    \
	{KIND_RECORD, KEY_DATA, "hash", 8, 8}, {KIND_RECORD, KEY_DATA, "gen", 16, 8}
#define LABEL {KIND_RECORD, KEY_LABEL, "type", 0, 1}, {KIND_RECORD, KEY_LABEL, "snap", 1, 8}
#define SNAP_ROOT(at)                                                                                                    \
	{KIND_RECORD, KEY_SNAP, "root.addr", (at), 8}, {KIND_RECORD, KEY_SNAP, "root.hash", (at) + 8, 8},                \
	{KIND_RECORD, KEY_SNAP, "root.gen", (at) + 16, 8}

static const struct field fields9[] = {
	{KIND_SUPER, KEY_BAD, "version", 0, 8},
	{KIND_SUPER, KEY_BAD, "blksz", 8, 4},
	{KIND_SUPER, KEY_BAD, "bufspc", 12, 4},
	{KIND_SUPER, KEY_BAD, "narena", 16, 4},
	{KIND_SUPER, KEY_BAD, "snap.ht", 20, 4},
	{KIND_SUPER, KEY_BAD, "snap.addr", 24, 8},
	{KIND_SUPER, KEY_BAD, "snap.hash", 32, 8},
	{KIND_SUPER, KEY_BAD, "snapdl.hd", 40, 8},
	{KIND_SUPER, KEY_BAD, "snapdl.tl", 56, 8},
	{KIND_SUPER, KEY_BAD, "flag", 72, 8},
	{KIND_SUPER, KEY_BAD, "nextqid", 80, 8},
	{KIND_SUPER, KEY_BAD, "nextgen", 88, 8},
	{KIND_SUPER, KEY_BAD, "qgen", 96, 8},
	{KIND_ARENA, KEY_BAD, "type", 0, 2},
	{KIND_ARENA, KEY_BAD, "loghd", 2, 8},
	{KIND_ARENA, KEY_BAD, "size", 18, 8},
	{KIND_ARENA, KEY_BAD, "used", 26, 8},
	{KIND_LOG, KEY_BAD, "type", 0, 2},
	{KIND_LOG, KEY_BAD, "logsz", 2, 2},
	{KIND_LOG, KEY_BAD, "hash", 4, 8},
	{KIND_LOG, KEY_BAD, "next", 12, 8},
	{KIND_DEAD, KEY_BAD, "type", 0, 2},
	{KIND_DEAD, KEY_BAD, "logsz", 2, 2},
	{KIND_DEAD, KEY_BAD, "hash", 4, 8},
	{KIND_DEAD, KEY_BAD, "next", 12, 8},
	{KIND_RECORD, KEY_ENTRY, "flag", 0, 8},
	{KIND_RECORD, KEY_LABEL, "flags", 9, 4},
	{KIND_RECORD, KEY_SNAP, "nref", 0, 4},
	{KIND_RECORD, KEY_SNAP, "nlbl", 4, 4},
	{KIND_RECORD, KEY_SNAP, "height", 8, 4},
	{KIND_RECORD, KEY_SNAP, "flag", 12, 4},
	{KIND_RECORD, KEY_SNAP, "gen", 16, 8},
	{KIND_RECORD, KEY_SNAP, "pred", 24, 8},
	{KIND_RECORD, KEY_SNAP, "succ", 32, 8},
	{KIND_RECORD, KEY_SNAP, "base", 40, 8},
	{KIND_RECORD, KEY_DEAD, "head", 0, 8},
	{KIND_RECORD, KEY_DEAD, "tail", 24, 8},
	NODES, POINTERS, DIRENT(8), LABEL, SNAP_ROOT(48),
};

/* Root data and what belongs to an arena share a block. */
#define ROOT0001(kind)                                                                                                   \
	{kind, KEY_BAD, "version", 0, 8}, {kind, KEY_BAD, "blksz", 8, 4}, {kind, KEY_BAD, "bufspc", 12, 4},              \
	{kind, KEY_BAD, "snap.ht", 16, 4}, {kind, KEY_BAD, "snap.addr", 20, 8}, {kind, KEY_BAD, "snap.hash", 28, 8},     \
	{kind, KEY_BAD, "narena", 36, 4}, {kind, KEY_BAD, "arenasz", 40, 8}, {kind, KEY_BAD, "nextqid", 48, 8},          \
	{kind, KEY_BAD, "nextgen", 56, 8}

static const struct field fields0001[] = {
	ROOT0001(KIND_SUPER), ROOT0001(KIND_ARENA),
	{KIND_ARENA, KEY_BAD, "loghd", 64, 8},
	{KIND_ARENA, KEY_BAD, "size", 80, 8},
	{KIND_ARENA, KEY_BAD, "used", 88, 8},
	{KIND_LOG, KEY_BAD, "type", 0, 2},
	{KIND_LOG, KEY_BAD, "hash", 2, 8},
	{KIND_DEAD, KEY_BAD, "type", 0, 2},
	{KIND_DEAD, KEY_BAD, "hash", 2, 8},
	{KIND_RECORD, KEY_SNAP, "ref", 0, 4},
	{KIND_RECORD, KEY_SNAP, "height", 4, 4},
	{KIND_RECORD, KEY_SNAP, "gen", 8, 8},
	{KIND_RECORD, KEY_SNAP, "prev", 40, 8}, /* of deadlist 0 */
	{KIND_RECORD, KEY_SNAP, "head", 48, 8},
	{KIND_RECORD, KEY_SNAP, "headhash", 56, 8},
	NODES, POINTERS, DIRENT(0), LABEL, SNAP_ROOT(16),
};

static const char *const names9[] = {"gefs9.00", NULL};
static const char *const log_ops9[] = {"", "alloc1:", "free1:", "sync:", "alloc:", "free:"};
static const char *const dead_ops9[] = {""};
static const char *const names0001[] = {"gefs0001-le", "gefs0001-be", NULL}, *const names2023[] = {"gefs-2023", NULL};
static const char *const log_ops0001[] = {"", "alloc1:", "free1:", "chain:", "end:", "alloc:", "free:"};
static const char *const dead_ops0001[] = {"end:", "chain:", "graft:", "kill:"};

#define LOGS0001                                                                                                         \
	.fields = fields0001, .nfields = COUNT(fields0001), .log_ops = log_ops0001, .nlog_ops = COUNT(log_ops0001),      \
	.root_snap = 20, .log_hash = 2

static const struct layout layouts[] = {
	{names9, fields9, COUNT(fields9), log_ops9, dead_ops9, COUNT(log_ops9), COUNT(dead_ops9), .root_snap = 24,
	 .root_arenas = 104, .list_size = 2, .log_hash = 4, .dead_hash = 4, .snap_root = 48, .dead_key = KEY_DEAD, .ndead = 1},
	{names0001, LOGS0001, .dead_ops = dead_ops0001, .ndead_ops = COUNT(dead_ops0001), .dead_hash = 2, .snap_root = 16,
	 .dead_key = KEY_SNAP, .ndead = 8, .dead_head = 48, .dead_step = 24},
	/* Of its trees nothing is known. */
	{names2023, LOGS0001, .dead_ops = dead_ops9, .ndead_ops = COUNT(dead_ops9), .dead_key = KEY_BAD},
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

const struct field *
layout_field(const struct layout *l, enum kind kind, enum key_type key, const char *name)
{
	for (const struct field *f = l->fields; f < l->fields + l->nfields; f++)
		if (f->kind == kind && f->key == key && strcmp(name, f->name) == 0)
			return f;
	return NULL;
}
