/* Telling text from junk: names in an image may be any bytes. */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the well-formed UTF-8 sequence at p, 0 if there is none. *rune gets its code point. */
size_t utf8_next(const uint8_t *p, size_t n, uint32_t *rune);
bool utf8_valid(const uint8_t *p, size_t n);

#endif
