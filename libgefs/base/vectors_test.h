/* Hash vectors: what the tests of the two hash functions share. Include it behind cmocka.h. */
#ifndef GEFS_BASE_VECTORS_TEST_H
#define GEFS_BASE_VECTORS_TEST_H

typedef uint64_t (*hash_fn)(const void *data, size_t len);

static inline uint64_t
hash_of_fill(hash_fn hash, int byte, size_t len)
{
	uint8_t buf[16384];
	memset(buf, byte, sizeof buf);
	return hash(buf, len);
}

/* Of the bytes 00 01 02 ..., by length. Also from an odd address: alignment must not matter. */
static inline void
check_prefixes(hash_fn hash, const uint64_t *want, size_t n, uint64_t of_256)
{
	uint8_t even[256], room[258], *odd = room + 1;

	for (int i = 0; i < 256; i++)
		even[i] = odd[i] = (uint8_t)i;
	for (size_t len = 0; len < n; len++) {
		assert_int_equal(hash(even, len), want[len]);
		assert_int_equal(hash(odd, len), want[len]);
	}
	assert_int_equal(hash(even, 256), of_256);
}

#endif
