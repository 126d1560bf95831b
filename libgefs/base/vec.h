/* Growing arrays: `vec_push(v, n, cap, item)` over a typed pointer and two size_t. */
#ifndef GEFS_BASE_VEC_H
#define GEFS_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Makes room for one more element of `size` bytes; false when out of memory. */
static inline bool
vec_room(void **base, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return true;
	size_t want = *cap ? *cap * 2 : 16;
	if (want > SIZE_MAX / size)
		return false;
	void *p = realloc(*base, want * size);
	if (!p)
		return false;
	*base = p;
	*cap = want;
	return true;
}

/* True when the item was stored. */
#define vec_push(v, n, cap, item) \
	(vec_room((void **)&(v), (n), &(cap), sizeof *(v)) ? ((v)[(n)++] = (item), true) : false)

#endif
