/* The table of findings. Every invariant that can be broken is a row; names and numbers are never reused. */
#ifndef GEFS_CHECK_CATALOGUE_H
#define GEFS_CHECK_CATALOGUE_H

#include "gefs.h"

#define FINDINGS(X)                                                                                                      \
	X(DEVICE_SHORT) X(SUPER_BOTH) X(SUPER_COPY) X(SUPER_TYPE) X(SUPER_DIFFER) X(SUPER_FIELDS) X(SUPER_FLAG)          \
	X(SUPER_SNAPDL) X(SUPER_NEXTQID) X(SUPER_NEXTGEN) X(SUPER_GROWN)                                                 \
	X(ARENA_ORDER) X(ARENA_HEADER) X(ARENA_COPY) X(ARENA_SIZE) X(ARENA_LOG_HEAD) X(ARENA_USED)                       \
	X(LOG_BLOCK) X(LOG_CYCLE) X(LOG_ENTRY) X(LOG_REPLAY) X(LOG_SHARED) X(LOG_FREE) X(LOG_SYNC_ORDER)                 \
	X(LOG_NO_BARRIER) X(ARENA_TAIL_FREE)                                                                             \
	X(NODE_ADDRESS) X(NODE_READ) X(NODE_HASH) X(NODE_TYPE) X(NODE_FREE) X(NODE_DEPTH) X(NODE_EMPTY)                  \
	X(NODE_ONLY_CHILD) X(NODE_OVERFULL) X(NODE_SIZES) X(NODE_BOUNDS) X(NODE_OVERLAP) X(NODE_ORDER)                   \
	X(NODE_MESSAGE_ORDER) X(NODE_KEY_SIZE) X(NODE_VALUE_SIZE) X(NODE_CHILD_SIZE) X(NODE_KEY_RANGE)                   \
	X(NODE_MESSAGE_RANGE) X(NODE_FILL) X(NODE_SHARED) X(NODE_BIRTH) X(MESSAGE_OP) X(MESSAGE_OPERAND)                 \
	X(MESSAGE_STATE) X(KEY_KIND) X(KEY_SHAPE) X(VALUE_SHAPE) X(DATA_OFFSET) X(CLEAR_OFFSET)                          \
	X(DATA_ADDRESS) X(DATA_READ) X(DATA_HASH) X(DATA_FREE) X(DATA_SHARED) X(DATA_BIRTH) X(DATA_STALE)                \
	X(ROOT_MISSING) X(NAME_BAD) X(NAME_ODD) X(PARENT_MISSING) X(QID_TWICE) X(UP_MISSING) X(UP_WRONG)                 \
	X(UP_SUPERFLUOUS) X(DIR_UNREACHABLE) X(MODE_ODD) X(LENGTH_ODD) X(USER_UNKNOWN)                                   \
	X(LABEL_MISSING) X(LABEL_DANGLING) X(LABEL_FLAGS) X(LABEL_LENGTH) X(LABEL_MUTABLE_TWICE) X(SNAP_FIELDS)          \
	X(SNAP_NLBL_LOW) X(SNAP_NLBL_HIGH) X(SNAP_NREF_LOW) X(SNAP_NREF_HIGH) X(SNAP_PRED) X(SNAP_SUCC)                  \
	X(SNAP_SUCC_LOST) X(SNAP_BASE) X(SNAP_ORPHAN) X(SNAP_MUTABLE_CHILD)                                              \
	X(DEADLIST_BLOCK) X(DEADLIST_CYCLE) X(DEADLIST_TAIL) X(DEADLIST_SHARED) X(DEADLIST_FREE) X(DEADLIST_MERGED)      \
	X(DEADLIST_ORPHAN) X(DEADLIST_RANGE) X(DEADLIST_TIP) X(DEAD_ADDRESS) X(DEAD_FREE) X(DEAD_TWICE)                  \
	X(DEAD_TWICE_ORPHAN) X(DEAD_USED) X(DEAD_USED_TIP) X(DEAD_UNREFERENCED) X(DEAD_BIRTH) X(DEAD_MISSING)            \
	X(LEAK) X(USERS_FILE) X(USERS_ODD)                                                                               \
	X(HAZARD_FORK) X(HAZARD_FORK_DELETE) X(HAZARD_LABELS) X(HAZARD_CLEAR) X(TREE_UNCHECKED)  \
	X(ROOT_DIFFER) X(RELEASED) X(UP_STALE) X(DEADLIST_LOOSE) X(FORMAT_INFERRED) X(OVERWRITTEN)

enum finding_code {
#define X(name) F_##name,
	FINDINGS(X)
#undef X
	F_MAX
};

const gefs_finding_kind *finding_kind(enum finding_code);

#endif
