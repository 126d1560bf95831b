/* What can be shown of an image, as text and as JSON Lines: the WHATs of gefs-dump, and commands of gefs-sh. */
#ifndef VIEWS_VIEW_H
#define VIEWS_VIEW_H

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

struct view {
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
int view_arenas(struct view *);
int view_block(struct view *);
int view_conf(struct view *);
int view_data(struct view *);
int view_deadlists(struct view *);
int view_files(struct view *);
int view_free(struct view *);
int view_log(struct view *);
int view_map(struct view *);
int view_owner(struct view *);
int view_snaps(struct view *);
int view_stats(struct view *);
int view_super(struct view *);
int view_tree(struct view *);
int view_users(struct view *);

static inline bool
wants(const struct view *d, unsigned option)
{
	return (d->given & option) != 0;
}

/* Shared by several WHATs. */
void print_super(const struct view *, const gefs_super *);
void json_super(const struct view *, struct json *, const gefs_super *);
void print_log_entry(const gefs_log_entry *);

/* tell.c: small pieces of text. */
const char *copy_state_name(gefs_copy_state);
const char *addr_text(uint64_t addr, char buf[24]);   /* 0x..., or - */
const char *number_text(uint64_t n, char buf[24]);    /* decimal, or - for all ones */
void hex_line(const uint8_t *p, size_t n, uint64_t at); /* of hexdump -C: at most 16 bytes */
/* As gefs_use_name; but where trees cannot be read, what nothing refers to is "unknown", and not leaked. */
const char *use_name(const gefs_image *, gefs_use);
void hex_dump(const uint8_t *p, size_t n, uint64_t at);
void json_hex(struct json *, const char *key, const void *p, size_t n);
void json_ptr(struct json *, const char *key, const gefs_ptr *);

/* snapname.c: finding trees, naming snapshots. */
int find_tree(struct view *, const char *name, gefs_tree *); /* -1 to go on, else the exit status */
void print_labels(struct view *, uint64_t snap);             /* "main, adm", or the number */
void json_labels(struct json *, struct view *, uint64_t snap);
void snaps_damage(struct view *);                            /* tells what is wrong with the snapshot tree */

/* snapgraph.c */
void snap_graph_text(struct view *);
void snap_graph_dot(struct view *);

/* record.c: keys, values and messages of a node. */
void print_record(struct view *, const gefs_record *, unsigned indent, uint32_t number);
void json_record(struct json *, struct view *, const char *key, const gefs_record *);

/* mapsvg.c */
int map_svg(struct view *, const gefs_map *);

#endif
