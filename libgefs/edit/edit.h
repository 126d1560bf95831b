/* An edit of an image: the blocks that it has changed so far, and everything else as it is on the disk. No hash is
 * asked for: what is edited may be damaged, or just being damaged. */
#ifndef GEFS_EDIT_EDIT_H
#define GEFS_EDIT_EDIT_H

#include "format/layout.h"
#include "format/node.h"
#include "image.h"
#include "tree/tree.h"

/* What a rehash has to look after. */
enum mark {
	MARK_CHANGED = 1, /* hashes in pointers to the block */
	MARK_LIST = 2,	  /* a log or deadlist block: the hash in its own header */
	MARK_FILL = 4	  /* records came or went: the fill in pointers to it */
};

struct change {
	uint64_t addr;
	uint8_t *before, *after; /* before: as on the disk */
	unsigned marks;
	unsigned committed; /* marks of what is on the disk already */
};

/* Trees hang in the leaves of the snapshot tree. */
enum { EDIT_LEVELS = 2 * (TREE_HEIGHT_MAX + 1) };

struct gefs_edit {
	gefs_image *img;
	const struct format *f;
	const struct layout *layout;
	struct change **change; /* ascending */
	size_t n, cap;
	uint8_t *level[EDIT_LEVELS]; /* a block for each level of a walk; NULL until first needed */
};

/* ---- edit.c: blocks ---- */

/* 0 when a whole block begins there. */
int edit_check_addr(const gefs_edit *, uint64_t addr, gefs_error *);
/* NULL when the block was not touched. */
struct change *edit_change(const gefs_edit *, uint64_t addr);
/* The index of the first change at addr or behind it. */
size_t edit_place(const gefs_edit *, uint64_t addr);
int edit_read(const gefs_edit *, uint64_t addr, uint8_t *block, gefs_error *);
/* The block, to be changed in place; it stays where it is. */
struct change *edit_touch(gefs_edit *, uint64_t addr, gefs_error *);
/* All changes are on the disk now. */
void edit_committed(gefs_edit *);
/* Room for a block of a walk. */
uint8_t *edit_level(gefs_edit *, unsigned level, gefs_error *);

/* ---- number.c ---- */

/* A number of 1 to 8 bytes, in the byte order of the version. */
void number_put(const struct format *, uint8_t *p, unsigned width, uint64_t v);
uint64_t number_get(const struct format *, const uint8_t *p, unsigned width);

/* ---- walk.c: trees whose hashes may be wrong ---- */

/* Nodes in key order, parents first, as far as they can be read; non-zero stops the walk, which returns it. -1: it
 * failed. */
typedef int (*edit_node_fn)(void *arg, uint64_t addr, const struct node *);
int edit_walk(gefs_edit *, uint64_t root, edit_node_fn, void *arg, gefs_error *);
/* A record with that key, or failing that a message that inserts it. 1: found, 0: there is none, -1: failed. */
int edit_find_key(gefs_edit *, uint64_t root, gefs_bytes key, gefs_field *, gefs_error *);
/* Record or message `slot` of a usable node. */
void edit_record(const struct node *, uint64_t addr, uint32_t slot, bool message, gefs_field *);

/* ---- find.c: by what the records say; 1, 0 and -1 as above ---- */

/* Copies the value of a record, at most n bytes. Returns its length, -1: failed. */
int edit_record_value(gefs_edit *, const gefs_field *record, uint8_t *buf, size_t n, gefs_error *);
int edit_find_typed(gefs_edit *, uint64_t root, const struct key *, gefs_field *, gefs_error *);
/* By label or number, or "snap". */
int edit_tree_root(gefs_edit *, const char *label, size_t n, uint64_t *root, gefs_error *);
/* The entry of a file; *missing gets the component that does not exist. */
int edit_find_path(gefs_edit *, uint64_t root, const char *path, gefs_field *, const char **missing, gefs_error *);
/* The root data that a reader takes, from the bytes as they are. */
int edit_root(gefs_edit *, gefs_super *, gefs_error *);

/* ---- field.c: fields of a structure ---- */

/* What stands behind the dot. Names the fields that there are when there is none of that name. */
int edit_field(const gefs_edit *, const gefs_field *structure, const char *name, gefs_field *, gefs_error *);
/* The same with the structure's block in memory. */
int edit_field_of(const gefs_edit *, const gefs_field *structure, const uint8_t *block, const char *name, gefs_field *,
		  gefs_error *);
/* Makes *out the whole block. */
void edit_structure(const gefs_edit *, gefs_structure, uint64_t addr, gefs_field *out);
/* What kind of block that is, by its place and its bytes. */
gefs_structure edit_structure_of(const gefs_edit *, uint64_t addr, const uint8_t *block);
bool edit_is_list(gefs_structure);
bool edit_is_node(gefs_structure);
bool edit_is_record(gefs_structure);
/* The arenas that root data names; 0 where it has no table of them. */
uint32_t edit_arena_table(const gefs_edit *, const uint8_t *block);

/* Makes *out that part of the structure in it. */
int edit_narrow(const gefs_edit *, gefs_field *out, const char *name, uint64_t offset, uint64_t width, gefs_form,
		gefs_error *);

/* ---- recordfield.c ---- */

/* A field of a record, whose block is in memory. 1: there is none of that name. */
int edit_record_field(const gefs_edit *, const gefs_field *record, const uint8_t *block, const char *name,
		      gefs_field *out, gefs_error *);
/* By which type of key the layout knows the fields of a record's value; false: they have no names. */
bool edit_value_key(const gefs_edit *, const gefs_field *record, const uint8_t *block, enum key_type *);
enum { EDIT_RECORD_NAMES = 6 };
extern const char *const edit_record_names[EDIT_RECORD_NAMES]; /* fields that all records have */

/* ---- list.c: logs and deadlists ---- */

struct list_shape {
	uint32_t header, space, size; /* bytes: of the header, for the body, of the body that are in use */
	uint32_t covered;	      /* by the hash */
	uint16_t hash_at, size_at;    /* in the block; 0: there is none */
};
struct list_shape list_shape(const gefs_edit *, bool dead, const uint8_t *block);
/* Where in a log's body the entry stands that ends it: the last barrier, or what ends or continues it; `size` when
 * there is none. */
uint32_t list_log_end(const struct format *, const uint8_t *block, const struct list_shape *);

/* ---- text.c ---- */

/* A number at *p, which is moved behind it. */
bool text_number(const char **p, uint64_t *);
/* "word[N]" or "word[A,B]" at *p, which is moved behind it; b: NULL, or gets B, 0 when there is none. */
bool text_indexed(const char **p, const char *word, uint64_t *a, uint64_t *b);
/* Hexadecimal digits up to the end; false when they are none, or more than max bytes. */
bool text_hex(const char *, uint8_t *out, size_t max, size_t *n);

#endif
