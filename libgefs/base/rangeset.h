/* An ordered set of disjoint, coalesced ranges [off, off+len). A treap: every operation is
 * O(log n) whatever order a hostile log frees and allocates in. */
#ifndef GEFS_BASE_RANGESET_H
#define GEFS_BASE_RANGESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rangeset;

struct rangeset *rangeset_new(void);
void rangeset_free(struct rangeset *);

enum rangeset_result { RANGE_OK, RANGE_CONFLICT, RANGE_NOMEM };

/* Adds a range; CONFLICT (and no change) when any byte of it is already there. */
enum rangeset_result rangeset_add(struct rangeset *, uint64_t off, uint64_t len);

/* Takes a range out; CONFLICT (and no change) unless it lies inside one range of the set. */
enum rangeset_result rangeset_remove(struct rangeset *, uint64_t off, uint64_t len);

size_t rangeset_count(const struct rangeset *);

/* Calls fn for every range in ascending order. */
void rangeset_each(const struct rangeset *, void (*fn)(void *arg, uint64_t off, uint64_t len), void *arg);

#endif
