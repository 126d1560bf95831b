/* libgefs: reading, verifying and exploring gefs file-system images.
 *
 * The one public header. Section numbers refer to docs/format.md. Sizes, offsets and addresses are
 * in bytes unless said otherwise; an address is a position on the device that holds the image.
 *
 * Functions that can fail return -1 or NULL and fill a gefs_error (which may be NULL). Visitors are
 * called with borrowed data that is valid during the call only; a visitor that returns non-zero
 * stops the walk, and the walk returns that value. The library never prints and never exits. An image
 * may be used by one thread at a time; several images may be open at once. */
#ifndef GEFS_H
#define GEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GEFS_API __attribute__((visibility("default")))
#define GEFS_NIL UINT64_MAX /* "no address", "no snapshot" */
#define GEFS_VERSION "0.1.0"

/* ---- errors ---- */

typedef enum gefs_code {
	GEFS_OK,
	GEFS_EIO,     /* the operating system said no: see sys */
	GEFS_ENOMEM,
	GEFS_EINVAL,  /* the caller asked for something impossible */
	GEFS_EFORMAT, /* not a gefs image, or not a version that is supported */
	GEFS_EDAMAGE, /* the image contradicts itself at addr */
	GEFS_ENOENT,  /* no such snapshot, file or key */
	GEFS_ECANCEL, /* a progress function asked to stop, or gefs_interrupt */
	GEFS_ELEFTOUT /* contents that were left out when the image was packed: gefs_metadata_only */
} gefs_code;

typedef struct gefs_error {
	gefs_code code;
	int sys;       /* errno, or 0 */
	uint64_t addr; /* the block concerned, or GEFS_NIL */
	char text[600];
} gefs_error;

/* ---- text: names in an image may be any bytes ---- */

/* Length of the well-formed UTF-8 sequence at p, 0 if there is none. *rune gets its code point. */
GEFS_API size_t gefs_utf8_next(const uint8_t *p, size_t n, uint32_t *rune);
GEFS_API bool gefs_utf8_valid(const uint8_t *p, size_t n);

/* ---- opening ---- */

typedef struct gefs_image gefs_image;

typedef struct gefs_options {
	uint64_t offset; /* where the image begins in the file */
	int super;       /* -1: the copy of the root data that the file server would take; 0 the first one, 1 the last one */
	unsigned jobs;   /* threads; 0: one for each processor */
	const char *format; /* a name of gefs_format_names(): do not find out the version; NULL: find out */
	bool write;         /* open for changing: locks the file, refuses devices in use */
	bool rootless;      /* with format: open even if no copy of the root data can be read, for gefs_block_read and
			     * gefs_edit_begin and nothing else; gefs_super_get is all zeros then */
	/* Called now and then while a compressed image has to be unpacked, with bytes of the file; non-zero gives up. */
	int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *progress_arg;
} gefs_options;

/* Opens an image, read-only unless opts say otherwise. It may be compressed (docs/compressed.md), which its first bytes
 * tell; offsets count in what is inside. Seekable zstd is read in place, everything else is first unpacked into a
 * temporary file. Needs a readable copy of the root data (a superblock; in older versions an arena header); everything
 * else may be damaged. opts may be NULL. */
GEFS_API gefs_image *gefs_open(const char *path, const gefs_options *opts, gefs_error *);

/* The same for an image in memory, which must stay until gefs_close. */
GEFS_API gefs_image *gefs_open_memory(const void *data, size_t len, const gefs_options *opts, gefs_error *);
GEFS_API void gefs_close(gefs_image *); /* NULL is fine */

/* The bytes come out of a compressed file: such an image cannot be written in place. */
GEFS_API bool gefs_is_compressed(const gefs_image *);
/* File contents were left out when the image was packed (docs/compressed.md): their blocks are zeros, and reading files
 * fails with GEFS_ELEFTOUT. The users file is there. */
GEFS_API bool gefs_metadata_only(const gefs_image *);
GEFS_API bool gefs_names_hidden(const gefs_image *); /* and names were replaced */
/* A sentence on how this image could be read faster, for people; NULL when there is nothing to say. */
GEFS_API const char *gefs_image_hint(const gefs_image *);

/* On-disk versions: "gefs9.00", "gefs0001-le", "gefs0001-be", "gefs-2023" (docs/format.md, Versions). */
GEFS_API const char *gefs_version_name(const gefs_image *);
GEFS_API const char *gefs_version_words(const gefs_image *); /* the same for people */
/* Names of all versions, separated by ", ", for messages; returns buf. */
GEFS_API char *gefs_format_names(char *buf, size_t n);
GEFS_API bool gefs_format_known(const char *name);

/* What a version has. */
enum {
	GEFS_HAS_SUPERBLOCKS = 1 << 0,    /* root data in two superblocks; else in every arena header */
	GEFS_HAS_HEADER_HASHES = 1 << 1,  /* hashes of arena headers */
	GEFS_HAS_BARRIERS = 1 << 2,       /* logs end at the barrier of a sync; else at an end entry */
	GEFS_HAS_SNAP_LINKS = 1 << 3,     /* snapshots know predecessor, successor, base and flags, labels have flags */
	GEFS_HAS_TREES = 1 << 4,          /* what lies above the block layer can be read */
	GEFS_HAS_NUMERIC_KEYS = 1 << 5,   /* numbers in keys sort as numbers */
	GEFS_HAS_INFERENCES = 1 << 6      /* the version is not known for certain: what is read is a well-founded guess */
};
GEFS_API unsigned gefs_features(const gefs_image *);

GEFS_API uint64_t gefs_device_size(const gefs_image *);      /* bytes, a ragged tail included */
GEFS_API uint32_t gefs_block_size(const gefs_image *);       /* bytes */

/* Bytes read from the image since it was opened, its root data, arena headers and logs included: of nodes, those that
 * were not in memory, or read ahead; of contents, logs and deadlists, all. Of a compressed image, unpacked bytes. */
GEFS_API uint64_t gefs_bytes_read(const gefs_image *);

/* While it is on, nothing is read from the image: every function that has to fails with GEFS_ECANCEL and the text
 * "interrupted", and walks end with that at once instead of telling it as damage. gefs_check_run gives back what it has
 * got, as cancelled. When it is off again all works as before: nothing that failed is remembered. May be called by any
 * thread and in a signal handler, while another function uses the image. A change that is being written is completed. */
GEFS_API void gefs_interrupt(gefs_image *, bool on);

/* ---- root data: superblocks (section 7), or the arena headers of older versions (section 25) ---- */

typedef struct gefs_ptr { /* block pointer, section 5 */
	uint64_t addr;
	uint64_t hash;
	uint64_t gen; /* birth generation */
} gefs_ptr;

enum { GEFS_MAX_ARENAS = 512 };

/* Fields that a version does not have are 0, or nil if they are addresses. */
typedef struct gefs_super {
	char version[9]; /* as it stands on the disk */
	uint32_t blksz, bufspc, narena;
	uint32_t snap_height;
	gefs_ptr snap_root; /* gen is GEFS_NIL: not stored */
	gefs_ptr snapdl_head, snapdl_tail;
	uint64_t flag, nextqid, nextgen, qgen;
	uint64_t arena_size; /* bytes, where all arenas have one size; else 0 */
	uint64_t hash;     /* as stored */
	uint64_t computed; /* of the bytes it covers */
	struct {
		uint64_t addr, hash;
	} arena[GEFS_MAX_ARENAS];
} gefs_super;

typedef enum gefs_copy_state {
	GEFS_COPY_GOOD,
	GEFS_COPY_BAD_HASH,  /* readable, but its hash is wrong */
	GEFS_COPY_BAD,       /* not this kind of block at all */
	GEFS_COPY_UNREADABLE /* I/O error, or outside the device */
} gefs_copy_state;

/* The copy in use. */
GEFS_API const gefs_super *gefs_super_get(const gefs_image *);
/* How many copies there should be: two superblocks, or one in the header of each arena. */
GEFS_API int gefs_super_copies(const gefs_image *);
/* Copy `which` (below gefs_super_copies); *addr gets its address. *sb is filled for GOOD and BAD_HASH. */
GEFS_API gefs_copy_state gefs_super_copy(const gefs_image *, int which, const gefs_super **sb, uint64_t *addr);
GEFS_API int gefs_super_used(const gefs_image *);
/* The copy's block starts with a known block type: otherwise the file server does not start. */
GEFS_API bool gefs_super_type_known(const gefs_image *, int which);

/* ---- arenas and allocation logs (sections 8, 9, 13) ---- */

typedef struct gefs_range {
	uint64_t off, len;
} gefs_range;

typedef struct gefs_arena {
	uint32_t index;
	uint64_t header;           /* address of the first header copy */
	uint64_t start, end;       /* the arena's blocks: [start, end) */
	uint64_t size;             /* end - start; in older versions the header counts as well */
	uint64_t log_head;
	uint64_t used_stored;      /* as the header says */
	uint64_t used;             /* size minus free, as the log says */
	gefs_copy_state copy[2];   /* of the two headers */
	bool copies_equal;
	bool header_ok;            /* a header is usable; if not, start, end and size are what its neighbours leave room for
				    * (0 if nothing), and log and free space are not known */
	bool log_ok;               /* replay went through */
	bool barrier;              /* replay ended at a barrier ... */
	uint64_t barrier_gen;      /* ... of this generation */
	uint32_t log_blocks;
	uint64_t log_entries;
	const gefs_range *free;    /* ascending, coalesced */
	size_t nfree;
	const gefs_error *error;   /* why !header_ok or !log_ok, else NULL */
} gefs_arena;

GEFS_API uint32_t gefs_arena_count(const gefs_image *);
GEFS_API const gefs_arena *gefs_arena_get(const gefs_image *, uint32_t index); /* NULL past the end */
/* The arena whose blocks contain addr, or NULL. */
GEFS_API const gefs_arena *gefs_arena_of(const gefs_image *, uint64_t addr);
GEFS_API bool gefs_is_free(const gefs_image *, uint64_t addr);

typedef enum gefs_log_op {
	GEFS_LOG_ALLOC1 = 1, GEFS_LOG_FREE1, GEFS_LOG_SYNC, GEFS_LOG_ALLOC, GEFS_LOG_FREE,
	GEFS_LOG_CHAIN, GEFS_LOG_END, /* of older versions: the log goes on in another block, or ends */
	GEFS_LOG_BLOCK = 100 /* not an entry: a new log block begins */
} gefs_log_op;
GEFS_API const char *gefs_log_op_name(gefs_log_op);

typedef struct gefs_log_entry {
	uint64_t block;  /* log block that holds it */
	uint32_t offset; /* in the body, bytes */
	gefs_log_op op;
	const char *name;
	uint64_t addr, len; /* range; SYNC: addr is the generation; CHAIN: addr is the next block; BLOCK: len is the size of
			     * the body and addr the next block */
} gefs_log_entry;

typedef int (*gefs_log_fn)(void *arg, const gefs_log_entry *);
/* Every entry up to the barrier, in order. -1 with an error when the log is damaged (after the entries before that). */
GEFS_API int gefs_log_walk(gefs_image *, uint32_t arena, gefs_log_fn, void *arg, gefs_error *);

/* ---- blocks and nodes (sections 4, 10) ---- */

typedef enum gefs_block_type {
	GEFS_BLOCK_DATA = 0, GEFS_BLOCK_PIVOT, GEFS_BLOCK_LEAF, GEFS_BLOCK_LOG, GEFS_BLOCK_DEADLIST,
	GEFS_BLOCK_ARENA, GEFS_BLOCK_SUPER, GEFS_BLOCK_UNKNOWN
} gefs_block_type;

GEFS_API const char *gefs_block_type_name(gefs_block_type);
/* Reads any block, unverified; buf has gefs_block_size() bytes. */
GEFS_API int gefs_block_read(gefs_image *, uint64_t addr, void *buf, gefs_error *);
GEFS_API uint64_t gefs_hash(const gefs_image *, const void *data, size_t len);
GEFS_API gefs_block_type gefs_block_classify(const gefs_image *, const void *buf);

/* Single blocks by their bytes alone, whatever refers to them: buf has gefs_block_size() bytes. */
typedef struct gefs_list_header { /* of a log or deadlist block, sections 9, 26, 30 */
	uint32_t size;   /* bytes of the body that are in use, as far as that can be told */
	bool has_hash;   /* the block holds a hash of its body */
	uint64_t hash;   /* as stored */
	uint64_t computed;
	uint64_t next;   /* block that continues the chain, or GEFS_NIL */
	const char *problem; /* NULL, or what is wrong with the header */
} gefs_list_header;
GEFS_API void gefs_block_list_header(const gefs_image *, const void *buf, gefs_list_header *);
/* The entries of a log block; -1 with an error at the first that means nothing. */
GEFS_API int gefs_block_log(const gefs_image *, uint64_t addr, const void *buf, gefs_log_fn, void *arg, gefs_error *);

typedef enum gefs_dead_kind { GEFS_DEAD_KILL, GEFS_DEAD_GRAFT, GEFS_DEAD_CHAIN, GEFS_DEAD_END } gefs_dead_kind;
typedef struct gefs_dead_entry {
	gefs_dead_kind kind;
	uint64_t addr;  /* KILL: the dead block; GRAFT, CHAIN: the first block of another chain */
	uint64_t birth; /* KILL: its birth, GEFS_NIL: the list's; GRAFT, CHAIN: hash of that block */
} gefs_dead_entry;
typedef int (*gefs_dead_entry_fn)(void *arg, const gefs_dead_entry *);
GEFS_API const char *gefs_dead_kind_name(gefs_dead_kind);
GEFS_API int gefs_block_dead(const gefs_image *, uint64_t addr, const void *buf, gefs_dead_entry_fn, void *arg,
			     gefs_error *);
/* False when the block is none. */
GEFS_API bool gefs_block_super(const gefs_image *, const void *buf, gefs_super *);
GEFS_API bool gefs_block_arena(const gefs_image *, const void *buf, uint64_t *log_head, uint64_t *size, uint64_t *used);

typedef struct gefs_bytes {
	const uint8_t *p;
	size_t n;
} gefs_bytes;

/* Messages, the same numbers for all versions. */
typedef enum gefs_op {
	GEFS_OP_INSERT = 1, GEFS_OP_DELETE, GEFS_OP_CLEARB, GEFS_OP_CLOBBER, GEFS_OP_WSTAT, GEFS_OP_RELINK,
	GEFS_OP_REPREV, GEFS_OP_REFER,
	GEFS_OP_INVALID = 0x100 /* plus the byte on the disk, when it means nothing */
} gefs_op;

enum { GEFS_KEY_MAX = 272 }; /* bytes that are room for any key */

typedef struct gefs_record {
	int op; /* 0: a value; else a message (gefs_op) */
	gefs_bytes key, value;
} gefs_record;

typedef struct gefs_node gefs_node; /* a decoded pivot or leaf */

/* Reads and decodes the node that ptr names; fails when its hash is wrong or its records cannot be told apart. */
GEFS_API gefs_node *gefs_node_open(gefs_image *, const gefs_ptr *ptr, gefs_error *);
/* The same without looking at the hash. */
GEFS_API gefs_node *gefs_node_open_unverified(gefs_image *, uint64_t addr, gefs_error *);
GEFS_API void gefs_node_close(gefs_node *); /* NULL is fine */
GEFS_API uint64_t gefs_node_addr(const gefs_node *);
GEFS_API bool gefs_node_is_leaf(const gefs_node *);
GEFS_API uint32_t gefs_node_count(const gefs_node *);    /* values or children */
GEFS_API uint32_t gefs_node_messages(const gefs_node *); /* 0 for leaves */
GEFS_API uint32_t gefs_node_fill(const gefs_node *);     /* bytes used, as a parent's fill counts them */
GEFS_API gefs_record gefs_node_value(const gefs_node *, uint32_t i);
GEFS_API gefs_record gefs_node_message(const gefs_node *, uint32_t i);
/* Child i of a pivot; false when it is no valid pointer. */
GEFS_API bool gefs_node_child(const gefs_node *, uint32_t i, gefs_ptr *, uint32_t *fill);

/* The first bytes of all keys of one kind; with has_number of all with this number: file (DATA, UP), directory (ENTRY) or
 * snapshot (SNAP, DEADLIST: the killing generation). Returns their count, 0 when the version has no such keys. */
typedef enum gefs_key_kind {
	GEFS_KEY_DATA, GEFS_KEY_ENTRY, GEFS_KEY_UP, GEFS_KEY_LABEL, GEFS_KEY_SNAP, GEFS_KEY_DEADLIST, GEFS_KEY_CONF
} gefs_key_kind;
GEFS_API size_t gefs_key_prefix(const gefs_image *, gefs_key_kind, bool has_number, uint64_t number,
				uint8_t buf[GEFS_KEY_MAX]);

/* Text for people; never fails, whatever the bytes; returns buf. */
GEFS_API char *gefs_format_key(const gefs_image *, gefs_bytes key, char *buf, size_t n);
GEFS_API char *gefs_format_value(const gefs_image *, const gefs_record *, char *buf, size_t n);
GEFS_API const char *gefs_op_name(int op);

/* ---- snapshots (section 14) ---- */

typedef struct gefs_snap {
	uint64_t id;
	bool has_record;
	uint32_t nref, nlbl, height, flag;
	uint64_t gen, pred, succ, base;
	gefs_ptr root;
	size_t nlabels; /* labels that name it */
} gefs_snap;

typedef struct gefs_label {
	const char *name; /* NUL-terminated; len bytes, which may be anything */
	size_t len;
	uint64_t snap;
	uint32_t flags;
	bool mutable;
} gefs_label;

typedef struct gefs_deadlist { /* section 15 */
	uint64_t gen, birth;
	gefs_ptr head, tail;
} gefs_deadlist;

typedef struct gefs_conf {
	gefs_bytes name, value;
} gefs_conf;

/* Labels sorted by name, snapshots by id, deadlists by (gen, birth). The snapshot tree is read once, when first
 * needed; damage in it is recorded (gefs_snaps_error), and what could be read is served. */
GEFS_API size_t gefs_label_count(gefs_image *);
GEFS_API const gefs_label *gefs_label_get(gefs_image *, size_t i);
GEFS_API size_t gefs_snap_count(gefs_image *);
GEFS_API const gefs_snap *gefs_snap_get(gefs_image *, size_t i);
GEFS_API const gefs_snap *gefs_snap_by_id(gefs_image *, uint64_t id);
GEFS_API size_t gefs_deadlist_count(gefs_image *);
GEFS_API const gefs_deadlist *gefs_deadlist_get(gefs_image *, size_t i);
GEFS_API size_t gefs_conf_count(gefs_image *); /* global settings */
GEFS_API const gefs_conf *gefs_conf_get(gefs_image *, size_t i);
GEFS_API const gefs_error *gefs_snaps_error(gefs_image *); /* NULL when all was readable */

typedef int (*gefs_dead_fn)(void *arg, uint64_t block, uint64_t addr);
/* Each address on the list; block is the deadlist block that holds it. An address of GEFS_NIL announces a block. */
GEFS_API int gefs_deadlist_walk(gefs_image *, const gefs_deadlist *, gefs_dead_fn, void *arg, gefs_error *);

/* ---- trees (sections 10 to 12) ---- */

typedef struct gefs_tree {
	gefs_ptr root;
	uint32_t height;
	uint64_t snap; /* id; GEFS_NIL: the snapshot tree itself */
} gefs_tree;

/* By label, or by number; "snap" is the snapshot tree. */
GEFS_API int gefs_tree_find(gefs_image *, const char *name, gefs_tree *, gefs_error *);
GEFS_API void gefs_tree_of(const gefs_snap *, gefs_tree *);

typedef int (*gefs_kv_fn)(void *arg, gefs_bytes key, gefs_bytes value);
/* Told of subtrees that a walk had to leave out; non-zero stops. */
typedef int (*gefs_damage_fn)(void *arg, const gefs_error *);

/* All keys that start with prefix, ascending, with all messages applied (section 12). Damaged nodes are told to
 * damage (may be NULL: then the first one ends the walk with -1). */
GEFS_API int gefs_scan(gefs_image *, const gefs_tree *, gefs_bytes prefix, gefs_kv_fn, gefs_damage_fn damage, void *arg,
		       gefs_error *);
/* One key: its value is copied to buf (at most n bytes) and the length returned; GEFS_ENOENT when absent. */
GEFS_API int gefs_lookup(gefs_image *, const gefs_tree *, gefs_bytes key, void *buf, size_t n, gefs_error *);

/* How the value of a key came about. */
typedef struct gefs_step {
	uint64_t addr;       /* node that holds the record */
	uint32_t slot;       /* of its values, or of its messages */
	bool in_leaf;        /* a value; else a message */
	gefs_record record;
	bool present;        /* after this step the key exists ... */
	gefs_bytes value;    /* ... with this value; only if present */
	const char *problem; /* NULL, or why the message cannot be applied to what was there before */
} gefs_step;
/* One step; NULL: these were all of the key, and the state after the last one is its result. */
typedef int (*gefs_step_fn)(void *arg, gefs_bytes key, const gefs_step *);
/* For every key with the prefix that a leaf or a message has, ascending: its value in the leaf, if there is one, then the
 * messages in the order in which they are applied (section 12), then NULL. Also keys that do not exist in the end. Damage
 * as in gefs_scan: where a leaf is missing, messages alone are told. */
GEFS_API int gefs_trace(gefs_image *, const gefs_tree *, gefs_bytes prefix, gefs_step_fn, gefs_damage_fn damage, void *arg,
			gefs_error *);

typedef struct gefs_place {
	const gefs_node *node; /* NULL when it could not be read: see error */
	const gefs_error *error;
	gefs_ptr ptr;
	uint32_t depth;  /* 0: the root */
	uint32_t height; /* 1: a leaf */
} gefs_place;
typedef int (*gefs_node_fn)(void *arg, const gefs_place *);
/* Every node, parents first, in key order. fn may return GEFS_SKIP to leave out a node's children. */
#define GEFS_SKIP 0x5c1b
GEFS_API int gefs_node_walk(gefs_image *, const gefs_tree *, gefs_node_fn, void *arg, gefs_error *);

/* ---- files (section 17) ---- */

enum {
	GEFS_DMDIR = 0x80000000u, GEFS_DMAPPEND = 0x40000000u, GEFS_DMEXCL = 0x20000000u, GEFS_DMTMP = 0x04000000u
};

typedef struct gefs_dirent {
	uint64_t parent; /* qid path of the directory; GEFS_NIL for the root */
	gefs_bytes name; /* empty for the root */
	uint64_t qpath;
	uint32_t qvers;
	uint8_t qtype;
	uint32_t mode;
	int64_t atime_ns, mtime_ns;
	uint64_t length;
	int32_t uid, gid, muid;
	bool is_dir;
} gefs_dirent;

typedef struct gefs_file {
	const gefs_dirent *entry;
	const uint8_t *path; /* "/", "/a/b": any bytes but NUL between slashes, in damaged images also slashes;
			      * NUL-terminated */
	size_t path_len;
	uint32_t depth;
} gefs_file;
typedef int (*gefs_file_fn)(void *arg, const gefs_file *);

/* Directory first, then what is in it, each directory's entries in byte order of their names. Loops of directories
 * are cut and told to damage, and so is a directory that was met before. */
GEFS_API int gefs_files_walk(gefs_image *, const gefs_tree *, gefs_file_fn, gefs_damage_fn damage, void *arg,
			     gefs_error *);
/* The same for what is at and below a path; depth counts from there. */
GEFS_API int gefs_files_walk_from(gefs_image *, const gefs_tree *, const char *path, gefs_file_fn, gefs_damage_fn damage,
				  void *arg, gefs_error *);
/* A path like "/a/b"; "." and ".." work as in a shell (".." by the tree's own parent records). The name in *out
 * points into storage, which must have GEFS_KEY_MAX bytes. */
GEFS_API int gefs_file_find(gefs_image *, const gefs_tree *, const char *path, gefs_dirent *out, void *storage,
			    gefs_error *);

typedef struct gefs_extent {
	uint64_t offset, len; /* in the file */
	gefs_ptr ptr;
	const uint8_t *data;     /* len bytes; NULL when damaged, or not read */
	const gefs_error *error; /* why, else NULL */
} gefs_extent;
typedef int (*gefs_extent_fn)(void *arg, const gefs_extent *);
/* The blocks with contents in [off, off+len) of a file, ascending, verified; what is not reported is a hole (zeros).
 * Where a tree node is damaged, one extent without data stands for all that may be missing: it covers the whole range
 * asked for, and says nothing about the blocks that are given besides.
 * Nothing is reported past the end of the file. Reads in bulk, with the image's threads. */
GEFS_API int gefs_file_read(gefs_image *, const gefs_tree *, const gefs_dirent *, uint64_t off, uint64_t len,
			    gefs_extent_fn, void *arg, gefs_error *);
/* The same without reading the blocks: where data is. */
GEFS_API int gefs_file_extents(gefs_image *, const gefs_tree *, const gefs_dirent *, uint64_t off, uint64_t len,
			       gefs_extent_fn, void *arg, gefs_error *);

/* ---- differences between two snapshots ---- */

typedef enum gefs_diff_kind { GEFS_DIFF_ADDED, GEFS_DIFF_REMOVED, GEFS_DIFF_CHANGED } gefs_diff_kind;
GEFS_API const char *gefs_diff_kind_name(gefs_diff_kind);

/* In what an entry differs. */
enum {
	GEFS_DIFF_CONTENTS = 1 << 0, /* a block of the file: by its hash, so that one that was written again alike does not
				      * count; a hole and a block of zeros do. Only below the end of one of both */
	GEFS_DIFF_LENGTH = 1 << 1,
	GEFS_DIFF_MODE = 1 << 2,     /* and qid type */
	GEFS_DIFF_OWNER = 1 << 3,    /* user or group */
	GEFS_DIFF_MODIFIER = 1 << 4, /* who changed it last */
	GEFS_DIFF_TIMES = 1 << 5,
	GEFS_DIFF_VERSION = 1 << 6,  /* qid version: each change of a file or directory counts it up */
	GEFS_DIFF_QID = 1 << 7,      /* another file of the same name: its contents count as different unless both are empty */
	GEFS_DIFF_MOVED = 1 << 8     /* ADDED: the file was at another place before; REMOVED: it is at another place now */
};

typedef struct gefs_difference {
	gefs_diff_kind kind;
	const uint8_t *path;   /* in the old tree when REMOVED, else in the new one; NUL-terminated, else as in gefs_file. Below
				* a directory that no entry names it begins with "?", the directory's qid path and "/" */
	size_t path_len;
	const gefs_dirent *old_entry; /* NULL when ADDED, unless MOVED */
	const gefs_dirent *new_entry; /* NULL when REMOVED, unless MOVED */
	unsigned what;         /* of CHANGED and MOVED */
} gefs_difference;
typedef int (*gefs_diff_fn)(void *arg, const gefs_difference *);

typedef struct gefs_diff_stats {
	uint64_t blocks_read;   /* all of the call */
	uint64_t nodes_opened;  /* different ones, to compare the trees */
	uint64_t nodes_changed; /* those of them that were met in one of the trees only */
	uint64_t keys;          /* whose values differ */
	uint64_t added, removed, changed; /* differences that were told */
	bool searched;          /* all entries were looked at, because no record tells where one is */
} gefs_diff_stats;

/* In what the files of two trees differ, in the order in which gefs_files_walk meets paths; at one path REMOVED comes
 * before ADDED. Whatever the trees share is not read: the work grows with what differs, and so does memory.
 * path: only what is at and below it, in either tree (GEFS_ENOENT when neither has it); NULL: all. An entry that has
 * become another file is one difference, CHANGED with GEFS_DIFF_QID. One under another name or in another directory is
 * REMOVED and ADDED with GEFS_DIFF_MOVED, both with both entries; what is inside a directory that was moved is told only
 * if it differs itself, by its new path.
 * What either tree has in the key range of a node that is damaged is left out, and the damage told (damage may be NULL:
 * then the first one ends the call with -1). stats may be NULL; else it is filled in any case. */
GEFS_API int gefs_diff(gefs_image *, const gefs_tree *old_tree, const gefs_tree *new_tree, const char *path, gefs_diff_fn,
		       gefs_damage_fn damage, void *arg, gefs_diff_stats *stats, gefs_error *);

/* ---- users (section 18) and settings (19) ---- */

typedef struct gefs_user {
	int32_t id;
	const char *name, *leader, *members; /* members: comma separated */
} gefs_user;
GEFS_API size_t gefs_user_count(gefs_image *);
GEFS_API const gefs_user *gefs_user_get(gefs_image *, size_t i);
GEFS_API const gefs_error *gefs_users_error(gefs_image *); /* NULL: the users file was read and parsed */
/* As the file server shows numbers: unknown users are "none", unknown groups "nogroup". */
GEFS_API const char *gefs_user_name(gefs_image *, int32_t id);
GEFS_API const char *gefs_group_name(gefs_image *, int32_t id);

/* ---- checking ---- */

typedef enum gefs_severity { GEFS_NOTE, GEFS_WARNING, GEFS_HAZARD, GEFS_ERROR } gefs_severity;
GEFS_API const char *gefs_severity_name(gefs_severity);

typedef struct gefs_finding_kind {
	unsigned number;    /* never reused */
	const char *name;   /* stable: "node-hash" */
	gefs_severity severity;
	const char *invariant; /* numbers in docs/format.md's checklist, comma separated, or "" */
	const char *summary;
	const char *explanation;
} gefs_finding_kind;
/* The catalogue; NULL past the end. */
GEFS_API const gefs_finding_kind *gefs_finding_kind_get(size_t i);

typedef struct gefs_finding {
	const gefs_finding_kind *kind;
	const char *text;   /* have, expected, where */
	uint64_t addr;      /* block, or GEFS_NIL */
	uint32_t repeats;   /* further findings of the same kind on the same block that were folded into it */
	const char *owner;  /* what the block is, "" when unknown */
	const char *const *snapshots; /* labels (or numbers, as text) that it affects */
	size_t nsnapshots;
	const char *const *paths;
	size_t npaths;
	bool more_paths;    /* there are more than are listed */
} gefs_finding;

typedef struct gefs_check_stats {
	uint64_t blocks, bytes;      /* verified against a hash */
	uint64_t nodes, data_blocks, log_blocks, deadlist_blocks;
	uint64_t snapshots, files;   /* files and directories, each counted once for every version of its entry */
	uint64_t count[4];           /* findings by severity, also those beyond max_findings */
	uint64_t leaked_blocks, leaked_bytes;
	uint64_t bytes_read;         /* by this check */
	double seconds;
	bool data_checked;
	bool all_snapshots;
	bool cancelled;
} gefs_check_stats;

typedef struct gefs_check_options {
	bool no_data;                  /* leave out file contents */
	const char *const *labels;     /* only these snapshots; NULL: all */
	size_t nlabels;
	size_t max_findings;           /* kept; 0: 10000. All are counted */
	/* Called now and then with bytes verified so far; non-zero cancels. total may be 0 (unknown). */
	int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *progress_arg;
} gefs_check_options;

typedef struct gefs_check gefs_check;
/* Verifies every invariant that applies. NULL only for want of memory or a bad option; an image full of damage
 * is a result. The image must stay open while the result is used. */
GEFS_API gefs_check *gefs_check_run(gefs_image *, const gefs_check_options *, gefs_error *);
GEFS_API void gefs_check_free(gefs_check *);
GEFS_API size_t gefs_check_count(const gefs_check *);
GEFS_API const gefs_finding *gefs_check_finding(const gefs_check *, size_t i); /* by address, then kind */
GEFS_API const gefs_check_stats *gefs_check_stats_get(const gefs_check *);
/* Ranges that are allocated although nothing refers to them, ascending. Fails (GEFS_EDAMAGE) when that is not known,
 * because the check left out or could not read something that may refer to blocks. */
typedef int (*gefs_range_fn)(void *arg, const gefs_range *);
GEFS_API int gefs_check_leaks(const gefs_check *, gefs_range_fn, void *arg, gefs_error *);

/* ---- changing images (docs/format.md sections 13, 16, 25, 26; docs/architecture.md, Writing) ---- */

typedef struct gefs_compact_options {
	int arena;         /* only this one; -1: all */
	bool reclaim;      /* also give back leaked blocks */
	bool dry_run;      /* only find out what would be done */
	const char *undo;  /* file that is to hold what is overwritten; NULL: none is made */
	int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *progress_arg;
} gefs_compact_options;

typedef struct gefs_compact_arena {
	uint32_t arena;
	bool changed;                              /* a new log is or would be written */
	bool no_room;                              /* none, for want of free blocks to write it to */
	uint32_t blocks_before, blocks_after;      /* of the log */
	uint64_t entries_before, entries_after;
	uint64_t free_before, free_after;          /* bytes */
	uint64_t reclaimed;                        /* bytes of leaked blocks among them */
	bool header_mended[2];                     /* a copy that was not good is made like the other one */
} gefs_compact_arena;

typedef struct gefs_compact_result {
	bool changed;          /* anything at all is or would be written */
	bool super_mended[2];  /* likewise of the superblocks; in older versions [0]: of root data in arena headers */
	uint64_t written;      /* blocks */
	gefs_compact_arena arena[GEFS_MAX_ARENAS];
	uint32_t narenas;
} gefs_compact_result;

/* Writes a short log for every arena, in place, and makes copies of headers and superblocks equal that a crash left
 * different; nothing else on the disk changes its meaning. At every moment the image loads, as before or as after. The
 * image must have been opened for changing unless dry_run; fails, with nothing written, on images with errors
 * (GEFS_EDAMAGE). The image must be closed and opened again afterwards. */
GEFS_API int gefs_compact(gefs_image *, const gefs_compact_options *, gefs_compact_result *, gefs_error *);

typedef struct gefs_undo_result {
	uint64_t blocks;   /* that the undo file is about */
	uint64_t restored; /* those of them that are or would be put back: the others are as before already */
} gefs_undo_result;

/* Puts back what a change has overwritten, from the undo file that it left. Fails, with nothing written, if the file is
 * damaged, belongs to another image, or the image was changed since (GEFS_EDAMAGE, with the block). Of the options only
 * offset and jobs count. It may be interrupted and repeated, also after a change that was itself interrupted. */
GEFS_API int gefs_undo(const char *undo, const char *image, const gefs_options *, bool dry_run, gefs_undo_result *,
		       gefs_error *);

typedef struct gefs_rewrite_options {
	uint64_t size;             /* bytes of the new device; 0: as large as the old one */
	bool smallest;             /* as small as the rules allow */
	const char *const *labels; /* only these; NULL: all */
	size_t nlabels;
	int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *progress_arg;
} gefs_rewrite_options;

typedef struct gefs_rewrite_result {
	uint64_t size;                     /* bytes of the new device */
	uint64_t nodes, data, deadlists;   /* blocks */
	uint64_t snapshots, labels;
	uint64_t used;                     /* bytes */
} gefs_rewrite_result;

/* Lays out every live block of an image anew on a new device: out gets it in ascending order of offsets, in whole
 * blocks; what is not given is zeros. Deterministic. The image is checked first, without file contents, and refused if it
 * has errors; a block of a file that turns out damaged later ends the rewrite after part of the device was given out.
 * out returns 0 to go on; anything else ends the rewrite as well (GEFS_ECANCEL). Labels without which no server starts
 * always stay. GEFS_EINVAL: the size is impossible; the text names the smallest one. result may be NULL. */
typedef int (*gefs_output_fn)(void *arg, uint64_t offset, const void *data, size_t len);
GEFS_API int gefs_rewrite(gefs_image *, const gefs_rewrite_options *, gefs_output_fn out, void *arg,
			  gefs_rewrite_result *, gefs_error *);

/* ---- changing single fields (docs/fields.md; docs/architecture.md, Editing) ---- */

/* An edit of an open image, as a debugger makes it: fields are found by name, and nothing is written before
 * gefs_edit_commit. What was changed is in memory, two copies of each block; everything else is read when it is asked
 * for, and no hash is trusted or asked for. Every function works on the bytes as the edit has left them so far.
 *
 * All failures are GEFS_EINVAL when the caller's text or number is at fault (it names no such thing; no room), and
 * GEFS_EDAMAGE when the image does not hold what the place should be. A function that fails has changed nothing, unless
 * it says otherwise. */
typedef struct gefs_edit gefs_edit;

/* The image may have been opened read-only: everything but the commit works then. It has to stay open until
 * gefs_edit_end. NULL on failure. */
GEFS_API gefs_edit *gefs_edit_begin(gefs_image *, gefs_error *);
GEFS_API void gefs_edit_end(gefs_edit *);   /* forgets what was not committed; NULL is fine */
GEFS_API void gefs_edit_abort(gefs_edit *); /* forgets it, and the edit goes on */

/* The image as the edit would leave it, read-only, for every other function of the library. It is to be closed before
 * the edit ends, and before the next change: to see that, open it anew. Fails as gefs_open does when what is left is no
 * image any more. Of the options super, jobs and format count; NULL is fine. */
GEFS_API gefs_image *gefs_edit_view(gefs_edit *, const gefs_options *, gefs_error *);

enum { GEFS_BLOCK_MAX = 16384, GEFS_FIELD_NAME = 40 }; /* bytes: the largest block of any version; room for a name */

typedef enum gefs_structure {
	GEFS_IN_BLOCK, /* contents of a file, or what is not known */
	GEFS_IN_SUPER, GEFS_IN_ARENA, GEFS_IN_LOG, GEFS_IN_DEADLIST, GEFS_IN_PIVOT, GEFS_IN_LEAF,
	GEFS_IN_RECORD, GEFS_IN_MESSAGE /* of a node */
} gefs_structure;
GEFS_API const char *gefs_structure_name(gefs_structure); /* "a superblock", "a leaf": for messages */

typedef enum gefs_form {
	GEFS_FORM_STRUCTURE, /* no field but the whole of it */
	GEFS_FORM_NUMBER, GEFS_FORM_ADDRESS, GEFS_FORM_HASH, GEFS_FORM_GENERATION,
	GEFS_FORM_MODE,  /* permission bits, GEFS_DM... */
	GEFS_FORM_TIME,  /* nanoseconds since 1970, signed */
	GEFS_FORM_USER,  /* number of a user or group, signed */
	GEFS_FORM_ENTRY, /* a word of a log or deadlist */
	GEFS_FORM_TEXT, GEFS_FORM_BYTES
} gefs_form;

/* A structure, or a field of it. It stays valid while the block is not given another shape: after gefs_edit_delete,
 * _insert, _message, _append, _put_block and _clone fields of that block have to be found anew. */
typedef struct gefs_field {
	gefs_structure structure;
	gefs_form form;
	char name[GEFS_FIELD_NAME]; /* as behind the dot of a WHERE: "qgen", "value[3].mode"; "" where none is needed */
	uint32_t offset, width;     /* bytes, in each of the blocks; the whole block or record of a structure */
	uint64_t addr[GEFS_MAX_ARENAS];
	unsigned copies; /* how many of addr count: blocks that hold the same, of which the first is read */
	/* Of records and messages, and their fields: the record's number, and where key and value are in the block. */
	uint32_t slot, key_at, key_len, value_at, value_len;
} gefs_field;

/* A place by its name, as docs/fields.md describes: "super.qgen", "main:/dir/file.mode", "@0x4000.byte[3]". The error
 * says which part of the name leads nowhere, and of a field which ones there are. A file's data (LABEL:/path@OFF) is
 * looked for in the tree as it is, without hashes: first where its key belongs, then everywhere. */
GEFS_API int gefs_field_find(gefs_edit *, const char *where, gefs_field *, gefs_error *);
/* Every field of a structure in the order of offsets; of nodes then every record and message, as structures; of records
 * first what all have, then the fields of their values. The name of the structure, a dot and the field's name are a
 * WHERE. Fields that lie outside their block or value are left out. */
typedef int (*gefs_field_fn)(void *arg, const gefs_field *);
GEFS_API int gefs_field_list(gefs_edit *, const gefs_field *structure, gefs_field_fn, void *arg, gefs_error *);
/* n bytes from the field's beginning on; they may go on behind it, but not past the block. */
GEFS_API int gefs_field_read(gefs_edit *, const gefs_field *, void *buf, size_t n, gefs_error *);
/* The number in a field of 1 to 8 bytes, without its sign being extended. */
GEFS_API int gefs_field_number(gefs_edit *, const gefs_field *, uint64_t *, gefs_error *);
/* A whole block; buf has gefs_block_size() bytes. */
GEFS_API int gefs_edit_block(gefs_edit *, uint64_t addr, void *buf, gefs_error *);

/* A number (decimal, 0x..., 0..., perhaps negative), x:HEX, =WHERE (what is in that field: a number, or bytes if it has
 * more than 8), &WHERE (the address of its block) or *WHERE (the value of that record). */
typedef struct gefs_value {
	bool is_number;
	uint64_t number;
	size_t n;
	uint8_t bytes[GEFS_BLOCK_MAX];
} gefs_value;
GEFS_API int gefs_edit_value(gefs_edit *, const char *text, gefs_value *, gefs_error *);
/* A key as between the braces of a WHERE: "ent:0:name", "x:HEX", ...; *n gets its length. */
GEFS_API int gefs_edit_key(gefs_edit *, const char *text, uint8_t key[GEFS_KEY_MAX], size_t *n, gefs_error *);

/* Changes to all copies of a field. A number has to fit into it, as an unsigned or as a signed one. Bytes may be fewer
 * or more than the field has: they begin where it does, and may not go past the block. */
GEFS_API int gefs_edit_set(gefs_edit *, const gefs_field *, const gefs_value *, gefs_error *);
GEFS_API int gefs_edit_set_number(gefs_edit *, const gefs_field *, uint64_t, gefs_error *);
GEFS_API int gefs_edit_set_bytes(gefs_edit *, const gefs_field *, const void *, size_t n, gefs_error *);

/* Changes of a node, which is written anew: records closely packed, everything else in their area zero. A record or
 * message goes where its key belongs. op is the byte that stands for an operation on the disk. */
GEFS_API int gefs_edit_delete(gefs_edit *, const gefs_field *record, gefs_error *);
GEFS_API int gefs_edit_insert(gefs_edit *, const gefs_field *node, gefs_bytes key, gefs_bytes value, gefs_error *);
GEFS_API int gefs_edit_message(gefs_edit *, const gefs_field *pivot, uint8_t op, gefs_bytes key, gefs_bytes value,
			       gefs_error *);
/* Puts entries into a log or deadlist block, before what ends or continues it: "alloc:ADDR:LEN,free1:ADDR", as
 * docs/fields.md says. */
GEFS_API int gefs_edit_append(gefs_edit *, const gefs_field *list, const char *entries, gefs_error *);
/* The whole block of a structure (its first copy) to another place. */
GEFS_API int gefs_edit_clone(gefs_edit *, const gefs_field *, uint64_t addr, gefs_error *);
/* A whole block of gefs_block_size() bytes, of which gefs_edit_rehash leaves a hash in its own header as it is. */
GEFS_API int gefs_edit_put_block(gefs_edit *, uint64_t addr, const void *, gefs_error *);

/* Makes superblocks or the headers of one arena like copy `from` of them, byte for byte. In older versions, where arena
 * headers hold the root data, copy_super makes that part of all headers like the one of header `from`, and copy_header
 * is GEFS_EINVAL, because each arena has a single header. */
GEFS_API int gefs_edit_copy_super(gefs_edit *, int from, gefs_error *);
GEFS_API int gefs_edit_copy_header(gefs_edit *, uint32_t arena, int from, gefs_error *);

/* Makes all hashes right above what was changed since the last time, up to the root data, and the fill of nodes that
 * lost or got records. Hashes that lead to blocks that were not changed stay as they are, right or wrong. Reads all
 * metadata; memory: a byte for each block that is referred to, and one block for each level of the trees. GEFS_EIO: a
 * block of the trees cannot be read; hashes above it stay as they are, and all others are right. GEFS_ENOMEM: only part
 * of it is done; it can be repeated. */
GEFS_API int gefs_edit_rehash(gefs_edit *, gefs_error *);

/* Blocks whose bytes differ from those on the disk, and each of them, ascending. */
GEFS_API size_t gefs_edit_count(const gefs_edit *);
typedef int (*gefs_change_fn)(void *arg, uint64_t addr, const uint8_t *before, const uint8_t *after);
GEFS_API int gefs_edit_changes(gefs_edit *, gefs_change_fn, void *arg);

typedef struct gefs_commit_options {
	const char *undo; /* file that is to hold what is overwritten, for gefs_undo; NULL: none is made */
	bool force;       /* write even if the edit makes errors: if a check (without file contents) finds some in what it would
			   * leave that are not there without it */
	int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total); /* of the check */
	void *progress_arg;
} gefs_commit_options;

/* Writes all changes: ordinary blocks, first copies of arena headers, the superblock not in use, the one in use, second
 * copies of headers, with a barrier after each. Blocks that are in use are overwritten: unlike with gefs_compact, what a
 * crash leaves in the middle may be neither as before nor as after, and the undo file alone makes the change all or
 * nothing: it is durable before the first write, and gefs_undo puts everything back, whatever was written by then. When
 * writing fails, the disk is in such a middle, and the edit can only be ended.
 * GEFS_EINVAL: the image was not opened for changing. GEFS_EDAMAGE: errors (see force); nothing was written. Afterwards
 * nothing is pending, the edit may go on, but the image has to be opened again before anything else looks at it. */
GEFS_API int gefs_edit_commit(gefs_edit *, const gefs_commit_options *, gefs_error *);

/* ---- what every block is for ---- */

typedef enum gefs_use {
	GEFS_USE_NONE,     /* allocated, but nothing refers to it: leaked */
	GEFS_USE_FREE, GEFS_USE_SUPER, GEFS_USE_HEADER, GEFS_USE_LOG, GEFS_USE_DEADLIST, GEFS_USE_SNAPTREE,
	GEFS_USE_NODE, GEFS_USE_DATA, GEFS_USE_LISTED, /* dead, on a deadlist only */
	GEFS_USE_RESERVED, /* the last two blocks of an arena; slack between arenas and superblocks */
	GEFS_USE_MAX
} gefs_use;
GEFS_API const char *gefs_use_name(gefs_use);

typedef struct gefs_map gefs_map;
/* One pass over all metadata. */
GEFS_API gefs_map *gefs_map_make(gefs_image *, gefs_damage_fn damage, void *arg, gefs_error *);
GEFS_API void gefs_map_free(gefs_map *);
GEFS_API gefs_use gefs_map_use(const gefs_map *, uint64_t addr);

typedef struct gefs_owner {
	gefs_use use;
	uint64_t referrer;      /* block that holds the pointer, or GEFS_NIL */
	uint64_t snap;          /* id of one snapshot tree that leads to it, or GEFS_NIL */
	uint64_t qpath, offset; /* of data */
	bool pending;           /* the pointer is in a message that is not applied yet */
	uint64_t gen, birth;    /* deadlist, or the pointer's birth */
	uint64_t hash;          /* of a node or of data: what the pointer says */
	uint32_t arena;
} gefs_owner;
typedef int (*gefs_owner_fn)(void *arg, const gefs_owner *);
/* Everything that refers to a block; reads all metadata. */
GEFS_API int gefs_owners(gefs_image *, uint64_t addr, gefs_owner_fn, gefs_damage_fn damage, void *arg, gefs_error *);
/* The path of any file or directory of a tree, NUL-terminated in buf: by the parent records, where those tell it; else
 * by looking at all entries. -1 when it cannot be told. */
GEFS_API int gefs_qid_path(gefs_image *, const gefs_tree *, uint64_t qpath, char *buf, size_t n, gefs_error *);

/* ---- exporting files (docs/archives.md) ---- */

typedef enum gefs_export_kind {
	GEFS_EXPORT_DAMAGE,  /* something of it is lost: zeros stand for contents, nothing for entries of a directory */
	GEFS_EXPORT_CHANGED, /* stored under another name, or with another time: the target cannot hold its own */
	GEFS_EXPORT_OMITTED  /* not stored */
} gefs_export_kind;

typedef struct gefs_export_note {
	gefs_export_kind kind;
	const char *label;    /* the snapshot's folder, or "" when there is but one */
	const uint8_t *path;  /* in the image, NUL-terminated */
	size_t path_len;
	uint64_t addr;        /* a block that is damaged, or GEFS_NIL */
	const char *text;     /* what happened */
} gefs_export_note;

typedef struct gefs_export_entry {
	const gefs_file *file;
	const char *label; /* as above */
	const char *path;  /* in the archive */
	const char *link;  /* stored as a hard link to that earlier path, else NULL */
	uint64_t data;     /* bytes of contents that are no holes */
} gefs_export_entry;

typedef struct gefs_export_stats {
	uint64_t snapshots, dirs, files, links;  /* that were stored */
	uint64_t bytes;                          /* contents that were stored, without holes where the target has those */
	uint64_t bytes_read;                     /* contents that were read from the image */
	uint64_t changed, omitted;               /* notes of these kinds */
	uint64_t damaged;                        /* files and directories that are not complete */
	uint64_t lost_bytes;                     /* of contents, as far as they can be told: zeros stand for them */
} gefs_export_stats;

typedef struct gefs_export_options {
	const char *snap;            /* a label or number; NULL: main */
	bool all_snaps;              /* a folder for every label instead */
	const char *const *paths;    /* only what is at and below these; npaths 0: everything */
	size_t npaths;
	const char *format;          /* of gefs_archive_formats(): written to fd ... */
	const char *filter;          /* ... compressed by one of gefs_archive_filters(); NULL: "none" */
	int fd;
	const char *directory;       /* instead of an archive */
	bool list;                   /* nothing is written, and no contents are read */
	bool force;                  /* files in the directory are overwritten */
	uint32_t mask;               /* permission bits that nothing in the directory gets */
	bool numeric_owner;          /* owners by number: in the directory as well, which otherwise keeps none */
	bool no_links;               /* what is the same in two snapshots is stored twice */
	bool strict;                 /* damage ends the export */
	uint64_t max_fill;           /* zeros to write for holes where the format has no holes, in all; 0: 16 GiB. Files
				      * beyond that are omitted */
	/* Each may be NULL; non-zero ends the export with GEFS_ECANCEL. */
	int (*entry)(void *arg, const gefs_export_entry *); /* before it is stored */
	int (*note)(void *arg, const gefs_export_note *);
	int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total); /* bytes read; total is 0 */
	void *arg;
} gefs_export_options;

/* Names of formats and filters, separated by ", ", for messages; returns buf. */
GEFS_API char *gefs_archive_formats(char *buf, size_t n);
GEFS_API char *gefs_archive_filters(char *buf, size_t n);
GEFS_API bool gefs_archive_format_known(const char *);
GEFS_API bool gefs_archive_filter_known(const char *);
GEFS_API bool gefs_archive_compresses(const char *format); /* by itself: filters are for the others */
/* What the ending of a file's name stands for, as ".tar.zst"; NULL for what it does not tell. */
GEFS_API void gefs_archive_by_ending(const char *name, const char **format, const char **filter);

/* Writes files of an image to an archive or a directory: directories first, then what is in them. A path that does not
 * exist is an error before anything is written. Damage, names that had to be changed and what could not be stored are
 * notes, and do not end the export. stats (may be NULL) are filled in any case. */
GEFS_API int gefs_export(gefs_image *, const gefs_export_options *, gefs_export_stats *, gefs_error *);

/* ---- packing: compressed images that are read in place (docs/compressed.md) ---- */

enum { GEFS_FRAME_MIN = 64 << 10, GEFS_FRAME_DEFAULT = 256 << 10, GEFS_FRAME_MAX = 16 << 20 };

typedef struct gefs_pack_options {
	int level;           /* of zstd, 1 to 22; 0: 3 */
	uint32_t frame_size; /* bytes of the image in a frame: a power of two from GEFS_FRAME_MIN to _MAX; 0: _DEFAULT */
	bool long_distance;  /* look for repetitions in the whole frame */
	bool all;            /* also what is in free blocks; the file need not be a gefs image then */
	bool metadata;       /* leave out file contents; not with all */
	bool clear;          /* with metadata: also what servers left in gaps of blocks, which may be pieces of contents */
	bool hide_names;     /* with metadata: replace names of files, labels and users, and clear */
} gefs_pack_options;

typedef struct gefs_pack_stats {
	uint64_t size, packed_size; /* bytes of the image, and of what was written */
	uint64_t frames;
	uint32_t frame_size;
	uint64_t free_bytes;        /* in free blocks that were stored as zeros */
	uint32_t damaged_arenas;    /* whose log does not tell what is free: all of them was kept */
	bool released;              /* all was kept, because older snapshots may use what counts as free */
	bool inferred;              /* the image has GEFS_HAS_INFERENCES */
	/* With metadata: */
	uint64_t kept_blocks;       /* not left out */
	uint64_t doubtful_blocks;   /* left out although something takes them for metadata: nothing shows that they are */
	uint64_t names;             /* different ones that were replaced */
} gefs_pack_stats;

/* Takes the next n bytes; non-zero stops. */
typedef int (*gefs_write_fn)(void *arg, const void *p, size_t n);
/* Packs an image, compressed or not, as zstd with a seek table. What is written depends on the image and on the
 * pack options alone, not on the number of threads. Progress is that of the gefs_options, in bytes of the image. Images
 * with errors can be neither cleared nor have names hidden (GEFS_EDAMAGE). */
GEFS_API int gefs_pack(const char *path, const gefs_options *, const gefs_pack_options *, gefs_write_fn, void *arg,
		       gefs_pack_stats *, gefs_error *);

/* Takes n bytes of the image at off; non-zero stops. */
typedef int (*gefs_piece_fn)(void *arg, uint64_t off, const void *p, size_t n);
/* Unpacks a compressed image of any kind. Pieces come in ascending order; what is left out is zeros. *size gets the
 * size of the image; *metadata_only, that no file contents came out, which nothing tells from now on. Progress is in
 * bytes of the compressed file, or of the image when it is read in place. */
GEFS_API int gefs_unpack(const char *path, const gefs_options *, gefs_piece_fn, void *arg, uint64_t *size,
			 bool *metadata_only, gefs_error *);

#ifdef __cplusplus
}
#endif
#endif
