/* Names of archive formats and filters, and what the ending of a file's name says about them. */
#include <stdio.h>
#include <string.h>

#include "archive/target.h"

static const char *const formats[] = {"pax", "ustar", "cpio", "zip", "7zip", "mtree"};
static const char *const filters[] = {"none", "gzip", "bzip2", "xz", "zstd", "lz4"};

enum { NFORMATS = sizeof formats / sizeof *formats, NFILTERS = sizeof filters / sizeof *filters };

static const struct ending {
	const char *text, *format, *filter;
} endings[] = {
	{".tgz", "pax", "gzip"},   {".tbz", "pax", "bzip2"}, {".tbz2", "pax", "bzip2"}, {".txz", "pax", "xz"},
	{".tzst", "pax", "zstd"},  {".gz", NULL, "gzip"},    {".bz2", NULL, "bzip2"},   {".xz", NULL, "xz"},
	{".zst", NULL, "zstd"},    {".lz4", NULL, "lz4"},    {".tar", "pax", NULL},     {".pax", "pax", NULL},
	{".cpio", "cpio", NULL},   {".zip", "zip", NULL},    {".7z", "7zip", NULL},     {".mtree", "mtree", NULL},
};

static char *
join(const char *const *name, size_t n, char *buf, size_t size)
{
	size_t at = 0;

	if (size)
		buf[0] = 0;
	for (size_t i = 0; i < n && at < size; i++)
		at += (size_t)snprintf(buf + at, size - at, "%s%s", i ? ", " : "", name[i]);
	return buf;
}

static bool
among(const char *const *name, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name[i], what) == 0)
			return true;
	return false;
}

char *
gefs_archive_formats(char *buf, size_t n)
{
	return join(formats, NFORMATS, buf, n);
}

char *
gefs_archive_filters(char *buf, size_t n)
{
	return join(filters, NFILTERS, buf, n);
}

bool
gefs_archive_format_known(const char *name)
{
	return among(formats, NFORMATS, name);
}

bool
gefs_archive_filter_known(const char *name)
{
	return among(filters, NFILTERS, name);
}

bool
gefs_archive_compresses(const char *format)
{
	return strcmp(format, "zip") == 0 || strcmp(format, "7zip") == 0;
}

static const struct ending *
ending_of(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t len = strlen(endings[i].text);
		if (n > len && memcmp(name + n - len, endings[i].text, len) == 0)
			return &endings[i];
	}
	return NULL;
}

void
gefs_archive_by_ending(const char *name, const char **format, const char **filter)
{
	size_t n = strlen(name);

	*format = *filter = NULL;
	for (const struct ending *x; (x = ending_of(name, n)); n -= strlen(x->text)) {
		if ((x->filter && *filter) || *format)
			break;
		if (x->filter)
			*filter = x->filter;
		if (x->format)
			*format = x->format;
	}
}
