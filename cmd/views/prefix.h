/* --prefix: which keys of a tree to show. */
#ifndef VIEWS_PREFIX_H
#define VIEWS_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gefs.h"

struct prefix {
	bool raw; /* bytes were given; else a kind of keys, with a number or a name */
	gefs_key_kind kind;
	bool has_number;
	uint64_t number;
	uint8_t bytes[GEFS_KEY_MAX]; /* raw, or the name; then, once the image is open, what keys begin with */
	size_t n;
};

/* Hex digits, or "ent:7", "label:main", "dat:". */
bool prefix_parse(const char *text, struct prefix *);
/* Puts what keys begin with in this image into bytes; false when it has no such keys. */
bool prefix_resolve(const gefs_image *, struct prefix *);

#endif
