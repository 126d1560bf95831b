/* What of a file could be read, and the hash of it. */
#ifndef SH_EVIDENCE_H
#define SH_EVIDENCE_H

#include "around.h"

struct lost_range {
	uint64_t offset, len;
	bool partly; /* a node of the tree is lost: nobody knows which of these bytes are */
};

struct evidence {
	char sha256[65]; /* empty: some of the contents are lost, or holes are too long */
	struct lost_range *lost;
	size_t nlost, cap;
};

/* Reads the whole file, and tells no damage. False after a complaint. evidence_free is needed after both. */
bool evidence_read(struct shell *, const gefs_tree *, const gefs_dirent *, struct evidence *);
void evidence_free(struct evidence *);
/* The members "sha256" and "lost". */
void evidence_json(const struct evidence *, struct json *);

#endif
