#include "archive/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
room(struct text *t, size_t n)
{
	if (t->nomem || n > SIZE_MAX / 2 - t->n)
		return !(t->nomem = true);
	if (t->cap - t->n > n)
		return true;
	size_t cap = 2 * (t->n + n) + 64;
	char *p = realloc(t->p, cap);
	if (!p)
		return !(t->nomem = true);
	t->p = p;
	t->cap = cap;
	return true;
}

void
text_add(struct text *t, const void *p, size_t n)
{
	if (!room(t, n))
		return;
	if (n)
		memcpy(t->p + t->n, p, n);
	t->n += n;
}

void
text_printf(struct text *t, const char *fmt, ...)
{
	char buf[128];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(buf, sizeof buf, fmt, ap);
	va_end(ap);
	text_add(t, buf, (size_t)n);
}

void
text_pad(struct text *t, size_t whole)
{
	while (t->n % whole && !t->nomem)
		text_add(t, "", 1);
}
