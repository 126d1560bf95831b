/* Commands for looking under: superblocks, arenas, logs, trees, blocks. */
#include "under.h"

static const struct sh_option show_options[] = {
	{'d', "depth", "N", "tree: only N levels"},
	{'p', "prefix", "KEY", "tree: only keys that begin so: ent:7, label:main, dat:"},
	{.name = NULL},
};

static const struct sh_option block_options[] = {
	{'x', "hex", NULL, "its bytes"},
	{'r', "raw", NULL, "its bytes as they are"},
	{.name = NULL},
};

static const struct sh_option snap_options[] = {
	{'s', "snap", "SNAP", "another tree: a label, a number, or snap"},
	{.name = NULL},
};

static const struct sh_option check_options[] = {
	{'n', "no-data", NULL, "leave out file contents"},
	{'s', "snap", "SNAP", "only this snapshot"},
	{'v', "verbose", NULL, "notes and explanations too"},
	{'q', "quiet", NULL, "errors only"},
	{.name = NULL},
};

static const struct sh_option map_options[] = {
	{'o', "svg", "FILE", "a picture, to a file of the host"},
	{.name = NULL},
};

#define ADDRESSES "ADDR is a number, blk:N (block N), arena:N+OFF, or a WHERE as main:root.\n"

const struct sh_command sh_under[] = {
	{"super", "", 0, 0, "", 0, NULL, "shows the version, superblocks, and where they differ", NULL, under_super},
	{"arenas", "", 0, 0, "", 0, NULL, "shows space, headers and logs of the arenas", NULL, under_arenas},
	{"log", "[ARENA]", 0, 1, "v", 0, NULL, "shows the entries of allocation logs", NULL, under_log},
	{"free", "[ARENA]", 0, 1, "v", 0, NULL, "shows free ranges", NULL, under_free},
	{"deadlists", "", 0, 0, "", 0, NULL, "shows blocks that wait for a snapshot's end", NULL, under_deadlists},
	{"conf", "", 0, 0, "", 0, NULL, "shows settings, global and of snapshots", NULL, under_conf},
	{"stats", "", 0, 0, "", 0, NULL, "shows space by use, and the shape of the trees", NULL, under_stats},
	{"map", "", 0, 0, "", 0, map_options, "draws what every block is for", NULL, under_map},
	{"show", "WHAT [ARGUMENT]", 1, 2, "v", 0, show_options, "shows one thing, in the words of the gefs console",
	 "WHAT is one of\n"
	 "  tree [SNAP]    nodes and records; of \"snap\": the tree of snapshots\n"
	 "  free [ARENA]   log [ARENA]   blk ADDR   df   users   snap   super   arenas\n"
	 "  dlist   conf   files [SNAP]\n",
	 under_show},
	{"block", "[ADDR]", 0, 1, "a", SH_ROOTLESS, block_options, "decodes any block",
	 "Without ADDR it is the block at the cursor.\n" ADDRESSES, under_block},
	{"addr", "[WHERE | ADDR]", 0, 1, "w", SH_ROOTLESS, NULL, "moves the cursor, or tells where it is",
	 "WHERE is a structure, for example\n"
	 "  super  super0  arena[2]  arena[2].1  log[0,1]      roots, headers, logs\n"
	 "  main:root  main:leaf[3]  snap:root                 nodes of a tree\n"
	 "  main:/dir/file  main:/file#0x4000  main:{up:7}     records: entry, data, any\n"
	 "  snap:{snap:8}  snap:dead[7,4]                      snapshots, deadlists\n"
	 "docs/fields.md has all of them. In paths, . @ # and ^ need a backslash, and that\n"
	 "needs quotes: 'main:/a\\.txt'.\n" ADDRESSES, under_addr},
	{"print", "[FIELD...]", 0, -1, "w", SH_ROOTLESS, NULL, "shows fields of what the cursor is at",
	 "Without FIELD all of them. FIELD is nval, value[3].key, msg[0], byte[7]; or a\n"
	 "whole WHERE with a field, for example super.qgen.\n",
	 under_print},
	{"type", "[TYPE]", 0, 1, "v", SH_ROOTLESS, NULL, "tells what the cursor is at, or takes it for something else",
	 "TYPE is super, arena, log, deadlist, pivot, leaf or data.\n", under_type},
	{"child", "[N | FIELD]", 0, 1, "w", SH_ROOTLESS, NULL, "follows the Nth pointer of what the cursor is at",
	 "N counts from 0. Pointers are the addresses among its fields; of a node, those\n"
	 "of its records. FIELD names one: loghd, value[3].addr, root.addr.\n",
	 under_child},
	{"parent", "", 0, 0, "", 0, NULL, "goes to what refers to the block at the cursor",
	 "That is where child came from, or else the first owner that is found, which\n"
	 "takes reading all metadata.\n",
	 under_parent},
	{"push", "[WHERE | ADDR]", 0, 1, "w", SH_ROOTLESS, NULL, "keeps the cursor on a stack, and perhaps moves it", NULL, under_push},
	{"pop", "", 0, 0, "", SH_ROOTLESS, NULL, "takes the cursor back from the stack", NULL, under_pop},
	{"back", "", 0, 0, "", SH_ROOTLESS, NULL, "moves the cursor to where it was before", NULL, under_back},
	{"lookup", "KEY", 1, 1, "v", 0, snap_options, "looks up a key, and tells how its value came about",
	 "KEY is dat:QID:OFF, ent:QID:NAME, up:QID, label:NAME, snap:ID, dead:GEN:BIRTH,\n"
	 "conf:NAME or x:HEX. The value in the leaf is told first, then all messages on\n"
	 "the way, in the order in which they are applied.\n",
	 under_lookup},
	{"scan", "PREFIX", 1, 1, "v", 0, snap_options, "does that with all keys that begin so",
	 "PREFIX is dat:, dat:7, ent:0, up:, label:main, snap:, dlist:, conf: or hex.\n", under_scan},
	{"owner", "[ADDR]", 0, 1, "a", 0, NULL, "tells everything that refers to a block", ADDRESSES, under_owner},
	{"path", "QID", 1, 1, "v", 0, snap_options, "tells the path of a file by its qid path", NULL, under_path},
	{"verify", "[ADDR | PATH | SNAP | all]...", 0, -1, "t", 0, NULL, "verifies hashes, and tells what breaks",
	 "A block against every pointer to it; the contents of a file, or of all below a\n"
	 "directory; a snapshot, or everything, as check does. Without argument: the block\n"
	 "at the cursor.\n",
	 under_verify},
	{"check", "", 0, 0, "", SH_PROGRESS, check_options, "checks every invariant, as gefs-check", NULL, under_check},
	{"hash", "[ADDR]", 0, 1, "a", SH_ROOTLESS, NULL, "computes the hash of a block, and compares it",
	 "It is compared with every pointer to the block; and the hash that a log, a\n"
	 "deadlist or a superblock has of itself, with its bytes.\n" ADDRESSES,
	 under_hash},
	{"convert", "NUMBER...", 1, -1, "a", SH_ROOTLESS, NULL, "converts between address, block, arena, hex and decimal",
	 ADDRESSES, under_convert},
	{.name = NULL},
};
