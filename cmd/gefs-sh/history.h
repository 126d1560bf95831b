/* Versions of a file in different snapshots. */
#ifndef SH_HISTORY_H
#define SH_HISTORY_H

#include "../common/sha256.h"
#include "sh.h"

struct version {
	enum { VERSION_PRESENT, VERSION_ABSENT, VERSION_DAMAGED } state;
	gefs_dirent entry; /* without the name */
	uint8_t places[SHA256_SIZE]; /* hash of where its blocks are: if it is the same, so are the contents ... */
	bool lost;         /* ... unless some of them are unknown */
	char hex[65];      /* SHA-256 of the contents; "": it was not asked for, or some are lost */
};

enum { VERSIONS_KEPT = 16 };

/* A path, and what was found there lately. */
struct file_versions {
	const char *path;
	bool hash; /* of contents is wanted */
	gefs_ptr root;
	struct version last; /* in the tree with this root */
	bool any;
	struct version kept[VERSIONS_KEPT]; /* of which the contents were hashed */
	size_t n;
};

/* The one in a snapshot: -1, else the exit status after a complaint. */
int version_of(struct shell *, struct file_versions *, const gefs_snap *, struct version *);
bool version_same(const struct version *, const struct version *);

#endif
