/* The file that is written: under its final name only when it is complete and on the disk. */
#ifndef PACK_OUTPUT_H
#define PACK_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../common/newfile.h"

struct output {
	const char *name; /* as the user gave it */
	bool to_file;     /* else standard output */
	struct newfile file;
	int fd;           /* of either */
	uint64_t at;      /* bytes of a stream that were written */
	int error;        /* errno of what failed */
};

/* "-" is standard output. Complains and returns false when name cannot be written, or is the input. */
bool output_open(struct output *, const char *name, const char *input);
/* A gefs_write_fn and a gefs_piece_fn. */
int output_write(void *output, const void *p, size_t n);
int output_piece(void *output, uint64_t off, const void *p, size_t n);
/* Makes it complete, with a hole up to size at its end if it is shorter. Complains and returns false. */
bool output_finish(struct output *, uint64_t size);
/* Gives up, unless it is finished; frees. */
void output_close(struct output *);

#endif
