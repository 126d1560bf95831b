#include "disk/frameindex.h"

#include <stdlib.h>

int
frameindex_load(struct frameindex *x, struct disk *file, const char *name, gefs_error *e)
{
	int rc = seektable_load(x, file, name, e);

	if (rc == 1)
		rc = framescan(x, file, name, e);
	if (rc != 0)
		frameindex_free(x);
	return rc < 0 ? -1 : rc != 0;
}

void
frameindex_free(struct frameindex *x)
{
	free(x->frames);
	free(x->checksums);
	*x = (struct frameindex){0};
}

size_t
frameindex_find(const struct frameindex *x, uint64_t off)
{
	size_t low = 0, high = x->count;

	/* The last one that begins at or before off: frames that hold nothing are passed over. */
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (x->frames[mid].out <= off)
			low = mid;
		else
			high = mid;
	}
	return low;
}
