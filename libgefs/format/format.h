/* What bytes mean. One descriptor for each on-disk version holds every difference between them;
 * floors above see decoded structures and the names below only. */
#ifndef GEFS_FORMAT_FORMAT_H
#define GEFS_FORMAT_FORMAT_H

#include "base/bytes.h"
#include "gefs.h"

/* Key types, the same for all versions; the bytes that stand for them are the descriptor's. */
enum key_type { KEY_DATA, KEY_ENTRY, KEY_UP, KEY_LABEL, KEY_SNAP, KEY_DEAD, KEY_CONF, KEY_BAD };

struct key {
	enum key_type type;
	uint64_t qid;    /* data, up: the file; entry: the parent; snap: the id; dead: the killing generation */
	uint64_t offset; /* data: in the file; dead: birth */
	gefs_bytes name; /* entry, label, conf */
};

struct label_value {
	uint64_t snap;
	uint32_t flags;
};

struct log_header { /* allocation log and deadlist blocks */
	gefs_block_type type;
	uint32_t size; /* of the body */
	uint64_t hash;
	gefs_ptr next;
};

struct arena_header {
	uint64_t log_head, size, used;
};

enum { KEY_MAX = 256, VALUE_MAX = 512, NAME_MAX_USABLE = 244, LABEL_MAX = 127, LABEL_MAX_MUTABLE = 63 };

struct format {
	const char *name; /* the 8 bytes that begin a superblock */
	uint32_t blksz, bufspc;
	uint32_t pivot_header, leaf_header, log_header;
	uint32_t leaf_space, pivot_space, buffer_space, log_space;
	uint32_t ptr_size, child_size; /* block pointer; pointer with fill */
	uint32_t max_arenas;
	uint32_t reserved_blocks;      /* at the end of each arena, never free */

	uint64_t (*hash)(const void *data, size_t len);
	gefs_block_type (*classify)(const uint8_t *block);
	/* False when the bytes cannot be one. Neither looks at hashes. */
	bool (*super_decode)(const uint8_t *block, gefs_super *);
	bool (*arena_decode)(const uint8_t *block, struct arena_header *);
	bool (*log_decode)(const uint8_t *block, struct log_header *);
	/* Entry at body offset `at`; returns its bytes, 0 when it cannot be decoded (with *why). */
	uint32_t (*log_entry)(const uint8_t *body, uint32_t size, uint32_t at, gefs_log_entry *, const char **why);
	gefs_ptr (*ptr_decode)(const uint8_t *);
	/* NULL when fine, else what is wrong with it; out->type is set whenever it can be told. */
	const char *(*key_decode)(gefs_bytes, struct key *out);
	size_t (*key_encode)(const struct key *, uint8_t out[KEY_MAX]);
	bool (*dirent_decode)(gefs_bytes value, gefs_dirent *); /* parent and name are the key's */
	bool (*snap_decode)(gefs_bytes value, gefs_snap *);
	bool (*label_decode)(gefs_bytes value, struct label_value *);
	bool (*deadlist_decode)(gefs_bytes value, gefs_deadlist *);
	/* Applies wstat, relink or reprev to a value in place. NULL, or what is wrong. */
	const char *(*update)(int op, gefs_bytes operand, uint8_t *value, size_t len);
	/* Is op legal for this key type, with an operand of this shape? NULL, or what is wrong; *bad_op tells whether it
	 * is the operation itself. */
	const char *(*message_check)(int op, enum key_type, gefs_bytes operand, bool *bad_op);
	/* Is the value legal for this key? NULL, or what is wrong. */
	const char *(*value_check)(const struct key *, gefs_bytes value);
};

extern const struct format format_gefs9;

/* The format whose superblock begins a block, or NULL. */
const struct format *format_detect(const uint8_t *block);
/* Supported names, comma separated, for error messages. */
const char *format_names(void);

static inline int
bytes_cmp(gefs_bytes a, gefs_bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool
bytes_eq(gefs_bytes a, gefs_bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
bytes_prefix(gefs_bytes a, gefs_bytes prefix)
{
	return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

#endif
