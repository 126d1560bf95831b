#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 5, 0))) static void
fill(gefs_error *e, gefs_code code, int sys, uint64_t addr, const char *fmt, va_list ap)
{
	e->code = code;
	e->sys = sys;
	e->addr = addr;
	int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
	if (sys && n >= 0 && (size_t)n < sizeof e->text)
		snprintf(e->text + n, sizeof e->text - (size_t)n, ": %s", strerror(sys));
}

int
gefs_fail(gefs_error *e, gefs_code code, uint64_t addr, const char *fmt, ...)
{
	if (e) {
		va_list ap;
		va_start(ap, fmt);
		fill(e, code, 0, addr, fmt, ap);
		va_end(ap);
	}
	return -1;
}

int
gefs_fail_errno(gefs_error *e, gefs_code code, uint64_t addr, const char *fmt, ...)
{
	int sys = errno;
	if (e) {
		va_list ap;
		va_start(ap, fmt);
		fill(e, code, sys, addr, fmt, ap);
		va_end(ap);
	}
	return -1;
}

int
gefs_fail_as(gefs_error *e, const gefs_error *cause, const char *fmt, ...)
{
	if (e) {
		va_list ap;
		va_start(ap, fmt);
		fill(e, cause->code, 0, cause->addr, fmt, ap);
		va_end(ap);
		e->sys = cause->sys;
	}
	return -1;
}

int
gefs_fail_same(gefs_error *e, const gefs_error *cause)
{
	if (e)
		*e = *cause;
	return -1;
}

int
gefs_fail_memory(gefs_error *e)
{
	return gefs_fail(e, GEFS_ENOMEM, GEFS_NIL, "out of memory");
}

int
gefs_tell_damage(gefs_damage_fn damage, void *arg, const gefs_error *why, gefs_error *e)
{
	if (damage && why->code != GEFS_ECANCEL)
		return damage(arg, why);
	return gefs_fail_same(e, why);
}
