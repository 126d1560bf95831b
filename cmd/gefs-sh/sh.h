/* What the parts of gefs-sh share: the state of the shell, commands as they are typed, and small help. */
#ifndef SH_SH_H
#define SH_SH_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "../common/common.h"
#include "../common/damage.h"
#include "../common/entry.h"
#include "../common/json.h"
#include "gefs.h"

/* A file's place. */
struct place {
	gefs_tree tree;
	char *label; /* or the number of a snapshot */
	char *path;  /* absolute, without "." and ".."; in the end without a slash, unless it is the root */
};

enum { SH_SEEN = 256, WHERE_STACK = 64 };

/* Places by name, the newest last. */
struct where_stack {
	char *where[WHERE_STACK];
	size_t n;
};

struct cursor {
	char *where;              /* NULL: nowhere */
	struct where_stack trail; /* from where child came here */
	struct where_stack pushed, before;
};

struct shell {
	gefs_image *img;   /* what all commands look at: with changes that are not written yet, as they would leave it */
	gefs_image *base;  /* what is on the disk; the same if there are no such changes */
	gefs_edit *edit;   /* NULL until first needed */
	struct cursor cursor;
	const char *image; /* its file */
	gefs_options open;
	bool write;        /* changes are allowed */

	char *label, *dir; /* where relative paths begin; label NULL: there is no snapshot that could be looked into */
	char *last_label, *last_dir; /* of cd - */

	bool json, expert, rehash, no_pager, keep_going;
	char **undo;       /* what each commit that was not taken back has kept, the last one last; NULL: nothing */
	size_t nundo;
	dev_t device;      /* the file that is open, whatever has its name by now */
	ino_t inode;
	char format[32];   /* of the image, once it was opened */
	bool interactive;
	bool color;
	bool leave;        /* no further commands */
	uint64_t seen[SH_SEEN]; /* addresses that were on the screen, the newest one at (nseen - 1) % SH_SEEN */
	size_t nseen;
};

/* An option of a command. */
struct sh_option {
	char letter;      /* 0: has only its name, which may then follow a single dash, as in find(1) */
	const char *name; /* "long": --long; NULL ends the table */
	const char *arg;  /* what its value is called in help; NULL: it has none */
	const char *help;
};

enum { SH_OPTIONS = 16 };

/* A command as it was typed. */
struct call {
	const struct sh_command *cmd;
	const char *value[SH_OPTIONS]; /* by number of the option: its value, "" when it has none, NULL: not given */
	char **arg;                    /* what follows the options; ends with NULL */
	int n;
};

enum sh_group { SH_GENERAL, SH_AROUND, SH_UNDER, SH_CHANGE, SH_GROUPS };

enum {
	SH_WRITES = 1 << 0,  /* needs -w */
	SH_EXPERT = 1 << 1,  /* and "set expert on" */
	SH_ROOTLESS = 1 << 2, /* works also when no copy of the root data can be read: it needs nothing but blocks */
	SH_PROGRESS = 1 << 3  /* shows a progress line, so that its messages must not go to the pager */
};

struct sh_command {
	const char *name;
	const char *args;  /* as help shows them */
	int min, max;      /* how many, without options; max -1: any number */
	/* What each of them is, for completion, the last letter standing for all further ones: p path in the image, d
	 * directory in the image, s label, a address, w place of a field, c command, f file of the host, g that
	 * or else a path in the image, t whatever has a hash, v other word. */
	const char *kinds;
	unsigned flags;
	const struct sh_option *options; /* NULL: none */
	const char *brief; /* a line of help: begins with a small letter, no full stop */
	const char *help;  /* the rest, in lines of at most 78 columns, each ending with a newline; NULL: nothing to add */
	int (*run)(struct shell *, const struct call *); /* an EXIT_ status */
};

/* shell.c. Opens the image; snap NULL: in main, or where there is something. -1 to go on, else the exit status. */
int shell_open(struct shell *, const char *snap);
/* The same with an image that is open already, as base. */
int shell_start(struct shell *, const char *snap);
void shell_close(struct shell *);
/* Closes what is open of the image, and forgets what is pending; the places stay. */
void shell_let_go(struct shell *);
/* Opens it again, as it is on the disk now; an EXIT_ status. */
int shell_open_again(struct shell *);
/* False: what is on the disk is no image, but its blocks can be looked at and changed (gefs_options.rootless). */
bool shell_has_root(const struct shell *);
/* Goes to the first place there is, if there was none so far. */
void shell_settle(struct shell *);
/* The image's name still leads to the file that is open; if not, complains. */
bool shell_same_file(const struct shell *);
/* Something is changed that was not committed, which is told. */
bool shell_forgets(const struct shell *);
/* Changes label and directory, keeping the old ones for cd -; takes the strings. */
void shell_go(struct shell *, char *label, char *dir);

/* command.c. Commands of all groups, in the order of help. */
const struct sh_command *sh_command_at(size_t i); /* NULL past the end */
enum sh_group sh_command_group(const struct sh_command *);
const struct sh_command *sh_command_find(const char *name);
/* Runs one command; damage that it told makes EXIT_DAMAGE of EXIT_DONE. */
int sh_run(struct shell *, char **word);
/* May single fields be changed? -1, else the exit status after a complaint. */
int sh_may_change(const struct shell *);

/* The value of an option, "" if it takes none; NULL when it was not given. */
const char *sh_opt(const struct call *, const char *name);
/* The same as a number of sh_number; false after a complaint. *out stays as it is when the option was not given. */
bool sh_opt_number(const struct call *, const char *name, uint64_t *out);

/* The tables of commands, one a group; a NULL name ends each. */
extern const struct sh_command sh_general[], sh_around[], sh_under[], sh_change[];

/* script.c: commands of a text, of a file ("-": standard input). Stops at the first that fails, unless keep_going; the
 * status of that one, or the worst. name is for messages. */
int sh_script(struct shell *, const char *name, const char *text);
int sh_script_file(struct shell *, const char *path);

/* terminal.c: commands from a person, until the end. */
int sh_terminal(struct shell *);

/* complete.c: has readline complete. */
void sh_complete_start(struct shell *);

/* pager.c: what goes to standard output between these two is paged if it is longer than the screen, and addresses in it
 * are noted as seen. */
struct pager;
struct pager *pager_start(struct shell *, bool with_errors); /* NULL: there is none */
void pager_end(struct pager *);

/* place.c */
/* "a/b", "/a", "label:/a", "label:"; NULL: where the shell is. -1 to go on, else the exit status after a complaint. What is
 * found has to be freed with place_free. A path need not exist. */
int place_parse(struct shell *, const char *word, struct place *);
/* The same without a word said: 0, or -1 with an error. */
int place_resolve(struct shell *, const char *word, struct place *, gefs_error *);
/* The same, and the file has to exist; the entry's name points into storage. */
int place_find(struct shell *, const char *word, struct place *, gefs_dirent *, uint8_t storage[GEFS_KEY_MAX]);
void place_free(struct place *);
/* The tree of a label, a number or "snap"; NULL: where the shell is. -1 to go on, else the exit status. */
int tree_parse(struct shell *, const char *name, gefs_tree *);

/* number.c: "123", "0x7b", "4K". False after a complaint. */
bool sh_number(const char *word, uint64_t *out);
/* An address: a number, "blk:N" (block number), "arena:N+OFF" (offset from the arena's first block), or a place of a
 * field, as "main:root" or "log[0]". False after a complaint. */
bool sh_address(struct shell *, const char *word, uint64_t *out);
/* The same; NULL: the block at the cursor. */
bool cursor_address(struct shell *, const char *word, uint64_t *out);
/* The same, and it has to be the address of a block of the device. */
bool block_address(struct shell *, const char *word, uint64_t *out);

/* The end of a word that counts so many. */
static inline const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* Text in a colour, if there are any: give the name, print, give NULL. */
void sh_color(const struct shell *, const char *name); /* "dir", "good", "bad", "added", "removed", "head" */

#endif
