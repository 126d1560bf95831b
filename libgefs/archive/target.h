/* Where an export goes: an archive of some format, or a directory. */
#ifndef GEFS_ARCHIVE_TARGET_H
#define GEFS_ARCHIVE_TARGET_H

#include "base/error.h"
#include "gefs.h"

/* Bytes that are stored; the rest of a file is holes. Ascending, apart from each other. */
struct run {
	uint64_t off, len;
};

/* A file, directory or link on its way to a target. */
struct item {
	const char *path; /* in the archive: components with single slashes between; none is empty, "." or ".." */
	const char *link; /* path of an earlier item that this is a hard link to, else NULL */
	const gefs_dirent *entry;
	bool renamed;     /* its last component is not its name */
	const char *uname, *gname, *muname; /* NULL when unknown */
	uint64_t length;
	const struct run *run;
	size_t nrun;
	uint64_t data; /* sum of the runs */
};

/* What names may be. A slash, an empty name and those of dots only are never. */
struct name_rules {
	bool utf8;           /* nothing else */
	bool no_backslash;   /* it would be taken for a slash */
	size_t longest;      /* bytes of a component; 0: any */
};

struct traits {
	struct name_rules names;
	bool links, holes; /* it can hold these */
};
/* Of a format that is known; NULL: of a directory. */
struct traits target_traits(const char *format);

/* What a call may return besides 0 and -1, which ends the export; the error tells why. */
enum { TARGET_OMITTED = 1, TARGET_CHANGED = 2 };

struct target {
	/* -1, 0, or one of the above: nothing was stored; stored otherwise than asked. Of a file, data() follows for all
	 * bytes of its runs in their order, then end(). */
	int (*begin)(struct target *, const struct item *, gefs_error *);
	int (*data)(struct target *, uint64_t off, const uint8_t *p, size_t n, gefs_error *);
	int (*end)(struct target *, gefs_error *);
	int (*finish)(struct target *, gefs_error *); /* all items were given */
	void (*free)(struct target *);                /* at any time */
};

/* Where an archive's bytes go. */
struct output {
	const char *format, *filter;
	int fd;
	bool numeric; /* no names of owners */
};

struct target *target_pax(const struct output *, gefs_error *);
struct target *target_archive(const struct output *, gefs_error *); /* any of them */
struct target *target_directory(const char *path, bool force, bool owners, uint32_t mask, gefs_error *);

/* Owners that a Unix number cannot be: the numbers of gefs may be negative. */
enum { UNIX_NOBODY = 65534 };
static inline uint32_t
unix_id(int32_t id)
{
	return id < 0 ? UNIX_NOBODY : (uint32_t)id;
}

struct unix_time {
	int64_t sec;
	uint32_t nsec; /* counts up, also before 1970 */
};
static inline struct unix_time
unix_time(int64_t ns)
{
	int64_t sec = ns / 1000000000 - (ns % 1000000000 < 0);
	return (struct unix_time){sec, (uint32_t)(ns - sec * 1000000000)};
}

#endif
