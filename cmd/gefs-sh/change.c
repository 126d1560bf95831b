/* Commands that change things. */
#include "change.h"

static const struct sh_option commit_options[] = {
	{'f', "force", NULL, "also changes that make errors"},
	{'u', "undo", "FILE", "keep what is overwritten there, not in IMAGE.undo"},
	{0, "no-undo", NULL, "keep it nowhere"},
	{.name = NULL},
};

static const struct sh_option diff_options[] = {
	{'q', "quiet", NULL, "only which blocks"},
	{.name = NULL},
};

enum { WRITES = SH_WRITES | SH_ROOTLESS, RAW = WRITES | SH_EXPERT };

#define VALUES \
	"VALUE is a number, x:HEX (bytes), =WHERE (what is in that field), &WHERE (the\n" \
	"address of its block) or *WHERE (the value of that record).\n"

const struct sh_command sh_change[] = {
	{"set", "[NAME [on|off]] | FIELD VALUE", 0, 2, "wv", SH_ROOTLESS, NULL, "sets a field, or a setting of the shell",
	 "Settings: expert (allow changes of single fields), rehash (make hashes right\n"
	 "after each change), json, pager. Without arguments they are listed.\n"
	 "FIELD is one of what the cursor is at, or a whole WHERE with a field; setting\n"
	 "fields needs gefs-sh -w and \"set expert on\". Hashes stay as they are, unless\n"
	 "rehash is on or used.\n" VALUES,
	 change_set},
	{"add", "FIELD NUMBER", 2, 2, "wv", RAW, NULL, "adds to a field", NULL, change_add},
	{"fuzz", "FIELD zeroes|ones|flip N|random SEED", 2, 3, "wv", RAW, NULL, "fills a field with something else",
	 "flip changes bit N of the field, 0 being the lowest one of its first byte;\n"
	 "random gives the same bytes for the same SEED, everywhere.\n",
	 change_fuzz},
	{"zap", "ADDR", 1, 1, "a", RAW, NULL, "fills a block with zeros", NULL, change_zap},
	{"clone", "WHERE ADDR", 2, 2, "wa", RAW, NULL, "copies a block to another place", NULL, change_clone},
	{"delete", "RECORD", 1, 1, "w", RAW, NULL, "removes a record or message from its node",
	 "RECORD is a place as main:/dir/file, main:{up:7} or main:root.msg[3].\n", change_delete},
	{"insert", "NODE KEY VALUE", 3, 3, "wv", RAW, NULL, "puts a record into a node, where its key belongs",
	 "VALUE is x:HEX (bytes), or *WHERE (the value of another record).\n", change_insert},
	{"message", "NODE OP KEY VALUE", 4, 4, "wv", RAW, NULL, "puts a message into a pivot, where its key belongs",
	 "OP is the number of the operation as on the disk, VALUE is x:HEX (bytes), or\n"
	 "*WHERE (the value of another record).\n", change_message},
	{"append", "LIST ENTRY,...", 2, 2, "wv", RAW, NULL, "puts entries into a log or deadlist, before its end",
	 "LIST is a place as log[0] or snap:dead[7,4]. ENTRY in a log: alloc1:ADDR\n"
	 "free1:ADDR alloc:ADDR:LEN free:ADDR:LEN sync:GEN chain:ADDR end:0; in a\n"
	 "deadlist an address, or kill:ADDR:BIRTH graft:ADDR:HASH chain:ADDR:HASH\n"
	 "end:0:0 (older versions).\n",
	 change_append},
	{"rehash", "", 0, 0, "", WRITES, NULL, "makes all hashes right above what was changed",
	 "Up to the superblocks. Hashes that lead to blocks that were not changed stay as\n"
	 "they are, right or wrong. \"set rehash on\" does it after every change.\n",
	 change_rehash},
	{"copysuper", "[FROM]", 0, 1, "v", WRITES, NULL, "makes the superblocks like one of them",
	 "FROM is 0 or 1; without it, the one in use. Of older versions: root data of all\n"
	 "arena headers like that of header FROM.\n",
	 change_copysuper},
	{"copyheader", "ARENA [FROM]", 1, 2, "v", WRITES, NULL, "makes both headers of an arena alike",
	 "FROM is 0 or 1; without it, the first one that is good.\n", change_copyheader},
	{"diff-changes", "", 0, 0, "", WRITES, diff_options, "shows what commit would write",
	 "For each block the bytes that differ: offset, before, after.\n", change_diff},
	{"commit", "", 0, 0, "", WRITES | SH_PROGRESS, commit_options, "writes all changes",
	 "What is overwritten is kept in a file first, for undo and gefs-undo. The image\n"
	 "is checked as it would be; if there are errors that it does not have without the\n"
	 "changes, nothing is written, unless forced.\n",
	 change_commit},
	{"abort", "", 0, 0, "", WRITES, NULL, "forgets all changes that were not committed", NULL, change_abort},
	{"undo", "[FILE]", 0, 1, "f", WRITES, NULL, "takes back the last commit",
	 "One after the other. FILE is what a commit of another session has kept.\n", change_undo},
	{.name = NULL},
};
