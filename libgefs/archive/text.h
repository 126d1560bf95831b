#ifndef GEFS_ARCHIVE_TEXT_H
#define GEFS_ARCHIVE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that grow. */
struct text {
	char *p;
	size_t n, cap;
	bool nomem; /* nothing is added any more */
};

void text_add(struct text *, const void *p, size_t n);
void text_printf(struct text *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_pad(struct text *, size_t whole); /* with zeros */

#endif
