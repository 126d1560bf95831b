/* Vectors of the paper, and of the key of gefs: docs/format.md section 24. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/siphash.h"
#include "base/vectors_test.h"

/* Of the bytes 00 01 02 ... by length; the key is 00 01 .. 0f, the result is as bytes. */
static const uint64_t reference[] = {
	0x310e0edd47db6f72, 0xfd67dc93c539f874, 0x5a4fa9d909806c0d, 0x2d7efbd796666785,
	0xb7877127e09427cf, 0x8da699cd64557618, 0xcee3fe586e46c9cb, 0x37d1018bf50002ab,
	0x6224939a79f5f593, 0xb0e4a90bdf82009e, 0xf3b9dd94c5bb5d7a, 0xa7ad6b22462fb3f4,
	0xfbe50e86bc8f1e75, 0x903d84c02756ea14, 0xeef27a8e90ca23f7, 0xe545be4961ca29a1,
	0xdb9bc2577fcc2a3f, 0x9447be2cf5e99a69, 0x9cd38d96f0b3c14b, 0xbd6179a71dc96dbb,
	0x98eea21af25cd6be, 0xc7673b2eb0cbf2d0, 0x883ea3e395675393, 0xc8ce5ccd8c030ca8,
	0x94af49f6c650adb8, 0xeab8858ade92e1bc, 0xf315bb5bb835d817, 0xadcf6b0763612e2f,
	0xa5c91da7acaa4dde, 0x716595876650a2a6, 0x28ef495c53a387ad, 0x42c341d8fa92d832,
	0xce7cf2722f512771, 0xe37859f94623f3a7, 0x381205bb1ab0e012, 0xae97a10fd434e015,
	0xb4a31508beff4d31, 0x81396229f0907902, 0x4d0cf49ee5d4dcca, 0x5c73336a76d8bf9a,
	0xd0a704536ba93e0e, 0x925958fcd6420cad, 0xa915c29bc8067318, 0x952b79f3bc0aa6d4,
	0xf21df2e41d4535f9, 0x87577519048f53a9, 0x10a56cf5dfcd9adb, 0xeb75095ccd986cd0,
	0x51a9cb9ecba312e6, 0x96afadfc2ce666c7, 0x72fe52975a4364ee, 0x5a1645b276d592a1,
	0xb274cb8ebf87870a, 0x6f9bb4203de7b381, 0xeaecb2a30b22a87f, 0x9924a43cc1315724,
	0xbd838d3aafbf8db7, 0x0b1a2a3265d51aea, 0x135079a3231ce660, 0x932b2846e4d70666,
	0xe1915f5cb1eca46c, 0xf325965ca16d629f, 0x575ff28e60381be5, 0x724506eb4c328a95,
};

/* Of the same bytes; the key is "gefsgefsgefsgefs". */
static const uint64_t gefs[] = {
	0x3ab76d74532e6941, 0x8b0acf72a900a876, 0x165efe98d79ec1d1, 0x3c806da96db19d44,
	0x44423428ca53b5ae, 0x75256df6c959280b, 0xfc3ee71a7d6227e2, 0x0c1de42038aed772,
	0x4584a7551d832ac4, 0xe35fb631b5e3b0de, 0x6cdd20762cc95b31, 0xfc29bd4ce48d545a,
	0x04a3a8d83566e10b, 0xa09f3868dfa2d42f, 0x0c67bd3d17305325, 0x6ef2100ae5c63cad,
	0xb85246b48c2b4e3e, 0xa5201b411308db7b, 0x700b578970c685f5, 0x1a81623c3cfe3fa0,
	0x35104689032ec216, 0xd5da49cfcc9dfee9, 0x175b4f859c43b33c, 0x699623911fe74c90,
	0x582b4b1e59888b61, 0x9a71e0bfa1c39081, 0xd5a6a14582506db4, 0xd5dbcb862ef69b45,
	0x3754ee90b67de879, 0x15fd035f164967d5, 0x2cb0abd8b8bf6822, 0xc5e83ee5de47f280,
	0x5fdb5a0f299f7154, 0x169ec9942fa7ff41, 0x14ba451ec4e0dd49, 0xfb66589e2af00486,
	0xc877406b42c77852, 0x43f05c7389cbf180, 0x2532edcf6e8e5bb7, 0xe4866ba47bd9a35b,
	0x52a40cb95bdf27b2,
};

static uint64_t
gefs_hash(const void *data, size_t len)
{
	const uint64_t key = le64("gefsgefs");
	return gefs_siphash(data, len, key, key);
}

static void
test_reference(void **state)
{
	uint8_t key[16], in[64];

	(void)state;
	for (int i = 0; i < 16; i++)
		key[i] = (uint8_t)i;
	for (int i = 0; i < 64; i++)
		in[i] = (uint8_t)i;
	for (size_t n = 0; n < sizeof reference / sizeof *reference; n++)
		assert_int_equal(__builtin_bswap64(gefs_siphash(in, n, le64(key), le64(key + 8))), reference[n]);
}

static void
test_prefixes(void **state)
{
	(void)state;
	check_prefixes(gefs_hash, gefs, sizeof gefs / sizeof *gefs, 0x47060ae0a1dd0a7e);
}

static void
test_words_and_blocks(void **state)
{
	(void)state;
	assert_int_equal(gefs_hash("a", 1), 0xcd6c859549b89d62);
	assert_int_equal(gefs_hash("abc", 3), 0xd32fe3fcf4707904);
	assert_int_equal(hash_of_fill(gefs_hash, 0, 16384), 0xff2172dbf1427650);
	assert_int_equal(hash_of_fill(gefs_hash, 0, 8192), 0x17c018bfd36c1021);
	assert_int_equal(hash_of_fill(gefs_hash, 0, 16348), 0x85ad23ff4e2acce9);
	assert_int_equal(hash_of_fill(gefs_hash, 0, 8182), 0xea2992549e73f6da);
	assert_int_equal(hash_of_fill(gefs_hash, 0xff, 16384), 0x39e69565e9641e23);
	assert_int_equal(hash_of_fill(gefs_hash, 0xff, 8192), 0x4aa5d993420d9853);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_words_and_blocks),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("siphash", tests, NULL, NULL);
}
