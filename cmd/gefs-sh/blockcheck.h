/* The hash of one block, against every pointer to it. */
#ifndef SH_BLOCKCHECK_H
#define SH_BLOCKCHECK_H

#include "sh.h"

/* A hash that a block has of itself. */
struct inner_hash {
	const char *of; /* "body", "superblock"; NULL: there is none */
	uint64_t computed, stored;
};

struct block_check {
	uint64_t addr, hash; /* of its bytes */
	struct inner_hash inner;
	bool read;           /* else nothing of it is known */
	bool compared;       /* with what refers to it, which takes the root data */
	unsigned good, bad;  /* pointers */
};

/* Tells damage; an EXIT_ status, EXIT_DAMAGE if any hash of it is wrong. */
int block_check(struct shell *, uint64_t addr, struct block_check *);
/* The outcome as a line, or as members of an object. */
void block_check_text(const struct block_check *);
void block_check_json(const struct block_check *, struct json *);

#endif
