/* Compressed files as disks: what is read is what was packed, or an error that tells where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#include "base/bytes.h"
#include "disk/compressed.h"
#include "disk/frameindex.h"
#include "disk/packheader.h"

enum { FRAME = 64 << 10, SIZE = (3 << 20) + 5001, BIG = 24 << 20, BLOCK = 16384 };

struct bytes {
	uint8_t *p;
	size_t n, room;
};

static char path[64];
static uint64_t seed;

static uint64_t
next_random(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return seed >> 33;
}

static void
append(struct bytes *b, const void *p, size_t n)
{
	if (b->n + n > b->room) {
		b->room = 2 * (b->n + n);
		b->p = realloc(b->p, b->room);
		assert_non_null(b->p);
	}
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
}

/* Stretches of noise, of text and of zeros, none aligned to anything. */
static struct bytes
make_image(size_t size)
{
	struct bytes b = {0};
	uint8_t chunk[9000];

	seed = 42;
	while (b.n < size) {
		size_t n = 1000 + next_random() % 8000, kind = next_random() % 3;
		for (size_t i = 0; i < n; i++)
			chunk[i] = kind == 0 ? 0 : kind == 1 ? (uint8_t)next_random() : (uint8_t)("gefs! "[i % 6]);
		append(&b, chunk, n < size - b.n ? n : size - b.n);
	}
	return b;
}

static void
write_file(const struct bytes *b)
{
	strcpy(path, "/tmp/gefs-compressed-test-XXXXXX");
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(b->p, 1, b->n, f), b->n);
	assert_int_equal(fclose(f), 0);
}

/* ---- containers; the seek table is written by the specification, not with the code that is tested ---- */

static size_t
add_frame(struct bytes *out, const uint8_t *p, size_t n)
{
	size_t bound = ZSTD_compressBound(n);
	uint8_t *buf = malloc(bound);
	ZSTD_CCtx *c = ZSTD_createCCtx();

	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, 1);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, out->n % 2); /* both kinds */
	size_t len = ZSTD_compress2(c, buf, bound, p, n);
	assert_false(ZSTD_isError(len));
	append(out, buf, len);
	ZSTD_freeCCtx(c);
	free(buf);
	return len;
}

static void
append32(struct bytes *b, uint32_t v)
{
	uint8_t le[4];
	put_le32(le, v);
	append(b, le, 4);
}

enum { TABLE = 1, CHECKSUMS = 2, HEADER = 4, LEAD = 8 };

static struct bytes
make_frames(const struct bytes *image, size_t frame, int what)
{
	struct bytes out = {0}, table = {0};
	uint32_t n = 0;

	if (what & HEADER) {
		uint8_t h[PACKHEADER_SIZE];
		packheader_encode(h, 0, (uint32_t)frame);
		append(&out, h, sizeof h);
		append32(&table, sizeof h);
		append32(&table, 0);
		if (what & CHECKSUMS)
			append32(&table, (uint32_t)XXH64(NULL, 0, 0));
		n++;
	}
	for (size_t at = 0; at < image->n; at += frame, n++) {
		size_t len = image->n - at < frame ? image->n - at : frame;
		append32(&table, (uint32_t)add_frame(&out, image->p + at, len));
		append32(&table, (uint32_t)len);
		if (what & CHECKSUMS)
			append32(&table, (uint32_t)XXH64(image->p + at, len, 0));
	}
	if (what & TABLE) {
		append32(&out, 0x184d2a5e);
		append32(&out, (uint32_t)table.n + 9);
		append(&out, table.p, table.n);
		append32(&out, n);
		append(&out, what & CHECKSUMS ? "\x80" : "\0", 1);
		append32(&out, 0x8f92eab1);
	}
	free(table.p);
	return out;
}

/* One frame, as zstd makes it of a pipe: with a window that has to be allowed, and without knowing its size. */
static struct bytes
make_stream(const struct bytes *image, int window)
{
	size_t bound = ZSTD_compressBound(image->n);
	struct bytes out = {.p = malloc(bound), .room = bound};
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_inBuffer in = {image->p, image->n, 0};
	ZSTD_outBuffer o = {out.p, bound, 0};
	size_t rest = 1;

	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, 1);
	ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	for (int i = 0; rest; i++) {
		in.size = i ? image->n : image->n / 2;
		rest = ZSTD_compressStream2(c, &o, &in, i ? ZSTD_e_end : ZSTD_e_flush);
		assert_false(ZSTD_isError(rest));
		rest = i ? rest : 1;
	}
	out.n = o.pos;
	ZSTD_freeCCtx(c);
	return out;
}

static struct bytes
make_libarchive(const struct bytes *image, int (*filter)(struct archive *))
{
	size_t room = 2 * image->n + 65536, used = 0;
	struct bytes out = {.p = malloc(room), .room = room};
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();

	assert_int_equal(filter(a), ARCHIVE_OK);
	archive_write_set_format_raw(a);
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open_memory(a, out.p, room, &used), ARCHIVE_OK);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_pathname(e, "image");
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, image->p, image->n), (la_ssize_t)image->n);
	archive_write_close(a);
	archive_write_free(a);
	archive_entry_free(e);
	out.n = used;
	return out;
}

/* ---- reading ---- */

static struct disk *
open_bytes(const struct bytes *b, gefs_error *e)
{
	write_file(b);
	struct disk *d = disk_open_image(path, NULL, e);
	unlink(path);
	return d;
}

static bool
same(struct disk *d, const struct bytes *image, size_t off, size_t len)
{
	uint8_t *buf = malloc(len + 1);
	bool is = disk_read(d, buf, len, off, NULL) == 0 && memcmp(buf, image->p + off, len) == 0;
	free(buf);
	return is;
}

static void
check_reads(struct disk *d, const struct bytes *image, int n)
{
	uint8_t b;

	assert_int_equal(d->size, image->n);
	for (int i = 0; i < n; i++) {
		size_t off = next_random() % image->n, len = next_random() % 3 ? BLOCK : next_random() % 300000;
		assert_true(same(d, image, off, len < image->n - off ? len : image->n - off));
	}
	assert_true(same(d, image, image->n - 1, 1));
	assert_true(same(d, image, image->n, 0));
	assert_int_equal(disk_read(d, &b, 1, image->n, NULL), -1);
}

static void
check_kind(const struct bytes *image, struct bytes file, const char *name, bool in_place)
{
	gefs_error e = {0};
	struct disk *d = open_bytes(&file, &e);

	assert_string_equal(e.text, "");
	assert_non_null(d);
	assert_string_equal(d->compression, name);
	assert_int_equal(d->unpacked, !in_place);
	check_reads(d, image, 200);
	disk_close(d);
	free(file.p);
}

static void
test_kinds(void **state)
{
	struct bytes image = make_image(SIZE);

	(void)state;
	for (int what = 0; what < 8; what++)
		check_kind(&image, make_frames(&image, FRAME, what), "zstd", true);
	check_kind(&image, make_frames(&image, 3001, TABLE | CHECKSUMS), "zstd", true);
	check_kind(&image, make_frames(&image, SIZE, 0), "zstd", true);
	check_kind(&image, make_stream(&image, 28), "zstd", false);
	check_kind(&image, make_libarchive(&image, archive_write_add_filter_gzip), "gzip", false);
	check_kind(&image, make_libarchive(&image, archive_write_add_filter_xz), "xz", false);
	check_kind(&image, make_libarchive(&image, archive_write_add_filter_bzip2), "bzip2", false);
	check_kind(&image, make_libarchive(&image, archive_write_add_filter_lz4), "lz4", false);
	free(image.p);
}

/* Frames that are too large to be read in place, with and without a table; and an image larger than the cache. */
static void
test_big(void **state)
{
	struct bytes image = make_image(BIG);

	(void)state;
	check_kind(&image, make_frames(&image, FRAME_MAX + 1, TABLE), "zstd", false);
	check_kind(&image, make_frames(&image, FRAME_MAX + 1, 0), "zstd", false);
	check_kind(&image, make_frames(&image, 1 << 20, TABLE | CHECKSUMS), "zstd", true);
	free(image.p);
}

static void
test_offset(void **state)
{
	struct bytes image = make_image(SIZE), file = make_frames(&image, FRAME, TABLE);
	struct bytes rest = {.p = image.p + 70001, .n = image.n - 70001};
	gefs_options o = {.offset = 70001};
	gefs_error e;

	(void)state;
	write_file(&file);
	struct disk *d = disk_open_image(path, &o, &e);
	assert_non_null(d);
	assert_string_equal(d->compression, "zstd");
	check_reads(d, &rest, 100);
	disk_close(d);
	o.offset = SIZE;
	assert_null(disk_open_image(path, &o, &e));
	assert_int_equal(e.code, GEFS_EINVAL);
	unlink(path);
	free(file.p);
	free(image.p);
}

/* A block touches two frames at most, and no more are decompressed. */
static void
test_economy(void **state)
{
	struct bytes image = make_image(BIG), file = make_frames(&image, FRAME, TABLE | CHECKSUMS | HEADER);
	struct disk *d = open_bytes(&file, NULL);

	(void)state;
	assert_non_null(d);
	assert_int_equal(frames_decompressed(d), 0);
	for (int i = 0; i < 300; i++) {
		uint64_t before = frames_decompressed(d);
		assert_true(same(d, &image, next_random() % (BIG - BLOCK), BLOCK));
		assert_true(frames_decompressed(d) - before <= 2);
		before = frames_decompressed(d);
		assert_true(same(d, &image, next_random() % (BIG / BLOCK) * BLOCK, BLOCK));
		assert_true(frames_decompressed(d) - before <= 1);
	}
	disk_close(d);
	free(file.p);
	free(image.p);
}

struct reader {
	struct disk *d;
	const struct bytes *image;
	uint64_t seed;
	atomic_bool *wrong;
};

static void *
read_in_thread(void *arg)
{
	struct reader *r = arg;
	uint8_t buf[BLOCK];
	size_t blocks = r->image->n / BLOCK;

	for (size_t i = 0; i < blocks; i++) {
		size_t off = (size_t)((i * 37 + r->seed) % blocks) * BLOCK;
		if (disk_read(r->d, buf, BLOCK, off, NULL) < 0 || memcmp(buf, r->image->p + off, BLOCK) != 0)
			atomic_store(r->wrong, true);
	}
	return NULL;
}

/* All blocks from several threads; with as many frames as the cache holds, each is decompressed once. */
static void
read_in_threads(size_t size, size_t frame, bool once)
{
	enum { THREADS = 4 };
	struct bytes image = make_image(size), file = make_frames(&image, frame, TABLE | CHECKSUMS);
	struct disk *d = open_bytes(&file, NULL);
	struct reader r[THREADS];
	pthread_t t[THREADS];
	atomic_bool wrong = false;

	assert_non_null(d);
	for (int i = 0; i < THREADS; i++) {
		r[i] = (struct reader){d, &image, (uint64_t)i / 2 * 11, &wrong};
		assert_int_equal(pthread_create(&t[i], NULL, read_in_thread, &r[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	assert_false(atomic_load(&wrong));
	if (once)
		assert_int_equal(frames_decompressed(d), (size + frame - 1) / frame);
	disk_close(d);
	free(file.p);
	free(image.p);
}

static void
test_threads(void **state)
{
	(void)state;
	read_in_threads(4 << 20, FRAME, true);
	read_in_threads(BIG, 2 << 20, false);
}

/* ---- damage ---- */

static bool
read_all(struct disk *d, const struct bytes *image, gefs_error *e)
{
	uint8_t *buf = malloc(d->size < (64 << 20) ? d->size + 1 : 1);
	bool ok = disk_read(d, buf, d->size < (64 << 20) ? d->size : 0, 0, e) == 0;

	/* Never something else. */
	if (ok) {
		assert_int_equal(d->size, image->n);
		assert_memory_equal(buf, image->p, image->n);
	}
	free(buf);
	return ok;
}

/* False when opening or reading failed. */
static bool
usable(const struct bytes *file, const struct bytes *image, gefs_error *e)
{
	*e = (gefs_error){0};
	struct disk *d = open_bytes(file, e);
	bool ok = d && d->compression && read_all(d, image, e);
	disk_close(d);
	return ok;
}

static void
test_flips(void **state)
{
	struct bytes image = make_image(200000);
	gefs_error e;

	(void)state;
	for (int what = 0; what < 2; what++) {
		struct bytes file = what ? make_frames(&image, 30000, TABLE | CHECKSUMS | HEADER) : make_stream(&image, 18);
		for (int i = 0; i < 400; i++) {
			/* The first ones go through the ends, the others anywhere. */
			size_t at = i < 60 ? (size_t)i : i < 160 ? file.n - (size_t)(i - 59) : next_random() % file.n;
			uint8_t old = file.p[at];
			file.p[at] ^= (uint8_t)(1 << next_random() % 8);
			if (!usable(&file, &image, &e) && at > 8)
				assert_true(e.text[0] != 0);
			file.p[at] = old;
		}
		assert_true(usable(&file, &image, &e));
		free(file.p);
	}
	free(image.p);
}

static void
test_truncated(void **state)
{
	struct bytes image = make_image(200000);
	int (*const filters[])(struct archive *) = {archive_write_add_filter_gzip, archive_write_add_filter_xz,
						    archive_write_add_filter_bzip2, archive_write_add_filter_lz4};
	gefs_error e;

	(void)state;
	for (int kind = 0; kind < 7; kind++) {
		struct bytes file = kind < 2 ? make_frames(&image, 30000, kind ? TABLE : 0)
				  : kind == 2 ? make_stream(&image, 18)
					      : make_libarchive(&image, filters[kind - 3]);
		size_t whole = file.n;
		for (int i = 0; i < 60; i++) {
			file.n = i < 30 ? whole - 1 - (size_t)i : 10 + next_random() % (whole - 10);
			/* A seek table may be missing, and checksums of streams be cut off unnoticed; data may not. */
			if (!usable(&file, &image, &e) && e.code == GEFS_EDAMAGE)
				assert_non_null(strstr(e.text, "byte"));
			else if (kind < 3 && i >= 30)
				assert_true(file.n > whole - 500);
		}
		free(file.p);
	}
	free(image.p);
}

static void
check_lie(const struct bytes *image, const char *text, size_t back, uint32_t value, int what)
{
	struct bytes file = make_frames(image, FRAME, what);
	gefs_error e;

	put_le32(file.p + file.n - back, value);
	assert_false(usable(&file, image, &e));
	assert_int_equal(e.code, GEFS_EDAMAGE);
	assert_non_null(strstr(e.text, "byte"));
	if (!strstr(e.text, text))
		fail_msg("\"%s\" is not in \"%s\"", text, e.text);
	free(file.p);
}

static void
test_lies(void **state)
{
	struct bytes image = make_image(4 * FRAME);
	/* Distances from the end of the file: footer, and the entries of the last frames. */
	enum { COUNT = 9, LAST = 9 + 8, LAST_SUM = 9 + 12 };

	(void)state;
	check_lie(&image, "do not fit", COUNT, 3, TABLE);
	check_lie(&image, "do not fit", COUNT, 5, TABLE);
	check_lie(&image, "more frames than fit", COUNT, UINT32_MAX, TABLE);
	check_lie(&image, "more frames than fit", COUNT, 0x7ffffff, TABLE | CHECKSUMS);
	check_lie(&image, "do not add up", LAST, 1000, TABLE);
	check_lie(&image, "do not add up", LAST, UINT32_MAX, TABLE);
	check_lie(&image, "shorter than any", LAST, 3, TABLE);
	check_lie(&image, "image) is damaged", LAST + 8 - 4, FRAME - 1, TABLE);
	check_lie(&image, "image) is damaged", LAST - 4 + 8, FRAME_MAX, TABLE);
	check_lie(&image, "checksum", LAST_SUM - 8, 12345, TABLE | CHECKSUMS);
	free(image.p);
}

/* A table that gives other bytes to a frame than it has would shift everything behind it. */
static void
test_sizes(void **state)
{
	struct bytes image = make_image(4 * FRAME), file = make_frames(&image, FRAME, TABLE);
	gefs_error e;

	(void)state;
	put_le32(file.p + file.n - 9 - 4, FRAME + 1);
	assert_false(usable(&file, &image, &e));
	put_le32(file.p + file.n - 9 - 4, FRAME_MAX + 1); /* is unpacked, without the table */
	assert_true(usable(&file, &image, &e));
	put_le32(file.p + file.n - 9 - 4, 0);
	put_le32(file.p + file.n - 9 - 12, 2 * FRAME);
	assert_false(usable(&file, &image, &e));
	free(file.p);
	free(image.p);
}

/* A frame whose blocks hold more than it says. */
static void
test_bomb(void **state)
{
	/* magic, one segment of 1000 bytes, two blocks of 128 KiB of 'x' */
	uint8_t bomb[] = {0x28, 0xb5, 0x2f, 0xfd, 0x60, 0xe8, 0x02, 0x02, 0x00, 0x10, 'x', 0x03, 0x00, 0x10, 'x'};
	struct bytes file = {.p = bomb, .n = sizeof bomb};
	struct bytes image = make_image(1000);
	struct unpack u = {.name = "x", .limit = 10, .size = 4};
	gefs_error e;

	(void)state;
	assert_false(usable(&file, &image, &e));
	assert_int_equal(e.code, GEFS_EDAMAGE);
	assert_int_equal(unpack_feed(&u, bomb, 7, 99, &e), -1);
	assert_int_equal(e.code, GEFS_EDAMAGE);
	assert_non_null(strstr(e.text, "byte 99 "));
	free(image.p);
}

/* ---- temporary files ---- */

static int
give_up(void *arg, const char *what, uint64_t done, uint64_t total)
{
	assert_string_equal(what, "unpacking");
	assert_true(done <= total);
	return ++*(int *)arg == 3;
}

static void
test_progress(void **state)
{
	struct bytes image = make_image(SIZE), file = make_stream(&image, 18);
	int calls = 0;
	gefs_options o = {.progress = give_up, .progress_arg = &calls};
	gefs_error e;

	(void)state;
	write_file(&file);
	assert_null(disk_open_image(path, &o, &e));
	assert_int_equal(e.code, GEFS_ECANCEL);
	assert_int_equal(calls, 3);
	unlink(path);
	free(file.p);
	free(image.p);
}

static void
test_no_room(void **state)
{
	struct bytes image = make_image(SIZE), file = make_stream(&image, 18);
	struct rlimit old, small = {1 << 20, RLIM_INFINITY};
	gefs_error e;

	(void)state;
	write_file(&file);
	setenv("TMPDIR", "/nonexistent", 1);
	assert_null(disk_open_image(path, NULL, &e));
	assert_int_equal(e.code, GEFS_EIO);
	assert_non_null(strstr(e.text, "/nonexistent"));
	unsetenv("TMPDIR");
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_null(disk_open_image(path, NULL, &e));
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(e.code, GEFS_EIO);
	assert_non_null(strstr(e.text, "/tmp"));
	unlink(path);
	free(file.p);
	free(image.p);
}

/* What a later gefs-pack may write is not taken for something else. */
static void
test_newer(void **state)
{
	struct bytes image = make_image(SIZE), file = make_frames(&image, FRAME, TABLE | HEADER);
	gefs_error e;

	(void)state;
	file.p[20] = 0x81; /* one that is known, and one that is not */
	assert_false(usable(&file, &image, &e));
	assert_int_equal(e.code, GEFS_EFORMAT);
	assert_non_null(strstr(e.text, "newer"));
	file.p[20] = 1;
	assert_true(usable(&file, &image, &e));
	file.p[20] = 0;
	file.p[24] = 0xff; /* what it has besides is no matter */
	assert_true(usable(&file, &image, &e));
	free(file.p);
	free(image.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),	  cmocka_unit_test(test_big),	    cmocka_unit_test(test_offset),
		cmocka_unit_test(test_economy),	  cmocka_unit_test(test_threads),   cmocka_unit_test(test_flips),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_lies),	    cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_bomb),	  cmocka_unit_test(test_progress),  cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_newer),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("compressed", tests, NULL, NULL);
}
