/* From names to places in blocks. */
#ifndef GEFS_DAMAGE_FIND_H
#define GEFS_DAMAGE_FIND_H

#include "store.h"

/* A structure, or a field of it: `width` bytes at offset `at` of one block or of several equal ones. */
struct spot {
	enum kind kind;
	uint64_t addr[GEFS_MAX_ARENAS];
	unsigned copies;
	uint32_t at, width;
	/* KIND_RECORD: the record in its node */
	uint32_t slot, key_at, nk, val_at, nv;
	bool message;
};

/* Nodes in key order, parents first; stops when fn returns true. */
typedef bool (*node_visit)(void *arg, uint64_t addr, struct node *);
bool each_node(struct store *, uint64_t root, node_visit, void *arg);

bool tree_root(struct store *, const char *label, size_t n, uint64_t *root);
bool find_key(struct store *, uint64_t root, gefs_bytes key, struct spot *);
bool find_path(struct store *, uint64_t root, const char *path, size_t n, struct spot *);
gefs_bytes record_value(struct store *, const struct spot *record);
void record_spot(const struct node *, uint64_t addr, uint32_t slot, bool message, struct spot *);

/* "super.qgen", "main:/a/b.mode": see main.c for the grammar. Prints why and returns false when there is none. */
bool find_where(struct store *, const char *where, struct spot *);
/* "ent:0:name", "up:5", "dat:5:0x4000", "label:x", "snap:4", "dead:4:3", "conf:x", "x:HEX" */
bool parse_key(const struct format *, const char *text, uint8_t *out, size_t *n);
size_t parse_hex(const char *text, uint8_t *out, size_t max);

#endif
