/* Commands for looking around, a file or two for each; around.c has their table. */
#ifndef SH_AROUND_H
#define SH_AROUND_H

#include "../common/contents.h"
#include "sh.h"

int around_cat(struct shell *, const struct call *);
int around_cd(struct shell *, const struct call *);
int around_df(struct shell *, const struct call *);
int around_diff(struct shell *, const struct call *);
int around_du(struct shell *, const struct call *);
int around_find(struct shell *, const struct call *);
int around_get(struct shell *, const struct call *);
int around_grep(struct shell *, const struct call *);
int around_head(struct shell *, const struct call *);
int around_hexdump(struct shell *, const struct call *);
int around_history(struct shell *, const struct call *);
int around_ls(struct shell *, const struct call *);
int around_pwd(struct shell *, const struct call *);
int around_snap(struct shell *, const struct call *);
int around_stat(struct shell *, const struct call *);
int around_tree(struct shell *, const struct call *);
int around_users(struct shell *, const struct call *);

/* ---- target.c: files that a command is about ---- */

struct target {
	const char *word; /* as it was typed; NULL: nothing was, and it is where the shell is */
	struct place place;
	gefs_dirent entry;
	uint8_t storage[GEFS_KEY_MAX];
};

/* Gives an EXIT_ status. */
typedef int (*target_fn)(struct shell *, const struct target *, void *arg);
/* Calls fn for each word (n 0: for where the shell is), also after one that fails; the worst status. */
int each_target(struct shell *, char **word, int n, target_fn, void *arg);
/* What is at and below a target; damage is told. fn's arg is as given. An EXIT_ status. */
int target_walk(struct shell *, const struct target *, gefs_file_fn, void *arg);
/* Bytes [off, off+len) of a target, which must be no directory; an EXIT_ status. */
int target_read(struct shell *, const struct target *, uint64_t off, uint64_t len, const struct contents_sink *);
/* What a command cannot do with a directory: complains, EXIT_FAILED. */
int target_is_dir(const struct target *);

/* ---- names on the screen; a directory's ends in a slash ---- */

void print_name(const struct shell *, const void *name, size_t n, bool is_dir);
/* A file at or below a target, beginning with what was typed. */
void print_typed(const struct shell *, const struct target *, const uint8_t *path, size_t n, bool is_dir);
/* The rest of a path below a target; empty for the target itself. */
gefs_bytes path_below(const struct target *, const uint8_t *path, size_t n);

/* ---- pieces.c: contents in JSON ---- */

struct pieces {
	const struct target *target;
	uint64_t at;
};
/* Objects with path, offset, and data_hex or zeros. */
struct contents_sink pieces_sink(struct pieces *);

/* ---- extents.c: where contents are ---- */

struct layout {
	uint64_t blocks, allocated; /* bytes */
	uint64_t extents, holes;
	uint64_t lost; /* records and nodes that cannot be read: the rest is not all */
};

/* Blocks that follow each other in the file and on the disk, and were written in the same generation. */
struct extent {
	uint64_t offset, len, addr, birth;
};
typedef void (*extent_fn)(void *arg, const struct extent *);

/* fn may be NULL. -1 with an error; what is damaged is told, and not counted. */
int layout_of(struct shell *, const gefs_tree *, const gefs_dirent *, const uint8_t *path, size_t path_len, struct layout *,
	      extent_fn, void *arg, gefs_error *);

#endif
