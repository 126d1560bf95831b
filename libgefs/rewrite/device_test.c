/* The sizes of new devices: docs/format.md sections 6, 8 and 25. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rewrite/device.h"

static const uint64_t MIB = 1 << 20, GIB = 1 << 30, TIB = UINT64_C(1) << 40;

static void
test_example(void **state)
{
	struct device d;

	(void)state; /* the example of section 6 */
	assert_true(device_layout(&format_gefs9, 134234112, &d));
	assert_int_equal(d.arenas.narena, 8);
	assert_int_equal(d.arenas.size, 0xff4000);
	assert_int_equal(d.arenas.first, 0x4000);
	assert_int_equal(d.arenas.first + d.arenas.stride, 0x1000000);
	assert_int_equal(d.arenas.first + 2 * d.arenas.stride, 0x1ffc000);
	assert_int_equal(device_log(&d, 0), 0xc000);
	/* and of section 25 */
	assert_true(device_layout(&format_gefs0001_le, 1073807360, &d));
	assert_int_equal(d.arenas.size, 0x8000000);
	assert_int_equal(device_log(&d, 1), 0x8002000);
}

static void
test_arenas(void **state)
{
	struct device d;

	(void)state;
	assert_false(device_layout(&format_gefs9, 128 * MIB + 16383, &d));
	assert_true(device_layout(&format_gefs9, 128 * MIB + 16384, &d));
	assert_false(device_layout(&format_gefs0001_be, 1073807359, &d));
	assert_true(device_layout(&format_gefs9, 32 * TIB + 32768, &d));
	assert_int_equal(d.arenas.narena, 8);
	assert_true(device_layout(&format_gefs9, 32 * TIB + 49152, &d));
	assert_int_equal(d.arenas.narena, 9);
	assert_true(device_layout(&format_gefs9, 900 * TIB, &d));
	assert_int_equal(d.arenas.narena, 32);
	assert_true(device_layout(&format_gefs0001_be, 512 * GIB + 1, &d));
	assert_int_equal(d.arenas.narena, 9);
	assert_true(device_layout(&format_gefs0001_be, 900 * TIB, &d));
	assert_int_equal(d.arenas.narena, 128);
}

/* What one arena holds, for some number of live blocks on the device. */
static void
check_arena(const struct device *d, uint32_t i, uint64_t blocks)
{
	const struct format *f = d->f;
	uint64_t blksz = f->blksz, live = device_live(d, i, blocks), log = device_log(d, i);
	gefs_range free = device_free(d, i, blocks);
	uint64_t reserve = d->arenas.size / 1024;

	reserve = reserve < 512 << 10 ? 512 << 10 : reserve > 8 * MIB ? 8 * MIB : reserve;
	assert_true(free.len > reserve);
	assert_int_equal(free.off, log + (1 + live) * blksz);
	uint64_t end = d->arenas.first + (i + 1) * d->arenas.stride;
	assert_int_equal(free.off + free.len, end - f->reserved_blocks * blksz);
	if (live) {
		assert_int_equal(device_addr(d, i * d->capacity), log + blksz);
		assert_int_equal(device_addr(d, i * d->capacity + live - 1), free.off - blksz);
	}
}

static void
test_space(void **state)
{
	const struct format *const formats[] = {&format_gefs9, &format_gefs0001_le};
	const uint64_t sizes[] = {134234112, 1073807360, 5 * GIB + 12345, 3 * TIB, 40 * TIB};
	struct device d;

	(void)state;
	for (int f = 0; f < 2; f++)
		for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
			if (!device_layout(formats[f], sizes[s], &d))
				continue;
			const uint64_t all = device_capacity(&d), counts[] = {0, 1, d.capacity, d.capacity + 1, all / 2, all};
			for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
				uint64_t sum = 0;
				for (uint32_t i = 0; i < d.arenas.narena; i++) {
					check_arena(&d, i, counts[c]);
					sum += device_live(&d, i, counts[c]);
				}
				assert_int_equal(sum, counts[c]);
			}
			/* The last arena ends before the backup superblock. */
			uint64_t end = d.arenas.first + d.arenas.narena * d.arenas.stride;
			uint64_t supers = format_has(formats[f], GEFS_HAS_SUPERBLOCKS) ? formats[f]->blksz : 0;
			assert_true(end <= sizes[s] - sizes[s] % formats[f]->blksz - supers);
		}
}

static void
test_smallest(void **state)
{
	const struct format *const formats[] = {&format_gefs9, &format_gefs0001_le};
	const uint64_t counts[] = {0, 1, 7880, 7881, 20000, 1 << 20, UINT64_C(1) << 28, UINT64_C(3) << 30};
	struct device d;

	(void)state;
	assert_int_equal(device_smallest(&format_gefs9, 0), 134234112);
	assert_int_equal(device_smallest(&format_gefs0001_le, 100), 1073807360);
	for (int f = 0; f < 2; f++)
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
			uint64_t size = device_smallest(formats[f], counts[c]);
			assert_int_equal(size % formats[f]->blksz, 0);
			assert_true(device_layout(formats[f], size, &d));
			assert_true(device_capacity(&d) >= counts[c]);
			assert_true(!device_layout(formats[f], size - 1, &d) || device_capacity(&d) < counts[c]);
		}
	assert_int_equal(device_smallest(&format_gefs9, UINT64_MAX / 2), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_arenas),
		cmocka_unit_test(test_space),
		cmocka_unit_test(test_smallest),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
