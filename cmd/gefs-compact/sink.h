/* Where a new image goes: a file that gets its name when all is well, or standard output. */
#ifndef COMPACT_SINK_H
#define COMPACT_SINK_H

#include "../common/newfile.h"
#include "compact.h"

struct sink {
	const char *name;  /* for messages */
	bool to_file;      /* else standard output */
	struct newfile file;
	uint64_t at;       /* standard output: bytes so far */
	bool failed;       /* and complained of */
};

/* False, with a complaint, when there can be no such output; image is never overwritten. */
bool sink_open(struct sink *, const char *out, const char *image);
/* A gefs_output_fn. */
int sink_write(void *sink, uint64_t offset, const void *data, size_t len);
/* Completes it to `size` bytes and gives it its name. */
bool sink_finish(struct sink *, uint64_t size);
/* Removes what is not finished. */
void sink_close(struct sink *);

#endif
