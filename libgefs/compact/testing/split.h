/* An image with many arenas: a superblock that is longer than a sector. */
#ifndef GEFS_COMPACT_TESTING_SPLIT_H
#define GEFS_COMPACT_TESTING_SPLIT_H

#include <stdint.h>

/* Cuts each arena of a nearly empty gefs9.00 image into `parts`, where there is free space. */
void split_arenas(uint8_t *image, uint64_t size, uint32_t parts);

#endif
