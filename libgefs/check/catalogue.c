#include "check/catalogue.h"

#define E GEFS_ERROR
#define W GEFS_WARNING
#define H GEFS_HAZARD
#define N GEFS_NOTE

static const gefs_finding_kind kinds[F_MAX] = {
	[F_DEVICE_SHORT] = {1, "device-short", E, "1", "the device ends before its arenas do",
		"The image was cut off, or copied in part. What lay beyond the end is lost; copy the disk again if you can."},
	[F_SUPER_BOTH] = {2, "super-both-bad", E, "2,3", "neither superblock has the right hash",
		"Fields of the one that is used may be wrong. The file server does not start."},
	[F_SUPER_COPY] = {3, "super-copy-bad", W, "2,3", "one of the two superblocks is damaged",
		"The file server uses the other one and rewrites both at its next sync. A crash while superblocks are "
		"written, or a device whose length changed, leaves this."},
	[F_SUPER_TYPE] = {4, "super-type", E, "4", "a superblock does not begin with a known block type",
		"The file server does not start on such a disk even though the other superblock is good."},
	[F_SUPER_DIFFER] = {5, "super-differ", W, "5", "the two superblocks are both good but differ",
		"A crash came between the two writes. The first one counts."},
	[F_SUPER_FIELDS] = {6, "super-fields", E, "6", "a superblock field has an impossible value", "The file server does "
		"not look at the block and buffer sizes; a reader that trusts them would go wrong."},
	[F_SUPER_FLAG] = {7, "super-flag", W, "6", "unknown feature flags are set", "The format knows none."},
	[F_SUPER_SNAPDL] = {8, "super-snapdl", W, "7", "the snapshot tree's own deadlist is recorded",
		"The file server always writes nil there and ignores it."},
	[F_SUPER_NEXTQID] = {9, "super-nextqid", E, "8", "a file has a qid that is still to be handed out",
		"New files would get numbers that are in use."},
	[F_SUPER_NEXTGEN] = {10, "super-nextgen", E, "8", "a generation is in use that is still to be handed out",
		"New snapshots would get numbers that are in use."},
	[F_SUPER_GROWN] = {11, "super-arena-hash-grown", E, "10", "the disk was grown by a file server with the grow bug",
		"Growing stored all ones instead of the hashes of the old arenas' headers in the superblock. The headers "
		"themselves are intact and agree with each other, and so is everything else, but the file server cannot "
		"load the disk. The repair is to store the true hashes in both superblocks."},
	[F_ARENA_ORDER] = {12, "arena-order", E, "9", "arenas overlap, are out of order or out of place", ""},
	[F_ARENA_HEADER] = {13, "arena-header", E, "10", "neither copy of an arena header is good",
		"The file server cannot load the disk."},
	[F_ARENA_COPY] = {14, "arena-copy-bad", H, "11", "one of the two copies of an arena header is not good",
		"A crash during a sync leaves this. The file server starts, but makes the file system read-only, and never "
		"repairs it."},
	[F_ARENA_SIZE] = {15, "arena-size", E, "12", "an arena has an impossible size", ""},
	[F_ARENA_LOG_HEAD] = {16, "arena-log-head", E, "13", "the allocation log does not begin inside its arena", ""},
	[F_ARENA_USED] = {17, "arena-used", W, "14", "the header's count of used bytes disagrees with the log",
		"The file server recomputes it. A crash after a restart leaves this."},
	[F_LOG_BLOCK] = {18, "log-block", E, "15,22", "a block of an allocation log is damaged",
		"The file server cannot load the disk. Free space of this arena is not known."},
	[F_LOG_CYCLE] = {19, "log-cycle", E, "16", "an allocation log runs in a circle", "The file server hangs."},
	[F_LOG_ENTRY] = {20, "log-entry", E, "17", "an allocation log holds an impossible entry", "The file server aborts."},
	[F_LOG_REPLAY] = {21, "log-replay", E, "18", "an allocation log frees what is free or allocates what is not",
		"The file server aborts."},
	[F_LOG_SHARED] = {22, "log-shared", E, "19", "a block of an allocation log has another use too", ""},
	[F_LOG_FREE] = {23, "log-free", E, "19", "a block of an allocation log counts as free",
		"It will be overwritten."},
	[F_LOG_SYNC_ORDER] = {24, "log-sync-order", W, "20", "barriers in an allocation log are out of order", ""},
	[F_LOG_NO_BARRIER] = {25, "log-no-barrier", W, "21", "an allocation log lacks the barrier of the last sync",
		"Legal in a new arena, and after a crash that followed a restart."},
	[F_ARENA_TAIL_FREE] = {26, "arena-tail-free", W, "24", "the last two blocks of an arena are free",
		"The file server never uses them; another tool may have released them."},
	[F_NODE_ADDRESS] = {27, "node-address", E, "25", "a tree node's address is not a block of any arena", ""},
	[F_NODE_READ] = {28, "node-read", E, "25", "a tree node cannot be read", ""},
	[F_NODE_HASH] = {29, "node-hash", E, "25", "a tree node's hash is wrong",
		"The block was damaged or overwritten. What lies below it cannot be reached through it."},
	[F_NODE_TYPE] = {30, "node-type", E, "25", "a tree node is of another block type", ""},
	[F_NODE_FREE] = {31, "node-free", E, "26,80", "a tree node counts as free", "It will be overwritten."},
	[F_NODE_DEPTH] = {32, "node-depth", E, "27", "a leaf or pivot stands at the wrong height", ""},
	[F_NODE_EMPTY] = {33, "node-empty", E, "28,29", "a tree node is empty", "The file server's check aborts on it."},
	[F_NODE_ONLY_CHILD] = {34, "node-only-child", N, "29", "a pivot has a single child",
		"Legal: deletions leave it. The file server's check calls it underfilled."},
	[F_NODE_OVERFULL] = {35, "node-overfull", E, "30", "a tree node holds more than fits", ""},
	[F_NODE_SIZES] = {36, "node-sizes", E, "30", "a tree node's size fields disagree with its records",
		"The file server appends where these fields say, over other records."},
	[F_NODE_BOUNDS] = {37, "node-bounds", E, "31", "a record lies outside its node", ""},
	[F_NODE_OVERLAP] = {38, "node-overlap", E, "31", "records overlap", ""},
	[F_NODE_ORDER] = {39, "node-order", E, "32", "keys are out of order", "Lookups miss them."},
	[F_NODE_MESSAGE_ORDER] = {40, "node-message-order", E, "32", "messages are out of order", "Lookups miss them."},
	[F_NODE_KEY_SIZE] = {41, "node-key-size", E, "33", "a key is too long or empty", ""},
	[F_NODE_VALUE_SIZE] = {42, "node-value-size", E, "33", "a value is too long", ""},
	[F_NODE_CHILD_SIZE] = {43, "node-child-size", E, "33", "a child pointer has the wrong length", ""},
	[F_NODE_KEY_RANGE] = {44, "node-key-range", E, "34", "a node's keys lie outside the range its parent gives it",
		"Lookups miss them."},
	[F_NODE_MESSAGE_RANGE] = {45, "node-message-range", E, "35",
		"a node's messages lie outside the range its parent gives it", "They are never applied."},
	[F_NODE_FILL] = {46, "node-fill", E, "36", "the fill that the parent records is wrong",
		"Merging nodes by it overflows them."},
	[F_NODE_SHARED] = {47, "node-shared", E, "37,46", "a block is used as a tree node and as something else", ""},
	[F_NODE_BIRTH] = {48, "node-birth", E, "38,47", "a birth generation is impossible",
		"Which blocks a snapshot frees when it goes away is decided by births."},
	[F_MESSAGE_OP] = {49, "message-op", E, "39", "a message's operation is unknown or wrong for its key",
		"The file server aborts when it applies it."},
	[F_MESSAGE_OPERAND] = {50, "message-operand", E, "40", "a message's operand is malformed", ""},
	[F_MESSAGE_STATE] = {51, "message-state", E, "41", "a message cannot be applied",
		"The file server aborts when it meets it."},
	[F_KEY_KIND] = {52, "key-kind", E, "42", "a key does not belong into this kind of tree", ""},
	[F_KEY_SHAPE] = {53, "key-shape", E, "43", "a key is malformed", ""},
	[F_VALUE_SHAPE] = {54, "value-shape", E, "43", "a value is malformed", ""},
	[F_DATA_OFFSET] = {55, "data-offset", E, "44", "a data record's file offset is not a multiple of the block size", ""},
	[F_CLEAR_OFFSET] = {56, "clear-offset", N, "44", "a clear message has an unaligned offset",
		"Truncation to an unaligned length sends these; they match no record, so the blocks past the end stay."},
	[F_DATA_ADDRESS] = {57, "data-address", E, "45", "a data block's address is not a block of any arena", ""},
	[F_DATA_READ] = {58, "data-read", E, "45", "a data block cannot be read", ""},
	[F_DATA_HASH] = {59, "data-hash", E, "45", "a data block's hash is wrong",
		"File contents were damaged or overwritten. The file server's check never looks at data."},
	[F_DATA_FREE] = {60, "data-free", E, "45,80", "a data block counts as free", "It will be overwritten."},
	[F_DATA_SHARED] = {61, "data-shared", E, "46", "a data block belongs to two files, offsets or uses", ""},
	[F_DATA_BIRTH] = {62, "data-birth", E, "47", "pointers to one data block disagree about its birth or hash", ""},
	[F_DATA_STALE] = {63, "data-stale", N, "48", "data records beyond the end of a file, or of a removed file",
		"The file server leaves these after truncations and removals. Beyond the end the old contents come back "
		"when the file grows again."},
	[F_ROOT_MISSING] = {64, "root-missing", E, "49", "a tree has no root directory, or more than one", ""},
	[F_NAME_BAD] = {65, "name-bad", E, "50", "a name holds a slash or a zero byte", "No path leads to the file."},
	[F_NAME_ODD] = {66, "name-odd", W, "50", "a name that the file server would not create", ""},
	[F_PARENT_MISSING] = {67, "parent-missing", E, "51", "an entry's directory does not exist", "No path leads to it."},
	[F_QID_TWICE] = {68, "qid-twice", E, "52", "two entries have the same qid", "They share their contents."},
	[F_UP_MISSING] = {69, "up-missing", E, "53", "a directory has no parent record", "Walking to .. fails in it."},
	[F_UP_WRONG] = {70, "up-wrong", E, "53", "a directory's parent record names another entry", ""},
	[F_UP_SUPERFLUOUS] = {71, "up-superfluous", W, "53", "a parent record for something that is no directory", ""},
	[F_DIR_UNREACHABLE] = {72, "dir-unreachable", E, "54", "directories form a loop that the root does not reach", ""},
	[F_MODE_ODD] = {73, "mode-odd", W, "55", "mode bits are unknown, or disagree with the qid's type", ""},
	[F_LENGTH_ODD] = {74, "length-odd", W, "56", "a negative length, or a directory with a length", ""},
	[F_USER_UNKNOWN] = {75, "user-unknown", W, "57", "an entry's owner is not in the users file",
		"It is shown as none or nogroup."},
	[F_LABEL_MISSING] = {76, "label-missing", E, "60", "a label that every disk has is missing",
		"Without adm the file server does not start."},
	[F_LABEL_DANGLING] = {77, "label-dangling", E, "61", "a label names a snapshot that does not exist", ""},
	[F_LABEL_FLAGS] = {78, "label-flags", W, "61", "a label has unknown or deprecated flags", ""},
	[F_LABEL_LENGTH] = {79, "label-length", H, "70", "a label is too long",
		"When a mutable label longer than 63 bytes is attached, a second label with the first 63 bytes appears and "
		"moves on in its place."},
	[F_LABEL_MUTABLE_TWICE] = {80, "label-mutable-twice", E, "63", "two mutable labels name one snapshot",
		"Both would kill its blocks."},
	[F_SNAP_FIELDS] = {81, "snap-fields", E, "62", "a snapshot record has an impossible field", ""},
	[F_SNAP_NLBL_LOW] = {82, "snap-nlbl-low", E, "64", "a snapshot counts fewer labels than it has",
		"It would be freed while a label names it."},
	[F_SNAP_NLBL_HIGH] = {83, "snap-nlbl-high", W, "64", "a snapshot counts more labels than it has",
		"Deleting one of several labels leaves this; the snapshot will never be reclaimed."},
	[F_SNAP_NREF_LOW] = {84, "snap-nref-low", E, "65", "a snapshot counts fewer successors than it has",
		"It would be freed while others depend on it."},
	[F_SNAP_NREF_HIGH] = {85, "snap-nref-high", W, "65", "a snapshot counts more successors than it has",
		"Deleting a fork leaves this; the snapshot will never be reclaimed."},
	[F_SNAP_PRED] = {86, "snap-pred", E, "66", "a snapshot's predecessor is missing or not older", ""},
	[F_SNAP_SUCC] = {87, "snap-succ", E, "67", "a snapshot's successor is missing or no successor",
		"The file server aborts when it relinks it."},
	[F_SNAP_SUCC_LOST] = {88, "snap-succ-lost", W, "67", "a snapshot has a successor but does not name it",
		"Deleting a fork's last label leaves this."},
	[F_SNAP_BASE] = {89, "snap-base", W, "68", "a snapshot's base is not among its ancestors",
		"It may have been reclaimed."},
	[F_SNAP_ORPHAN] = {90, "snap-orphan", W, "69", "a snapshot without label will never be reclaimed", ""},
	[F_SNAP_MUTABLE_CHILD] = {91, "snap-mutable-child", W, "71", "a mutable label's snapshot has successors",
		"The file server starts a new snapshot before it changes anything."},
	[F_DEADLIST_BLOCK] = {92, "deadlist-block", E, "72", "a deadlist block is damaged", ""},
	[F_DEADLIST_CYCLE] = {93, "deadlist-cycle", E, "72", "a deadlist runs in a circle", "The file server hangs."},
	[F_DEADLIST_TAIL] = {94, "deadlist-tail", E, "72", "a deadlist does not end where its record says", ""},
	[F_DEADLIST_SHARED] = {95, "deadlist-shared", E, "72", "a deadlist block has another use too", ""},
	[F_DEADLIST_FREE] = {96, "deadlist-free", E, "72,80", "a deadlist block counts as free", "It will be overwritten."},
	[F_DEADLIST_MERGED] = {97, "deadlist-merged", W, "72,76", "a deadlist hangs on another one's tail",
		"A crash while lists were merged leaves this: the merge will be made again."},
	[F_DEADLIST_ORPHAN] = {98, "deadlist-orphan", H, "73", "a deadlist of a snapshot that does not exist",
		"Setting a configuration key on a label nobody has attached leaves this. The file server never looks at it "
		"again; its blocks may be in use."},
	[F_DEADLIST_RANGE] = {99, "deadlist-range", W, "74", "a deadlist's birth generation is outside its snapshot's range",
		""},
	[F_DEADLIST_TIP] = {100, "deadlist-tip", H, "74", "a deadlist left over from a deleted newest snapshot",
		"Its blocks are still used by the snapshot it was moved to. When that one is deleted they are freed even if "
		"something else uses them, or freed twice."},
	[F_DEAD_ADDRESS] = {101, "dead-address", E, "75", "a deadlist lists what is not a block of any arena", ""},
	[F_DEAD_FREE] = {102, "dead-free", E, "75,80", "a deadlist lists a free block", "It would be freed twice."},
	[F_DEAD_TWICE] = {103, "dead-twice", E, "76", "a block is on two deadlists", "It would be freed twice."},
	[F_DEAD_TWICE_ORPHAN] = {104, "dead-twice-orphan", W, "76", "a block is on a deadlist and on an orphaned one",
		"Harmless: the orphaned list is never processed."},
	[F_DEAD_USED] = {105, "dead-used", E, "77", "a deadlist lists a block that its snapshot still uses",
		"It would be freed while in use."},
	[F_DEAD_USED_TIP] = {106, "dead-used-tip", H, "77", "a left-over deadlist lists a block that is in use",
		"The list was moved here from a deleted newest snapshot; see deadlist-tip."},
	[F_DEAD_UNREFERENCED] = {107, "dead-unreferenced", W, "77", "a deadlist lists a block that its predecessor does not use",
		""},
	[F_DEAD_BIRTH] = {108, "dead-birth", E, "78", "a deadlist disagrees with the pointer about a block's birth", ""},
	[F_DEAD_MISSING] = {109, "dead-missing", W, "79", "a block that a snapshot dropped is on no deadlist",
		"It will leak when the older snapshot goes away."},
	[F_LEAK] = {110, "leak", N, "81", "blocks are allocated but nothing refers to them",
		"Every restart and every crash of the file server leaks some; it never reclaims them."},
	[F_USERS_FILE] = {111, "users-file", E, "82,84", "the users file is missing or malformed",
		"The file server does not start unless it is told to be permissive."},
	[F_USERS_ODD] = {112, "users-odd", W, "83", "the users file has doubles or lacks adm or none", ""},
	[F_HAZARD_FORK] = {113, "hazard-fork", H, "", "deleting this label will free blocks that a fork uses",
		"The snapshot's only successor is a fork. The file server takes such a snapshot for the newest of its line and "
		"frees the blocks it brought, although the fork shares them. Keep the label as long as the fork lives."},
	[F_HAZARD_FORK_DELETE] = {114, "hazard-fork-delete", H, "", "deleting this fork will leave its origin unreclaimable",
		"The file server does not lower the origin's count of successors and forgets its linear successor."},
	[F_HAZARD_LABELS] = {115, "hazard-labels", H, "", "deleting one of this snapshot's labels will make it unreclaimable",
		"The file server does not lower the count of labels when one of several is deleted."},
	[F_HAZARD_CLEAR] = {116, "hazard-clear", H, "", "deleting this label can abort the file server",
		"Its tree has pending clear messages for data that does not exist (files with holes were removed). The sweep "
		"that follows the deletion of a newest snapshot aborts on them."},
	[F_TREE_UNCHECKED] = {117, "tree-unchecked", E, "", "part of a tree could not be checked", ""},
	[F_ROOT_DIFFER] = {118, "root-differ", W, "", "arena headers disagree about the root of the file system",
		"Each arena header repeats it, and the last one counts. A crash during a sync leaves the earlier ones newer: "
		"then the old state counts, while the allocation logs are new already, and some blocks count as free that the "
		"old state uses. The file server of 2022 goes on all the same and may lose those blocks."},
	[F_RELEASED] = {119, "released", W, "", "a block in use was released or used again",
		"The file server of 2022 releases blocks too early that an older snapshot still uses, and so does a crash in the "
		"middle of its sync. The block may have been overwritten; what was in it is then lost. That is the server's "
		"doing and no sign of a bad disk."},
	[F_UP_STALE] = {120, "up-stale", W, "", "the parent record of a renamed directory has its old name",
		"The file server of 2022 does not bring it up to date: `..` below such a directory leads astray. The path from "
		"the root is right."},
	[F_DEADLIST_LOOSE] = {121, "deadlist-loose", W, "", "a deadlist of an old version is broken",
		"The file server of 2022 damages deadlists when it appends to them. They are no more than a hint about what could "
		"be reclaimed; files are not concerned."},
	[F_FORMAT_INFERRED] = {122, "format-inferred", N, "", "the on-disk version is not known for certain",
		"Of this version only the block layer is known. Logs and free space are verified; what lies above is read only "
		"as far as it looks like a neighbouring version."},
	[F_OVERWRITTEN] = {123, "overwritten", W, "", "a block that was released too early has been overwritten",
		"A snapshot still shows it, but the file server of 2022 counted it as free and has used it for something else since: "
		"see `released`. What was in it is lost."},
};

const gefs_finding_kind *
finding_kind(enum finding_code c)
{
	return &kinds[c];
}

const gefs_finding_kind *
gefs_finding_kind_get(size_t i)
{
	return i < F_MAX ? &kinds[i] : NULL;
}

const char *
gefs_severity_name(gefs_severity s)
{
	static const char *const names[] = {"note", "warning", "hazard", "error"};
	return s <= GEFS_ERROR ? names[s] : "unknown";
}
