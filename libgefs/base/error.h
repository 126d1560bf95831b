/* Errors as values: a code, an address and a sentence. */
#ifndef GEFS_BASE_ERROR_H
#define GEFS_BASE_ERROR_H

#include "gefs.h"

/* Fills e (may be NULL) and returns -1, so that callers can write `return gefs_fail(...)`. */
int gefs_fail(gefs_error *e, gefs_code code, uint64_t addr, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same, with errno and its text appended. */
int gefs_fail_errno(gefs_error *e, gefs_code code, uint64_t addr, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same failure as another one (code, errno, address), told in other words. */
int gefs_fail_as(gefs_error *e, const gefs_error *cause, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same failure in the same words. */
int gefs_fail_same(gefs_error *e, const gefs_error *cause);

int gefs_fail_memory(gefs_error *e);

/* Tells a walk's caller what could not be read; -1 when that ends the walk, because nobody listens or because it is no
 * damage: reading was interrupted. */
int gefs_tell_damage(gefs_damage_fn damage, void *arg, const gefs_error *why, gefs_error *e);

#endif
