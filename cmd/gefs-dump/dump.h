/* What the parts of gefs-dump share. */
#ifndef DUMP_DUMP_H
#define DUMP_DUMP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../common/common.h"
#include "../common/damage.h"
#include "../common/json.h"
#include "gefs.h"
#include "prefix.h"

/* Options beyond those of opening an image; a bit each, so that a WHAT can say which ones it knows. */
enum {
	OPT_JSON = 1 << 0,
	OPT_DOT = 1 << 1,
	OPT_DEPTH = 1 << 2,
	OPT_PREFIX = 1 << 3,
	OPT_SHA256 = 1 << 4,
	OPT_MAX_HASH = 1 << 5,
	OPT_HEX = 1 << 6,
	OPT_RAW = 1 << 7,
	OPT_SVG = 1 << 8,
	OPT_RANGE = 1 << 9
};

struct dump {
	gefs_image *img;
	const char *image;     /* its file */
	const char *arg[2];    /* what follows it; NULL when absent */
	unsigned given;        /* OPT_ bits */
	gefs_options open;
	uint64_t depth;        /* levels of a tree; UINT64_MAX: all */
	struct prefix prefix;
	uint64_t max_hash;
	const char *svg;
	uint64_t range_off, range_len;
};

/* Each gives an EXIT_ status; damage that was told makes EXIT_DAMAGE of EXIT_DONE. */
int dump_arenas(struct dump *);
int dump_block(struct dump *);
int dump_conf(struct dump *);
int dump_data(struct dump *);
int dump_deadlists(struct dump *);
int dump_files(struct dump *);
int dump_free(struct dump *);
int dump_log(struct dump *);
int dump_map(struct dump *);
int dump_owner(struct dump *);
int dump_snaps(struct dump *);
int dump_stats(struct dump *);
int dump_super(struct dump *);
int dump_tree(struct dump *);
int dump_users(struct dump *);

static inline bool
wants(const struct dump *d, unsigned option)
{
	return (d->given & option) != 0;
}

/* options.c: fills d from the command line; -1 to go on, else the exit status. */
struct command;
int parse_options(int argc, char **argv, struct dump *d, const struct command **cmd);

/* main.c */
struct command {
	const char *name, *args; /* args: as help shows them */
	int min, max;            /* arguments after IMAGE */
	unsigned options;
	const char *help;
	int (*run)(struct dump *);
};
const struct command *command_find(const char *name);
int print_help(void);

/* Shared by several WHATs. */
void print_super(const struct dump *, const gefs_super *);
void json_super(const struct dump *, struct json *, const gefs_super *);
void print_log_entry(const gefs_log_entry *);

/* tell.c: small pieces of text. */
const char *copy_state_name(gefs_copy_state);
const char *addr_text(uint64_t addr, char buf[24]);   /* 0x..., or - */
const char *number_text(uint64_t n, char buf[24]);    /* decimal, or - for all ones */
void hex_dump(const uint8_t *p, size_t n, uint64_t at);
void json_hex(struct json *, const char *key, const void *p, size_t n);
void json_ptr(struct json *, const char *key, const gefs_ptr *);

/* snapname.c: finding trees, naming snapshots. */
int find_tree(struct dump *, const char *name, gefs_tree *); /* -1 to go on, else the exit status */
void print_labels(struct dump *, uint64_t snap);             /* "main, adm", or the number */
void json_labels(struct json *, struct dump *, uint64_t snap);
void snaps_damage(struct dump *);                            /* tells what is wrong with the snapshot tree */

/* snapgraph.c */
void snap_graph_text(struct dump *);
void snap_graph_dot(struct dump *);

/* record.c: keys, values and messages of a node. */
void print_record(struct dump *, const gefs_record *, unsigned indent, uint32_t number);
void json_record(struct json *, struct dump *, const char *key, const gefs_record *);

/* mapsvg.c */
int map_svg(struct dump *, const gefs_map *);

#endif
