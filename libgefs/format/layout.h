/* The fields of everything by name, and the places that only those have to know who change them: beside what the
 * descriptor of a version says. One table for each version. */
#ifndef GEFS_FORMAT_LAYOUT_H
#define GEFS_FORMAT_LAYOUT_H

#include "format/format.h"

struct layout_field {
	gefs_structure in;
	enum key_type key; /* in a record: its type; KEY_BAD: a child pointer */
	const char *name;
	uint16_t at, width; /* at: in the block, or in the record's value */
	gefs_form form;
};

struct layout {
	const char *const *formats;  /* whose layout it is; ends with NULL */
	const struct layout_field *fields; /* of one structure in the order of offsets */
	size_t nfields;
	const char *const *log_ops;  /* by number; "" is a plain number */
	const char *const *dead_ops; /* of deadlists */
	size_t nlog_ops, ndead_ops;

	/* Offsets; 0: has none. */
	uint16_t root_snap;   /* in root data: address and hash of the snapshot tree's root */
	uint16_t root_arenas; /* in root data: table of arenas, address[8] hash[8], and behind it a hash of all before */
	uint16_t root_size;   /* of root data that shares its block with what belongs to an arena */
	uint16_t log_size, dead_size; /* in a log or deadlist block: bytes of its body that are in use */
	uint16_t log_hash, dead_hash; /* hash of the body */
	uint16_t snap_root;   /* in a snapshot's record: pointer to its tree */
	/* Deadlists: records of which type hold pointers to them, how many, where, and how far apart. */
	enum key_type dead_key;
	uint16_t ndead, dead_head, dead_step;
};

/* By the name of a format; NULL when there is none. */
const struct layout *layout_find(const char *format);
const struct layout_field *layout_field(const struct layout *, gefs_structure, enum key_type, const char *name);

#endif
