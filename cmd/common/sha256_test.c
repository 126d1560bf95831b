/* SHA-256 against the vectors of FIPS 180-4 and NIST's example files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sha256.h"

static void
expect(const void *p, size_t n, const char *want)
{
	struct sha256 s;
	char hex[2 * SHA256_SIZE + 1];

	/* In one piece, and in pieces of every length up to more than a block. */
	for (size_t step = 0; step < 130; step++) {
		sha256_init(&s);
		for (size_t at = 0; at < n;) {
			size_t take = step == 0 || n - at < step ? n - at : step;
			sha256_update(&s, (const char *)p + at, take);
			at += take;
		}
		sha256_hex(&s, hex);
		assert_string_equal(hex, want);
	}
}

static void
known_vectors(void **state)
{
	const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	expect("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect(two, strlen(two), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void
million(void **state)
{
	struct sha256 s;
	char hex[2 * SHA256_SIZE + 1], a[1000];

	(void)state;
	memset(a, 'a', sizeof a);
	sha256_init(&s);
	for (int i = 0; i < 1000; i++)
		sha256_update(&s, a, sizeof a);
	sha256_hex(&s, hex);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void
zeros(void **state)
{
	struct sha256 s;
	char hex[2 * SHA256_SIZE + 1];

	(void)state;
	sha256_init(&s);
	sha256_zeros(&s, 1000000);
	sha256_hex(&s, hex);
	assert_string_equal(hex, "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_vectors),
		cmocka_unit_test(million),
		cmocka_unit_test(zeros),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
