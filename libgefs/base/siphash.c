#include "base/siphash.h"

#include "base/bytes.h"

struct state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t
rol(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static inline void
sip_round(struct state *s)
{
	s->v0 += s->v1;
	s->v1 = rol(s->v1, 13) ^ s->v0;
	s->v0 = rol(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rol(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rol(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rol(s->v1, 17) ^ s->v2;
	s->v2 = rol(s->v2, 32);
}

static inline void
compress(struct state *s, uint64_t m)
{
	s->v3 ^= m;
	sip_round(s);
	sip_round(s);
	s->v0 ^= m;
}

uint64_t
gefs_siphash(const void *data, size_t len, uint64_t k0, uint64_t k1)
{
	struct state s = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
			  k1 ^ 0x7465646279746573u};
	const uint8_t *p = data;
	uint8_t last[8] = {0};
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8)
		compress(&s, le64(p));
	if (left)
		memcpy(last, p, left);
	last[7] = (uint8_t)len;
	compress(&s, le64(last));
	s.v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
