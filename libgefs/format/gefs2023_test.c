/* Telling versions apart, and what the descriptor of the revision of 2023 takes from the device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/metro.h"
#include "format/format.h"

enum { LEN = 8 * 0x20000 }; /* what ream would make eight arenas of 0x1e000 of, were it allowed to */

static uint64_t
metro(const void *data, size_t len)
{
	return gefs_metro64(data, len, 0x6765);
}

static bool
read_device(void *arg, void *buf, size_t n, uint64_t off)
{
	if (off > LEN || LEN - off < n)
		return false;
	memcpy(buf, (uint8_t *)arg + off, n);
	return true;
}

static struct probe
probe_of(uint8_t *device)
{
	return (struct probe){read_device, device, LEN};
}

/* Arena headers with a log of one block each, at the block behind; nothing else. */
static void
make(uint8_t *device, struct format f, uint32_t blksz, uint32_t narena, uint64_t size)
{
	gefs_super s = {.blksz = blksz, .bufspc = (blksz - 10) / 2, .narena = narena, .arena_size = size, .nextqid = 1};

	memset(device, 0, LEN);
	s.snap_root = (gefs_ptr){GEFS_NIL, GEFS_NIL, GEFS_NIL};
	f.blksz = blksz;
	f.log_space = blksz - f.log_header;
	for (uint32_t i = 0; i < narena; i++) {
		uint64_t at = i * size;
		struct arena_header h = {.log_head = at + blksz, .size = size};
		f.arena_encode(&f, &h, &s, device + at);
		f.log_seal(&f, device + at + blksz, 0, GEFS_NIL);
	}
}

static const char *
found(uint8_t *device, const char *name, struct format *f)
{
	struct probe p = probe_of(device);
	const struct version *v = format_find(&p, name, f);
	return v ? v->name : "none";
}

static uint8_t *device;

static int
setup(void **state)
{
	(void)state;
	device = malloc(LEN);
	return device ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	free(device);
	return 0;
}

static void
test_byte_order_and_hash(void **state)
{
	struct format f, big = format_gefs0001_be;

	(void)state;
	make(device, format_gefs0001_le, 8192, 8, 0x1e000);
	assert_string_equal(found(device, NULL, &f), "gefs0001-le");
	assert_true(f.little);
	make(device, big, 8192, 8, 0x1e000);
	assert_string_equal(found(device, NULL, &f), "gefs0001-be");
	big.hash = metro;
	make(device, big, 8192, 8, 0x1e000);
	assert_string_equal(found(device, NULL, &f), "gefs-2023");
	assert_int_equal(f.blksz, 8192);
	assert_int_equal(f.log_space, 8182);
	assert_ptr_not_equal(f.hash, format_gefs0001_be.hash);
	assert_int_equal(f.features & GEFS_HAS_TREES, 0);
	make(device, big, 16384, 4, 0x40000);
	assert_string_equal(found(device, NULL, &f), "gefs-2023");
	assert_int_equal(f.blksz, 16384);
	assert_int_equal(f.leaf_space, 16378);
	assert_int_equal(f.log_full, 16374 - 40);
	/* Blocks of 16 KiB are enough to tell; the hash is found out. */
	make(device, format_gefs0001_be, 16384, 4, 0x40000);
	assert_string_equal(found(device, NULL, &f), "gefs-2023");
	assert_ptr_equal(f.hash, format_gefs0001_be.hash);
}

/* When the first log is damaged the next one is asked; without any answer the older version is likelier. */
static void
test_damaged_logs(void **state)
{
	struct format f, big = format_gefs0001_be;

	(void)state;
	big.hash = metro;
	make(device, big, 8192, 8, 0x1e000);
	device[8192 + 100] ^= 1;
	assert_string_equal(found(device, NULL, &f), "gefs-2023");
	for (int i = 1; i < 8; i++)
		device[i * 0x1e000 + 8192 + 100] ^= 1;
	assert_string_equal(found(device, NULL, &f), "gefs0001-be");
}

static void
test_damaged_headers(void **state)
{
	struct format f;
	uint64_t addr[GEFS_MAX_ARENAS];
	struct probe p = probe_of(device);

	(void)state;
	make(device, format_gefs0001_le, 8192, 8, 0x1e000);
	for (int i = 0; i < 7; i++) {
		device[i * 0x1e000] = 0;
		assert_string_equal(found(device, NULL, &f), "gefs0001-le");
		assert_int_equal(version_gefs0001_le.roots(&f, &p, addr), 8);
		assert_int_equal(addr[7], 7 * 0x1e000);
	}
	device[7 * 0x1e000] = 0;
	assert_string_equal(found(device, NULL, &f), "none");
	/* Not as many arenas as ream makes. */
	make(device, format_gefs0001_be, 16384, 4, 0x40000);
	device[0] = 0;
	assert_string_equal(found(device, NULL, &f), "gefs-2023");
	assert_int_equal(version_gefs2023.roots(&f, &p, addr), 4);
}

/* The first header alone is not believed when the others are elsewhere. */
static void
test_doubtful_header(void **state)
{
	struct format f;
	uint64_t addr[GEFS_MAX_ARENAS];
	struct probe p = probe_of(device);

	(void)state;
	make(device, format_gefs0001_le, 8192, 8, 0x1e000);
	put_le64(device + 40, 0x20000);
	found(device, NULL, &f);
	assert_int_equal(version_gefs0001_le.roots(&f, &p, addr), 8);
	assert_int_equal(addr[1], 0x1e000);
	put_le64(device + 40, 0x1e000);
	put_le32(device + 36, 3);
	assert_int_equal(version_gefs0001_le.roots(&f, &p, addr), 8);
}

static void
test_forced(void **state)
{
	struct format f;

	(void)state;
	memset(device, 0, LEN);
	assert_string_equal(found(device, NULL, &f), "none");
	assert_string_equal(found(device, "gefs0001-le", &f), "gefs0001-le");
	assert_true(f.little);
	assert_string_equal(found(device, "gefs0001-be", &f), "gefs0001-be");
	assert_string_equal(found(device, "gefs-2023", &f), "gefs-2023");
	assert_string_equal(found(device, "gefs9.00", &f), "gefs9.00");
	assert_string_equal(found(device, "gefs0002", &f), "none");
	/* The block size is the header's, as long as there is one. */
	make(device, format_gefs0001_be, 8192, 4, 0x40000);
	assert_string_equal(found(device, "gefs-2023", &f), "gefs-2023");
	assert_int_equal(f.blksz, 8192);
}

static void
test_deadlist(void **state)
{
	struct format f;
	struct log_header h;
	gefs_dead_entry e;
	const char *why;
	uint8_t b[16384] = {0, 4, 0, 16};

	(void)state;
	make(device, format_gefs0001_be, 16384, 4, 0x40000);
	found(device, NULL, &f);
	put_be64(b + 4, 0x8000);
	put_be64(b + 28, 0xc000);
	assert_null(f.dead_decode(&f, b, &h));
	assert_int_equal(h.size, 16);
	assert_int_equal(h.covered, 0);
	assert_int_equal(h.next.addr, 0x8000);
	assert_int_equal(f.dead_entry(&f, b + f.dead_header, h.size, 0, &e, &why), 8);
	assert_int_equal(e.addr, 0xc000);
	put_be16(b + 2, 16384 - 28 + 4);
	assert_non_null(f.dead_decode(&f, b, &h));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_order_and_hash), cmocka_unit_test(test_damaged_logs),
		cmocka_unit_test(test_damaged_headers),	    cmocka_unit_test(test_doubtful_header),
		cmocka_unit_test(test_forced),		    cmocka_unit_test(test_deadlist),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("gefs2023", tests, setup, teardown);
}
