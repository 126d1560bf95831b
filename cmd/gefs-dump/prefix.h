/* Beginnings of keys, as people write them. */
#ifndef DUMP_PREFIX_H
#define DUMP_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "01ff" (hex), or a type, a colon and perhaps a number ("ent:7", "dat:-1") or name ("label:main"). */
bool parse_prefix(const char *text, uint8_t *out, size_t size, size_t *len);

#endif
