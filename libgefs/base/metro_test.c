/* Hash vectors: docs/format.md section 3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/metro.h"
#include "base/vectors_test.h"

enum { SEED = 0x6765 };

/* Of the bytes 00 01 02 ..., by length. */
static const uint64_t prefix[] = {
	0x35d244c2ba0d952f, 0x765f41da594db05e, 0xc50e25e5da1d32e9, 0xdd8d56098bee9716,
	0x051bb4b9044f2c35, 0x794018a6ad6b2d95, 0x811953af897eabfb, 0x0389772801b5a878,
	0x47154e48883b740f, 0x346dbad65c3e4947, 0xe1a9185b0047d906, 0x90768dc22b2d892f,
	0x388560fd1dcac6e9, 0x4b61352d08756f8a, 0x1a84b95098e20c01, 0xf8ad531dd6ec5574,
	0x9f2e6a1ded9b542b, 0x1f64c349cb01d04b, 0xd40d6bb1aac89b90, 0x84c6cdd103fd4dbb,
	0x6f487ef45a149400, 0xd57b91bc986d0ba0, 0xd8decce61e96fbeb, 0x4aa6dce4637fe5db,
	0x9aa3eb23fd56c9de, 0xdb84fcfa81748cbc, 0x7c09ef7f1e35ccc4, 0x78d21cf94bea90d2,
	0xd407593412fe7737, 0x10833b1db89cb176, 0xe706d981db1c815a, 0x8198fb042d526c53,
	0x6ed5439804aa2a8e, 0xca803fc18c708247, 0x5a56b1978a645759, 0x22b443a2a930c91e,
	0xda5cd8e7c6e553ff, 0xa060392cc34d457d, 0x39e102e3d8521565, 0x612a27bc7bdc0e40,
	0x78f6218f1f6a4eb1,
};

static uint64_t
hash(const void *data, size_t len)
{
	return gefs_metro64(data, len, SEED);
}

static void
test_words(void **state)
{
	(void)state;
	assert_int_equal(hash("", 0), 0x35d244c2ba0d952f);
	assert_int_equal(hash("a", 1), 0xea6a586ea38e2e61);
	assert_int_equal(hash("abc", 3), 0x8af9c49d69f1ad94);
}

static void
test_blocks(void **state)
{
	(void)state;
	assert_int_equal(hash_of_fill(hash, 0, 16384), 0x8d19d8745486446e);
	assert_int_equal(hash_of_fill(hash, 0, 8192), 0x096c94b9f586fc2a);
	assert_int_equal(hash_of_fill(hash, 0, 16348), 0xef129bef2d5a08bb);
	assert_int_equal(hash_of_fill(hash, 0, 8182), 0x20c209e2ef31d7c5);
	assert_int_equal(hash_of_fill(hash, 0xff, 16384), 0xc417e93ae2f70b05);
	assert_int_equal(hash_of_fill(hash, 0xff, 8192), 0xe435be9f0d85ffc3);
}

static void
test_prefixes(void **state)
{
	(void)state;
	check_prefixes(hash, prefix, sizeof prefix / sizeof *prefix, 0xfdbfdec9ede607af);
}

static void
test_seed_matters(void **state)
{
	(void)state;
	assert_true(gefs_metro64("abc", 3, SEED) != gefs_metro64("abc", 3, SEED + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_seed_matters),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("metro", tests, NULL, NULL);
}
