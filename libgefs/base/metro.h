/* MetroHash64_1 (J. A. Rogers). docs/format.md section 3. */
#ifndef GEFS_BASE_METRO_H
#define GEFS_BASE_METRO_H

#include <stddef.h>
#include <stdint.h>

uint64_t gefs_metro64(const void *data, size_t len, uint64_t seed);

#endif
