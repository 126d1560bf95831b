/* The checker's own structures. Each file of this folder verifies one group of invariants and reports through
 * finding(); nothing here prints. */
#ifndef GEFS_CHECK_CHECK_H
#define GEFS_CHECK_CHECK_H

#include "block/cache.h"
#include "check/ledger.h"
#include "check/catalogue.h"
#include "image.h"

/* Which names a finding is to get once all findings are known. */
struct place {
	uint64_t addr;  /* block, or GEFS_NIL */
	uint64_t snap;  /* the one snapshot it was seen in, or GEFS_NIL: by addr */
	uint64_t qid;   /* file or directory whose path to give, or GEFS_NIL */
	bool name_dir;  /* qid is a directory, and name (below) an entry of it */
	gefs_bytes name;
	const char *owner; /* "", or a constant: what the block is */
	/* When several pointers to the block contradict each other: the one that is meant. */
	uint64_t offset, hash; /* in the file qid; GEFS_NIL: any pointer to addr */
};

#define NOWHERE                                                                                                          \
	((struct place){.addr = GEFS_NIL, .snap = GEFS_NIL, .qid = GEFS_NIL, .owner = "", .offset = GEFS_NIL})

static inline struct place
at_block(uint64_t addr, const char *owner)
{
	struct place p = NOWHERE;
	p.addr = addr;
	p.owner = owner;
	return p;
}

struct kept {
	gefs_finding pub;
	enum finding_code code;
	struct place place;
	uint8_t name[KEY_MAX];
	size_t order;
};

struct data_item {
	uint64_t qid, offset, leaf;
	bool snaptree;
};

struct gefs_check {
	gefs_image *img;
	gefs_check_options opts;
	gefs_check_stats stats;
	struct kept *kept;
	size_t nkept, cap_kept, max;
	uint32_t *seen; /* hash table over kept: index + 1 */
	size_t nseen;
	struct ledger *map;
	bool cancelled, nomem;
	uint64_t refused, read_before; /* the image's, when the check began */
	bool incomplete; /* something could not be reached: leaks and absences are not known */
	bool released;   /* the server may have released blocks of the trees at hand too early */
	struct heads *heads; /* of deadlists; NULL: none are read ahead */
	/* data blocks waiting to be verified */
	struct bulk_item *batch;
	struct data_item *item;
	size_t nbatch;
	uint64_t max_qid, max_gen;  /* seen in trees, records, lists */
	bool any_qid, any_gen;
	gefs_tree before;           /* the tree of files visited last; of height 0 when there is none */
	unsigned conflicts;         /* pointers to data that disagree, looked into */
	bool *wanted;               /* by index of snapshot; NULL: all */
	char **strings;             /* owned texts of findings */
	size_t nstrings, cap_strings;
};

/* Adds a finding; the same code at the same block is folded into one. */
void finding(struct gefs_check *, enum finding_code, const struct place *, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* How many were added, folded ones too. */
uint64_t findings_total(const struct gefs_check *);
/* A copy that lives as long as the check; never NULL ("" for want of memory). */
const char *check_string(struct gefs_check *, const char *);
/* Tells the caller how far things are; false: stop. */
bool check_progress(struct gefs_check *, const char *what);

static inline void
saw_qid(struct gefs_check *c, uint64_t q)
{
	if (q != GEFS_NIL && (!c->any_qid || q > c->max_qid)) {
		c->max_qid = q;
		c->any_qid = true;
	}
}

static inline void
saw_gen(struct gefs_check *c, uint64_t g)
{
	if (g != GEFS_NIL && (!c->any_gen || g > c->max_gen)) {
		c->max_gen = g;
		c->any_gen = true;
	}
}

/* The code of a finding about a block that has another use or counts as free: milder where the server is known to
 * have released such blocks too early. */
static inline enum finding_code
unless_released(const struct gefs_check *c, enum finding_code code)
{
	return c->released ? F_RELEASED : code;
}

/* The code of a wrong hash: such blocks may have been overwritten. */
static inline enum finding_code
unless_overwritten(const struct gefs_check *c, enum finding_code code, uint64_t addr)
{
	return c->released && gefs_is_free(c->img, addr) ? F_OVERWRITTEN : code;
}

/* Something that was looked at refers to the block, be it only a deadlist. */
bool check_refers(const struct gefs_check *, uint64_t addr);

bool check_wants(const struct gefs_check *, size_t snap_index);

/* The passes, in order. */
void check_supers(struct gefs_check *);    /* A */
void check_arenas(struct gefs_check *);    /* B, C */
void check_snapshots(struct gefs_check *); /* D to H: one snapshot after the other, while its nodes are cached */
void check_graph(struct gefs_check *);     /* G */
void check_users(struct gefs_check *);     /* J */
void check_usage(struct gefs_check *);     /* I */
void check_affected(struct gefs_check *);  /* which snapshots and paths */

/* Parts of check_snapshots: */
void check_snap_tree(struct gefs_check *);                       /* D, E of the snapshot tree */
void check_file_tree(struct gefs_check *, const gefs_snap *);    /* D, E */
void check_deadlists_of(struct gefs_check *, const gefs_snap *); /* H */
void check_deadlist_orphans(struct gefs_check *);                /* H */
void check_loose_deadlists(struct gefs_check *);                 /* of versions in which they are a hint at most */

/* F, and what else needs messages applied. */
struct names;
struct names *names_new(struct gefs_check *);
/* In ascending order of snapshots: only what differs from the one before is looked at. */
void names_check(struct names *, const gefs_snap *);
void names_free(struct names *);

/* One record or message of a node (records.c). snaptree: of the snapshot tree. */
void check_record(struct gefs_check *, const struct gefs_node *, uint64_t birth, uint32_t slot, bool message,
		  const gefs_record *, bool snaptree);

/* Where blocks are released as soon as a message replaces the pointer to them, the pointers that the trees hold say
 * nothing about them, only what is left when all messages are applied: names.c then adds the data. */
static inline bool
check_data_by_name(const struct gefs_check *c)
{
	return (c->img->f->leaves & LEAVES_RELEASED) != 0;
}

/* Queues a data block (data.c); flushes when the batch is full. */
void data_add(struct gefs_check *, const gefs_ptr *, const struct data_item *);
void data_flush(struct gefs_check *);

#endif
