/* Unaligned integers in either byte order. */
#ifndef GEFS_BASE_BYTES_H
#define GEFS_BASE_BYTES_H

#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define GEFS_BE(bits, v) __builtin_bswap##bits(v)
#define GEFS_LE(bits, v) (v)
#else
#define GEFS_BE(bits, v) (v)
#define GEFS_LE(bits, v) __builtin_bswap##bits(v)
#endif

/* get NAMEbits(p) and put_NAMEbits(p, v) */
#define GEFS_BYTES(name, bits, convert)                   \
	static inline uint##bits##_t name##bits(const void *p) \
	{                                                 \
		uint##bits##_t v;                         \
		memcpy(&v, p, sizeof v);                  \
		return convert(bits, v);                  \
	}                                                 \
	static inline void put_##name##bits(void *p, uint##bits##_t v) \
	{                                                 \
		v = convert(bits, v);                     \
		memcpy(p, &v, sizeof v);                  \
	}

GEFS_BYTES(be, 16, GEFS_BE)
GEFS_BYTES(be, 32, GEFS_BE)
GEFS_BYTES(be, 64, GEFS_BE)
GEFS_BYTES(le, 16, GEFS_LE)
GEFS_BYTES(le, 32, GEFS_LE)
GEFS_BYTES(le, 64, GEFS_LE)

#undef GEFS_BYTES
#undef GEFS_BE
#undef GEFS_LE

#endif
