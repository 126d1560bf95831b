/* Commands for looking under, a file or two for each; under.c has their table. */
#ifndef SH_UNDER_H
#define SH_UNDER_H

#include "sh.h"

int under_super(struct shell *, const struct call *);
int under_arenas(struct shell *, const struct call *);
int under_free(struct shell *, const struct call *);
int under_log(struct shell *, const struct call *);
int under_deadlists(struct shell *, const struct call *);
int under_conf(struct shell *, const struct call *);
int under_stats(struct shell *, const struct call *);
int under_map(struct shell *, const struct call *);
int under_show(struct shell *, const struct call *);
int under_block(struct shell *, const struct call *);
int under_owner(struct shell *, const struct call *);
int under_path(struct shell *, const struct call *);
int under_verify(struct shell *, const struct call *);
int under_check(struct shell *, const struct call *);
int under_hash(struct shell *, const struct call *);
int under_convert(struct shell *, const struct call *);
int under_lookup(struct shell *, const struct call *);
int under_scan(struct shell *, const struct call *);
int under_addr(struct shell *, const struct call *);
int under_print(struct shell *, const struct call *);
int under_type(struct shell *, const struct call *);
int under_child(struct shell *, const struct call *);
int under_parent(struct shell *, const struct call *);
int under_push(struct shell *, const struct call *);
int under_pop(struct shell *, const struct call *);
int under_back(struct shell *, const struct call *);

#endif
