/* What versions keep where: beside what the descriptor of the format says, the places that only a tool which writes
 * has to know. One table for each version. */
#ifndef GEFS_DAMAGE_LAYOUT_H
#define GEFS_DAMAGE_LAYOUT_H

#include "format/format.h"

enum kind { KIND_RAW, KIND_SUPER, KIND_ARENA, KIND_LOG, KIND_DEAD, KIND_NODE, KIND_RECORD };

struct field {
	enum kind kind;
	enum key_type key; /* of a record; KEY_BAD: a child pointer */
	const char *name;
	uint16_t at, width;
};

struct layout {
	const char *const *formats;  /* whose layout it is; ends with NULL */
	const struct field *fields;
	size_t nfields;
	const char *const *log_ops;  /* by number; "" is a plain number */
	const char *const *dead_ops; /* of deadlists */
	size_t nlog_ops, ndead_ops;

	/* Offsets; 0: has none. */
	uint16_t root_snap;   /* in root data: address and hash of the snapshot tree's root */
	uint16_t root_arenas; /* in root data: table of arenas, address[8] hash[8], and behind it a hash of all before */
	uint16_t list_size;   /* in a log or deadlist block: bytes of its body that are in use */
	uint16_t log_hash, dead_hash; /* hash of the body */
	uint16_t snap_root;   /* in a snapshot's record: pointer to its tree */
	/* Deadlists: records of which type hold pointers to them, how many, where, and how far apart. */
	enum key_type dead_key;
	uint16_t ndead, dead_head, dead_step;
};

/* By the name of a format. */
const struct layout *layout_find(const char *format);
const struct field *layout_field(const struct layout *, enum kind, enum key_type, const char *name);

#endif
