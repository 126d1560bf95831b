/* JSON Lines writer: one object a line, keys in the order written. Bytes that are not UTF-8 are shown as
 * \u00XX-style readable escapes in NAME and exactly, in hex, in NAME_hex. */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	unsigned depth;
	bool first; /* nothing written yet at this depth */
};

/* From now on every object says "inferred": true, because the image's version is not known for certain. */
void json_inferred(bool);

void json_begin(struct json *, FILE *out);  /* { */
void json_end(struct json *);               /* } and newline */
void json_string(struct json *, const char *key, const char *value);
void json_bytes(struct json *, const char *key, const void *p, size_t n); /* adds KEY_hex when not UTF-8 */
void json_uint(struct json *, const char *key, uint64_t);
void json_int(struct json *, const char *key, int64_t);
void json_real(struct json *, const char *key, double);
void json_bool(struct json *, const char *key, bool);
void json_addr(struct json *, const char *key, uint64_t); /* a number; null for GEFS_NIL */
void json_null(struct json *, const char *key);
/* Containers; key is NULL inside an array. */
void json_array(struct json *, const char *key);
void json_array_end(struct json *);
void json_object(struct json *, const char *key);
void json_object_end(struct json *);

#endif
