/* What all commands share: names, exit statuses, messages, options, text for people. */
#ifndef COMMON_COMMON_H
#define COMMON_COMMON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gefs.h"

/* Exit statuses of all commands but gefs-check, which follows fsck(8). */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DAMAGE = 4 };

extern const char *program; /* set first thing in main: "gefs-dump" */

/* "gefs-dump: text\n" on standard error; what no terminal should get is escaped. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Parses "123", "0x7b", "4K", "1M", "2G", "1T" (powers of 1024); false when it is none of these or overflows. */
bool parse_size(const char *text, uint64_t *out);

/* Flushes and closes standard output; complains and returns false when something could not be written
 * (a full disk must not look like success). A closed pipe is silent. */
bool finish_output(void);

/* Makes a pipe on standard output as large as it may be: for bulk data, which would else wait for each 64 KiB. */
void widen_output(void);

/* For people: "1.5 MiB". */
const char *human_size(uint64_t bytes, char buf[32]);

/* Bytes for a terminal: printable UTF-8 as it is, all else as \xNN; returns buf. */
char *printable(const void *p, size_t n, char *buf, size_t size);
bool is_printable(const char *text);          /* nothing in it needs an escape */
char *printable_new(const void *p, size_t n); /* as long as it takes; free it */
void print_bytes(const void *p, size_t n);    /* to standard output */
void print_time(int64_t ns);                  /* UTC */

/* Standard --version text. */
int print_version(void);

/* A progress line on standard error: only on a terminal, or when forced. */
struct progress;
struct progress *progress_new(bool force);
/* The signature that gefs_check_options wants; rate and time left are worked out here. */
int progress_show(void *progress, const char *what, uint64_t done, uint64_t total);
void progress_end(struct progress *); /* clears the line and frees */

/* From now on the signals that end a program are only noted, so that it can clean up. */
void catch_interrupts(void);
void interrupt_note(int sig); /* their handler */
bool interrupted(void);
/* A walk should end: nobody reads any more (see finish_output), or the user interrupted. */
static inline bool
should_stop(void)
{
	return ferror(stdout) || interrupted();
}
void interrupts_forget(void); /* that there was one */
/* The image of which reading is to end at once when there is one; NULL: of none any more. */
void interrupt_image(gefs_image *);
/* progress_show, which stops the work once there was such a signal; progress may be NULL. */
int progress_or_stop(void *progress, const char *what, uint64_t done, uint64_t total);

/* On a terminal only: how the image could be read faster, if it could. */
void show_hint(const char *path, const gefs_image *);

#endif
