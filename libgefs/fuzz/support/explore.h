/* Looks at everything there is in an image. */
#ifndef GEFS_FUZZ_EXPLORE_H
#define GEFS_FUZZ_EXPLORE_H

#include "gefs.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void explore(gefs_image *);
/* The texts of a record, as the tools print them. */
void explore_record(const gefs_image *, const gefs_record *);

#endif
