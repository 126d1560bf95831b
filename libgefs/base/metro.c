#include "base/metro.h"
#include "base/bytes.h"

/* 64 bits wide on purpose: as enum constants they would be 32 bits and the short tails come out wrong. */
static const uint64_t k0 = 0xC83A91E1, k1 = 0x8648DBDB, k2 = 0x7BDEC03B, k3 = 0x2F5870A5;

static inline uint64_t
ror(uint64_t x, unsigned n)
{
	return x >> n | x << (64 - n);
}

static const uint8_t *
bulk(const uint8_t *p, const uint8_t *end, uint64_t *h)
{
	uint64_t v0 = *h, v1 = *h, v2 = *h, v3 = *h;

	for (; end - p >= 32; p += 32) {
		v0 = ror(v0 + le64(p) * k0, 29) + v2;
		v1 = ror(v1 + le64(p + 8) * k1, 29) + v3;
		v2 = ror(v2 + le64(p + 16) * k2, 29) + v0;
		v3 = ror(v3 + le64(p + 24) * k3, 29) + v1;
	}
	v2 ^= ror((v0 + v3) * k0 + v1, 33) * k1;
	v3 ^= ror((v1 + v2) * k1 + v0, 33) * k0;
	v0 ^= ror((v0 + v2) * k0 + v3, 33) * k1;
	v1 ^= ror((v1 + v3) * k1 + v2, 33) * k0;
	*h += v0 ^ v1;
	return p;
}

static uint64_t
tail(const uint8_t *p, const uint8_t *end, uint64_t h)
{
	if (end - p >= 16) {
		uint64_t a = ror(h + le64(p) * k0, 33) * k1;
		uint64_t b = ror(h + le64(p + 8) * k1, 33) * k2;
		a ^= ror(a * k0, 35) + b;
		b ^= ror(b * k3, 35) + a;
		h += b;
		p += 16;
	}
	if (end - p >= 8) {
		h += le64(p) * k3;
		h ^= ror(h, 33) * k1;
		p += 8;
	}
	if (end - p >= 4) {
		h += le32(p) * k3;
		h ^= ror(h, 15) * k1;
		p += 4;
	}
	if (end - p >= 2) {
		h += (p[0] | (uint64_t)p[1] << 8) * k3;
		h ^= ror(h, 13) * k1;
		p += 2;
	}
	if (end - p >= 1) {
		h += p[0] * k3;
		h ^= ror(h, 25) * k1;
	}
	return h;
}

uint64_t
gefs_metro64(const void *data, size_t len, uint64_t seed)
{
	const uint8_t *p = data, *end = p + len;
	uint64_t h = (seed + k2) * k0 + len;

	if (len >= 32)
		p = bulk(p, end, &h);
	h = tail(p, end, h);
	h ^= ror(h, 33);
	h *= k0;
	h ^= ror(h, 33);
	return h;
}
