/* What bytes mean. One descriptor for each on-disk version holds every difference between them: sizes, tables, and
 * functions for what cannot be said in a table. Floors above see decoded structures and the names below only. */
#ifndef GEFS_FORMAT_FORMAT_H
#define GEFS_FORMAT_FORMAT_H

#include "base/bytes.h"
#include "gefs.h"

/* Key types, the same for all versions; the bytes that stand for them are the descriptor's. */
enum key_type { /* as gefs_key_kind */
	KEY_DATA, KEY_ENTRY, KEY_UP, KEY_LABEL, KEY_SNAP, KEY_DEAD, KEY_CONF, KEY_BAD
};

struct key {
	enum key_type type;
	uint64_t qid;    /* data, up: the file; entry: the parent; snap: the id; dead: the killing generation */
	uint64_t offset; /* data: in the file; dead: birth */
	gefs_bytes name; /* entry, label, conf */
};

struct label_value {
	uint64_t snap;
	uint32_t flags;
	bool mutable;
};

struct log_header { /* allocation log and deadlist blocks */
	gefs_block_type type;
	uint32_t size;    /* of the body that is in use */
	uint32_t covered; /* of the body, by the hash */
	uint64_t hash;
	gefs_ptr next;
};

struct arena_header {
	uint64_t log_head, size, used;
};

struct arena_layout { /* how ream divides a device: arenas of one size, one after the other */
	uint32_t narena;
	uint64_t first;  /* address of the first header */
	uint64_t stride; /* from one header to the next */
	uint64_t size;   /* as the headers say */
};

/* What servers of a version are known to leave behind, so that it is no damage. */
enum {
	LEAVES_RELEASED = 1 << 0, /* blocks that an older snapshot still uses count as free, or have been used again */
	LEAVES_STALE_UP = 1 << 1, /* parent records of renamed directories name the old entry */
	LEAVES_ROUGH_COUNTS = 1 << 2, /* used space in arena headers and references in snapshot records are not exact */
	LEAVES_CLEARS = 1 << 3,   /* messages that clear what does not exist, at which the server aborts */
	LEAVES_FREE_LOGS = 1 << 4, /* blocks of a log that the log itself has as free */
	LEAVES_WILD_REFS = 1 << 5  /* counts of references in snapshot records mean nothing */
};

/* KEY_MAX is room for the key of every version; what a version allows is in its descriptor. */
enum { KEY_MAX = GEFS_KEY_MAX, VALUE_MAX = 512, LABEL_MAX = 127, LABEL_MAX_MUTABLE = 63 };
enum { PTR_SIZE = 24, CHILD_SIZE = PTR_SIZE + 2 }; /* block pointer; pointer with fill, in a pivot */
enum { OPS = 16, DEADLISTS_MAX = 8 };

struct builtin_user {
	int32_t id;
	const char *name, *leader, *members;
};

struct format {
	const char *name;    /* "gefs0001-le": what --format takes */
	const char *version; /* the 8 bytes that begin the root data */
	const char *words;   /* for people */
	unsigned features;   /* GEFS_HAS_... */
	bool little;         /* byte order of all integers */

	uint32_t blksz, bufspc;
	uint32_t pivot_header, leaf_header, log_header, dead_header;
	uint32_t leaf_space, pivot_space, buffer_space, log_space, dead_space;
	uint32_t max_arenas;
	uint32_t header_copies;    /* of each arena header, one after the other */
	uint32_t header_bytes;     /* of an arena header, from its start on, that are known */
	uint32_t reserved_blocks;  /* at the end of each arena, never free */
	bool last_root_wins;       /* of several copies of the root data the last good one counts, else the first */
	bool size_counts_header;   /* an arena's size includes its header */
	bool exact_lifetimes;      /* births and deadlists follow from the snapshots; else they are a hint at most */
	bool dead_hash_in_pointer; /* the hash of a deadlist block is not in its own header */

	uint32_t key_max, name_max;         /* bytes */
	uint8_t key_byte[KEY_BAD];          /* key type on disk; NO_KEY: does not exist */
	uint8_t op_type[OPS];               /* operation on disk to gefs_op; 0: does not exist */
	uint32_t dirent_at, dirent_size;    /* where an entry's fields begin in the value; the value's size */
	uint32_t snap_size, label_size, dead_size;
	uint32_t snap_root_at, snap_dead_at; /* in a snapshot record: its root; the first of DEADLISTS_MAX blocks with their
					      * hashes, 24 bytes apart, 0: there are none */

	unsigned leaves;                    /* LEAVES_... */
	struct {
		const char *label, *path;         /* of the users file */
		const struct builtin_user *table; /* without that file; ends with a NULL name; or NULL */
	} users;

	uint64_t (*hash)(const void *data, size_t len);
	gefs_block_type (*classify)(const struct format *, const uint8_t *block);
	/* False when the bytes cannot be one. None of these looks at hashes. */
	bool (*super_decode)(const struct format *, const uint8_t *block, gefs_super *);
	bool (*arena_decode)(const struct format *, const uint8_t *block, struct arena_header *);
	/* NULL when fine, else what is wrong with it. */
	const char *(*log_decode)(const struct format *, const uint8_t *block, struct log_header *);
	const char *(*dead_decode)(const struct format *, const uint8_t *block, struct log_header *);
	/* Entry at body offset `at`; returns its bytes, 0 when it cannot be decoded (with *why). */
	uint32_t (*log_entry)(const struct format *, const uint8_t *body, uint32_t size, uint32_t at, gefs_log_entry *,
			      const char **why);
	uint32_t (*dead_entry)(const struct format *, const uint8_t *body, uint32_t size, uint32_t at,
			       gefs_dead_entry *, const char **why);
	/* The same the other way round: fill a whole block. super_encode computes the hash that it holds. */
	void (*super_encode)(const struct format *, const gefs_super *, uint8_t *block);
	/* Changes the hash of the snapshot tree's root in good root data, and clears what means nothing in its block. NULL: not
	 * known. */
	void (*root_rehash)(const struct format *, uint8_t *block, uint64_t snap_hash);
	/* Makes the hash right that a log or deadlist block holds, if it covers the whole block. NULL: it does not. */
	void (*list_rehash)(const struct format *, uint8_t *block);
	void (*arena_encode)(const struct format *, const struct arena_header *, const gefs_super *root, uint8_t *block);
	/* Puts an entry at body offset `at`; returns its bytes. There is room for any entry below log_full. */
	uint32_t (*log_put)(const struct format *, uint8_t *block, uint32_t at, gefs_log_op, uint64_t addr, uint64_t len);
	/* Completes a block of `size` body bytes: header, continuation or end, hash. next: GEFS_NIL at the end. */
	void (*log_seal)(const struct format *, uint8_t *block, uint32_t size, uint64_t next);
	uint32_t log_full; /* body bytes from which on a log or deadlist block takes no further entry */
	/* Completes a block of `size` bytes of addresses. NULL: deadlists of this version are not written. */
	void (*dead_seal)(const struct format *, uint8_t *block, uint32_t size, uint64_t next);
	/* False when the device, of `size` bytes, is too small. NULL: not known. */
	bool (*ream)(const struct format *, uint64_t size, struct arena_layout *);
	bool log_ends_empty; /* a compressed log goes on in a block that holds nothing yet */

	/* The values are as long as the descriptor says. */
	void (*snap_encode)(const struct format *, const gefs_snap *, uint8_t *);
	void (*label_encode)(const struct format *, const struct label_value *, uint8_t *);
	void (*snap_decode)(const struct format *, const uint8_t *, gefs_snap *);
	bool (*label_decode)(const struct format *, const uint8_t *, struct label_value *);
	/* Deadlists that stand in a snapshot's record; how many. NULL: none do. */
	size_t (*snap_deadlists)(const struct format *, const uint8_t *, gefs_deadlist[DEADLISTS_MAX]);
	/* Applies a message that changes a snapshot record, in place. NULL, or what is wrong. */
	const char *(*snap_update)(const struct format *, int op, gefs_bytes operand, uint8_t *value);
	size_t snap_operand; /* its size */
};

enum { NO_KEY = 0xff, FORMAT_BLOCK_MIN = 8192 /* bytes: the smallest block of any version */ };

static inline bool
format_has(const struct format *f, unsigned feature)
{
	return (f->features & feature) != 0;
}

static inline uint16_t
get16(const struct format *f, const void *p)
{
	return f->little ? le16(p) : be16(p);
}

static inline uint32_t
get32(const struct format *f, const void *p)
{
	return f->little ? le32(p) : be32(p);
}

static inline uint64_t
get64(const struct format *f, const void *p)
{
	return f->little ? le64(p) : be64(p);
}

static inline void
put16(const struct format *f, void *p, uint16_t v)
{
	f->little ? put_le16(p, v) : put_be16(p, v);
}

static inline void
put32(const struct format *f, void *p, uint32_t v)
{
	f->little ? put_le32(p, v) : put_be32(p, v);
}

static inline void
put64(const struct format *f, void *p, uint64_t v)
{
	f->little ? put_le64(p, v) : put_be64(p, v);
}

static inline gefs_ptr
ptr_decode(const struct format *f, const uint8_t *p)
{
	return (gefs_ptr){get64(f, p), get64(f, p + 8), get64(f, p + 16)};
}

static inline void
ptr_encode(const struct format *f, gefs_ptr ptr, uint8_t *p)
{
	put64(f, p, ptr.addr);
	put64(f, p + 8, ptr.hash);
	put64(f, p + 16, ptr.gen);
}

/* ---- keys, values and messages (keys.c, values.c): the same for all versions, by the descriptor's tables ---- */

/* NULL when fine, else what is wrong with it; out->type is set whenever it can be told. */
const char *key_decode(const struct format *, gefs_bytes, struct key *out);
/* Returns the length, 0 when the key cannot be written. */
size_t key_encode(const struct format *, const struct key *, uint8_t out[KEY_MAX]);
/* The first bytes of all keys of this type and number: of all entries of a directory, all data of a file. */
size_t key_prefix(const struct format *, enum key_type, uint64_t qid, uint8_t out[KEY_MAX]);

bool dirent_decode(const struct format *, gefs_bytes value, gefs_dirent *); /* parent and name are the key's */
bool snap_decode(const struct format *, gefs_bytes value, gefs_snap *);
bool label_decode(const struct format *, gefs_bytes value, struct label_value *);
bool deadlist_decode(const struct format *, gefs_bytes value, gefs_deadlist *);
/* Is the value legal for this key? NULL, or what is wrong. */
const char *value_check(const struct format *, const struct key *, gefs_bytes value);
/* Is op legal for this key type, with an operand of this shape? NULL, or what is wrong; *bad_op tells whether it
 * is the operation itself. */
const char *message_check(const struct format *, int op, enum key_type, gefs_bytes operand, bool *bad_op);
/* Applies a message that changes a value in place. NULL, or what is wrong. */
const char *value_update(const struct format *, int op, gefs_bytes operand, uint8_t *value, size_t len);

/* ---- versions (format.c) ---- */

/* How a version looks at a device of which nothing is known yet. */
struct probe {
	bool (*read)(void *arg, void *buf, size_t n, uint64_t off);
	void *arg;
	uint64_t size; /* bytes */
};

struct version {
	const char *name;
	/* Is the device of this version? Fills the descriptor. forced: the user says so; only what cannot be known
	 * without the device is to be looked for. */
	bool (*probe)(const struct probe *, bool forced, struct format *);
	/* Where copies of the root data may be, in order; how many. */
	uint32_t (*roots)(const struct format *, const struct probe *, uint64_t addr[GEFS_MAX_ARENAS]);
};

extern const struct version version_gefs9, version_gefs0001_le, version_gefs0001_be, version_gefs2023;
extern const struct format format_gefs9, format_gefs0001_le, format_gefs0001_be;

/* Finds out the version, or takes the named one (NULL: find out). NULL when it is none that is known. */
const struct version *format_find(const struct probe *, const char *name, struct format *);

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
