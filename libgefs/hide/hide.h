/* Metadata without what is none of anybody's business: what servers left in the gaps of blocks, and if wanted names of
 * files, labels and users. All hashes above a block that changes are made right again. Blocks stay where they are. */
#ifndef GEFS_HIDE_HIDE_H
#define GEFS_HIDE_HIDE_H

#include "block/cache.h"
#include "check/ledger.h"
#include "hide/nameset.h"

/* A block that a hash elsewhere covers, which is therefore written anew. */
struct hidden {
	uint64_t addr, old, new; /* its hashes */
};

struct hide {
	gefs_image *img;
	const struct format *f;
	bool names; /* else only gaps are cleared */
	struct nameset files, labels, users;
	/* Blocks after all that they lead to: nodes, and where others hold their hashes deadlist blocks. */
	struct hidden *v;
	size_t n, cap;
	struct ledger *number; /* of a block in v, from 1 on */
	struct users_text {
		uint8_t *text;
		size_t len;
		struct users_block {
			uint64_t addr, old, new, offset;
		} *block;
		size_t n, cap;
	} text; /* of the users file, as it is to be */
	int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *progress_arg;
	gefs_error *e;
};

/* Finds out what becomes of everything. Fails on images with errors, naming the first. */
int hide_plan(struct hide *, gefs_image *, bool names, const gefs_options *, gefs_error *);
void hide_free(struct hide *);
/* How many different names are replaced. */
uint64_t hide_names(const struct hide *);

/* Changes a block that was read from addr; thread safe. What is not known is left out. */
void hide_block(const struct hide *, uint64_t addr, uint8_t *block);

/* ---- the parts ---- */

/* collect.c: lists blocks, and the names in them. */
int hide_collect(struct hide *);
/* The hash that a block will have to which a pointer leads: the same as before for a pointer that leads elsewhere. */
uint64_t hide_hash(const struct hide *, uint64_t addr, uint64_t hash);
bool hide_knows(const struct hide *, uint64_t addr);

/* node.c: names and hashes in the records of a node, and its gaps. */
int hide_node_names(struct hide *, const struct gefs_node *);
void hide_node(const struct hide *, uint8_t *block);

/* list.c: a log or deadlist block; what lies behind its entries. */
void hide_log(const struct hide *, uint8_t *block);
void hide_dead(const struct hide *, uint8_t *block);

/* users.c: the users file. */
int hide_users(struct hide *);        /* reads it, and adds its names */
void hide_users_text(struct hide *);  /* replaces them */
const struct users_block *hide_users_block(const struct hide *, uint64_t addr);
void hide_users_fill(const struct hide *, const struct users_block *, uint8_t *block);

#endif
