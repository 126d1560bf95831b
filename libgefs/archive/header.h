/* Headers of tar archives in the pax format, POSIX.1-2001. */
#ifndef GEFS_ARCHIVE_HEADER_H
#define GEFS_ARCHIVE_HEADER_H

#include "archive/target.h"
#include "archive/text.h"

enum { TAR_BLOCK = 512, TAR_SIZE_MAX_BITS = 33 };

/* A record of an extended header: "LENGTH KEY=VALUE\n". */
void record_add(struct text *, const char *key, const void *value, size_t n);
void record_printf(struct text *, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Seconds as a decimal fraction. */
void record_time(struct text *, const char *key, int64_t ns);

/* Fields of a ustar header; what does not fit is cut, or 0, and has to be in the extended header as well. */
struct header {
	const char *name, *link, *uname, *gname;
	uint32_t mode, uid, gid;
	uint64_t size;
	int64_t mtime; /* seconds */
	char type;
};
void header_make(uint8_t block[TAR_BLOCK], const struct header *);

/* The name comes out of a reader of UTF-8 as it went in; else hdrcharset=BINARY has to say that it is just bytes. */
bool charset_stays(const char *name);

/* True when the field of a ustar header holds it as it is. */
bool fits_text(const char *, size_t room);
bool fits_number(int64_t, unsigned digits);

#endif
