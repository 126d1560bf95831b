/* What gefs-pack's files share. */
#ifndef PACK_PACK_H
#define PACK_PACK_H

#include "gefs.h"

struct settings {
	const char *image, *output;
	gefs_options open;
	gefs_pack_options pack;
	bool unpack, json, progress, quiet;
	unsigned packing_only; /* options given that do not go with -d */
};

void report_packed(const struct settings *, const gefs_pack_stats *);
void report_unpacked(const struct settings *, uint64_t size);

#endif
