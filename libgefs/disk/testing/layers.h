/* Disks for tests, as layers over each other. Closing one does nothing, so that images can be opened on it again and
 * again; each has a function that frees it. */
#ifndef GEFS_DISK_TESTING_LAYERS_H
#define GEFS_DISK_TESTING_LAYERS_H

#include "disk/disk.h"

/* What is written stays in memory, over bytes that are never changed. */
struct disk *overlay_new(const uint8_t *base, uint64_t size);
void overlay_reset(struct disk *); /* forgets all that was written */
bool overlay_is_base(const struct disk *);
void overlay_free(struct disk *);

/* Passes everything on and keeps what is written. */
struct record_write {
	unsigned phase; /* barriers before it */
	uint64_t addr;
	size_t len;
	uint8_t *data;
};
struct disk *record_new(struct disk *below);
size_t record_count(const struct disk *);
const struct record_write *record_get(const struct disk *, size_t);
unsigned record_phases(const struct disk *); /* barriers */
void record_free(struct disk *);

/* Lets the nth operation of a kind fail with EIO, counted from 0; a write has done its first sectors then. */
enum fault_kind { FAULT_READ, FAULT_WRITE, FAULT_BARRIER };
struct disk *fault_new(struct disk *below, enum fault_kind, uint64_t nth, size_t partial);
bool fault_happened(const struct disk *);
void fault_free(struct disk *);

#endif
