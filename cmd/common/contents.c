#include "contents.h"

#include <inttypes.h>
#include <string.h>

#include "common.h"
#include "damage.h"
#include "sha256.h"

enum { LEFT_OUT = 0x1ef7 }; /* ends reading: zeros must not look like what was left out */

struct stream {
	const struct contents_sink *sink;
	const uint8_t *path;
	size_t path_len;
	uint64_t at; /* given out up to here */
	uint64_t lost;
};

void
contents_tell_lost(const uint8_t *path, size_t path_len, const gefs_extent *x, const char *why)
{
	gefs_error e = {.code = GEFS_EDAMAGE, .addr = x->ptr.addr};
	char text[300];

	if (x->error && x->error->code == GEFS_ELEFTOUT) { /* of all files alike: once is enough */
		damage_tell(x->error);
		return;
	}
	snprintf(e.text, sizeof e.text, "%s: offset %" PRIu64 ": %.250s", printable(path, path_len, text, sizeof text),
		 x->offset, why);
	damage_tell(&e);
}

static void
tell_lost(struct stream *s, const gefs_extent *x, const char *why)
{
	s->lost++;
	contents_tell_lost(s->path, s->path_len, x, why);
}

static int
stream_extent(void *arg, const gefs_extent *x)
{
	struct stream *s = arg;
	int rc = 0;

	/* Nothing is given out for what is lost: the gap is filled when the next good block comes, or at the end. */
	if (!x->data) {
		tell_lost(s, x, x->error->text);
		return x->error->code == GEFS_ELEFTOUT ? LEFT_OUT : 0;
	}
	if (x->offset < s->at) {
		tell_lost(s, x, "its block comes out of order");
		return 0;
	}
	if (x->offset > s->at)
		rc = s->sink->zeros(s->sink->arg, x->offset - s->at);
	s->at = x->offset + x->len;
	return rc ? rc : s->sink->bytes(s->sink->arg, x->data, (size_t)x->len);
}

int
contents_read(gefs_image *img, const gefs_tree *t, const gefs_dirent *f, const uint8_t *path, size_t path_len,
	      uint64_t off, uint64_t len, const struct contents_sink *sink, uint64_t *lost, gefs_error *e)
{
	/* Lengths beyond 2^63 are junk, and read as if they were 2^63. */
	uint64_t size = f->length > INT64_MAX ? INT64_MAX : f->length, end;
	struct stream s = {sink, path, path_len, off, 0};
	int rc;

	if (lost)
		*lost = 0;
	if (off >= size)
		return 0;
	end = len < size - off ? off + len : size;
	rc = gefs_file_read(img, t, f, off, end - off, stream_extent, &s, e);
	if (lost)
		*lost = s.lost;
	if (rc == LEFT_OUT)
		return 0;
	if (rc == 0 && s.at < end)
		rc = sink->zeros(sink->arg, end - s.at);
	return rc;
}

static int
hash_bytes(void *arg, const uint8_t *p, size_t n)
{
	sha256_update(arg, p, n);
	return should_stop();
}

int
contents_hash_hole(struct sha256 *sum, uint64_t n)
{
	enum { STEP = 64 << 20 };

	for (; n > STEP && !should_stop(); n -= STEP)
		sha256_zeros(sum, STEP);
	sha256_zeros(sum, n > STEP ? 0 : n);
	return should_stop();
}

static int
hash_zeros(void *arg, uint64_t n)
{
	return contents_hash_hole(arg, n);
}

int
contents_hash(gefs_image *img, const gefs_tree *t, const gefs_dirent *f, const uint8_t *path, size_t path_len,
	      char hex[65], gefs_error *e)
{
	struct sha256 s;
	struct contents_sink sink = {hash_bytes, hash_zeros, &s};
	uint64_t lost;

	sha256_init(&s);
	hex[0] = 0;
	int rc = contents_read(img, t, f, path, path_len, 0, UINT64_MAX, &sink, &lost, e);
	if (rc < 0)
		return -1;
	if (rc == 0 && !lost) /* else it was given up in the middle */
		sha256_hex(&s, hex);
	return 0;
}

static int
write_bytes(void *arg, const uint8_t *p, size_t n)
{
	(void)arg;
	return fwrite(p, 1, n, stdout) == n && !interrupted() ? 0 : 1;
}

static int
write_zeros(void *arg, uint64_t n)
{
	static const uint8_t zeros[65536];

	while (n) {
		size_t step = n < sizeof zeros ? (size_t)n : sizeof zeros;
		if (write_bytes(arg, zeros, step))
			return 1;
		n -= step;
	}
	return 0;
}

const struct contents_sink contents_stdout = {write_bytes, write_zeros, NULL};

int
contents_show(gefs_image *img, const gefs_tree *t, const char *path, uint64_t off, uint64_t len)
{
	uint8_t storage[GEFS_KEY_MAX];
	gefs_dirent file;
	gefs_error e;

	if (gefs_file_find(img, t, path, &file, storage, &e) < 0)
		return failed(&e);
	if (file.is_dir) {
		complain("%s: is a directory", path);
		return EXIT_FAILED;
	}
	if (contents_read(img, t, &file, (const uint8_t *)path, strlen(path), off, len, &contents_stdout, NULL, &e) < 0)
		return failed(&e);
	return EXIT_DONE;
}
