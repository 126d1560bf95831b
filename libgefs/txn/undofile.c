#include "txn/undofile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/metro.h"
#include "base/vec.h"

enum { HEADER = 64, RECORD = 16, HASH = 8, LAYOUT = 1, NAME = 16, BLOCK_MAX = 65536, PHASE_MAX = 1 << 16 };

static const char magic[8] = {'g', 'e', 'f', 's', 'u', 'n', 'd', 'o'};

/* ---- writing ---- */

static int
put(int fd, const uint8_t *p, size_t n, const char *path, gefs_error *e)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "cannot write the undo file \"%s\"", path);
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
put_header(int fd, const char *path, const gefs_image *img, bool in_place, size_t n, uint64_t *hash, gefs_error *e)
{
	uint8_t h[HEADER] = {0};

	memcpy(h, magic, sizeof magic);
	put_be32(h + 8, LAYOUT);
	put_be32(h + 12, img->f->blksz);
	put_be64(h + 16, img->disk->size);
	memcpy(h + 24, img->f->name, strnlen(img->f->name, NAME - 1));
	put_be64(h + 40, in_place ? 0 : image_super(img)->snap_root.hash);
	put_be64(h + 48, n);
	*hash = gefs_metro64(h, HEADER - HASH, 0);
	put_be64(h + HEADER - HASH, *hash);
	return put(fd, h, sizeof h, path, e);
}

/* pair and raw are room for two blocks, and for a whole record. */
static int
put_record(int fd, const char *path, const struct txn_write *w, uint32_t blksz, uint8_t *pair, uint8_t *raw, size_t room,
	   uint64_t *hash, gefs_error *e)
{
	memcpy(pair, w->before, blksz);
	memcpy(pair + blksz, w->after, blksz);
	size_t n = ZSTD_compress(raw + RECORD, room - RECORD - HASH, pair, 2 * (size_t)blksz, 0);
	if (ZSTD_isError(n))
		return gefs_fail(e, GEFS_ENOMEM, w->addr, "cannot write the undo file \"%s\": %s", path, ZSTD_getErrorName(n));
	put_be32(raw, w->phase);
	put_be32(raw + 4, (uint32_t)n);
	put_be64(raw + 8, w->addr);
	*hash = gefs_metro64(raw, RECORD + n, *hash);
	put_be64(raw + RECORD + n, *hash);
	return put(fd, raw, RECORD + n + HASH, path, e);
}

static int
put_all(int fd, const char *path, const gefs_image *img, bool in_place, const struct txn_write *w, size_t n,
	gefs_error *e)
{
	uint32_t blksz = img->f->blksz;
	size_t room = RECORD + ZSTD_compressBound(2 * (size_t)blksz) + HASH;
	uint8_t *pair = malloc(2 * (size_t)blksz), *raw = malloc(room);
	uint64_t hash = 0;
	int rc = pair && raw ? put_header(fd, path, img, in_place, n, &hash, e) : gefs_fail_memory(e);

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = put_record(fd, path, &w[i], blksz, pair, raw, room, &hash, e);
	free(pair);
	free(raw);
	return rc;
}

/* The name of a new file is durable when its folder is. */
static int
sync_folder(const char *path, gefs_error *e)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");

	if (!folder)
		return gefs_fail_memory(e);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);
	if (rc < 0 && fd >= 0 && errno == EINVAL)
		rc = 0; /* a file system that has no such thing */
	if (rc < 0)
		gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "cannot make the undo file \"%s\" durable", path);
	if (fd >= 0)
		close(fd);
	free(folder);
	return rc;
}

int
undofile_save(const char *path, const gefs_image *img, bool in_place, const struct txn_write *w, size_t n,
	      gefs_error *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL,
				 "\"%s\" exists already: if it holds what an earlier change overwrote, gefs-undo \"%s\" IMAGE puts "
				 "the image back; remove it, or name another file with --undo", path, path);
	if (fd < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "cannot make the undo file \"%s\"", path);
	int rc = put_all(fd, path, img, in_place, w, n, e);
	if (rc == 0 && fsync(fd) < 0)
		rc = gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "cannot make the undo file \"%s\" durable", path);
	if (close(fd) < 0 && rc == 0)
		rc = gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "cannot write the undo file \"%s\"", path);
	if (rc == 0)
		rc = sync_folder(path, e);
	if (rc < 0)
		unlink(path);
	return rc;
}

/* ---- reading ---- */

static int
broken(const struct undofile *u, const char *what, gefs_error *e)
{
	return gefs_fail(e, GEFS_EFORMAT, GEFS_NIL, "%s: the undo file is damaged at byte %" PRIu64 ": %s", u->path, u->at,
			 what);
}

/* Reads exactly n bytes from u->at on. */
static int
get(struct undofile *u, uint8_t *p, size_t n, gefs_error *e)
{
	for (size_t done = 0; done < n;) {
		ssize_t r = pread(u->fd, p + done, n - done, (off_t)(u->at + done));
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s: cannot be read", u->path);
		if (r == 0)
			return broken(u, "it ends too early", e);
		done += (size_t)r;
	}
	return 0;
}

static int
get_header(struct undofile *u, uint64_t *n, gefs_error *e)
{
	uint8_t h[HEADER] = {0};

	if (pread(u->fd, h, sizeof h, 0) < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s: cannot be read", u->path);
	if (memcmp(h, magic, sizeof magic) != 0)
		return gefs_fail(e, GEFS_EFORMAT, GEFS_NIL, "%s: is no undo file", u->path);
	if (be32(h + 8) != LAYOUT)
		return gefs_fail(e, GEFS_EFORMAT, GEFS_NIL, "%s: is an undo file of an unknown kind (%u)", u->path, be32(h + 8));
	u->hash = gefs_metro64(h, HEADER - HASH, 0);
	u->blksz = be32(h + 12);
	u->device_size = be64(h + 16);
	memcpy(u->format, h + 24, NAME);
	u->root_hash = be64(h + 40);
	*n = be64(h + 48);
	if (be64(h + HEADER - HASH) != u->hash)
		return broken(u, "the hash of its header is wrong", e);
	if (u->blksz < FORMAT_BLOCK_MIN || u->blksz > BLOCK_MAX || !gefs_format_known(u->format))
		return broken(u, "its header makes no sense", e);
	u->at = HEADER;
	return 0;
}

/* The bytes of a record in u->raw, its hash verified. */
static int
get_raw(struct undofile *u, const struct undo_record *r, uint64_t *hash, gefs_error *e)
{
	size_t n = RECORD + (size_t)r->len;

	if (get(u, u->raw, n + HASH, e) < 0)
		return -1;
	*hash = gefs_metro64(u->raw, n, r->seed);
	return be64(u->raw + n) == *hash ? 0 : broken(u, "a hash is wrong", e);
}

static bool
after(const struct undo_record *a, const struct undo_record *b)
{
	return a->phase > b->phase || (a->phase == b->phase && a->addr > b->addr);
}

static int
get_record(struct undofile *u, gefs_error *e)
{
	uint8_t head[RECORD];

	if (get(u, head, sizeof head, e) < 0)
		return -1;
	struct undo_record r = {be32(head), be64(head + 8), u->at, be32(head + 4), u->hash};
	if (r.len > u->cap_raw - RECORD - HASH)
		return broken(u, "a record is too long", e);
	if (get_raw(u, &r, &u->hash, e) < 0)
		return -1;
	if (r.phase > PHASE_MAX || r.addr % u->blksz || r.addr > u->device_size || u->device_size - r.addr < u->blksz ||
	    (u->n > 0 && !after(&r, &u->rec[u->n - 1])))
		return broken(u, "a record is out of place", e);
	if (!vec_push(u->rec, u->n, u->cap, r))
		return gefs_fail_memory(e);
	u->at += RECORD + r.len + HASH;
	return 0;
}

static int
get_all(struct undofile *u, gefs_error *e)
{
	struct stat st;
	uint64_t n = 0;

	if (fstat(u->fd, &st) < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s", u->path);
	if (!S_ISREG(st.st_mode))
		return gefs_fail(e, GEFS_EINVAL, GEFS_NIL, "%s: is no regular file, so no undo file", u->path);
	if (get_header(u, &n, e) < 0)
		return -1;
	u->cap_raw = RECORD + ZSTD_compressBound(2 * (size_t)u->blksz) + HASH;
	if (!(u->raw = malloc(u->cap_raw)))
		return gefs_fail_memory(e);
	for (uint64_t i = 0; i < n; i++)
		if (get_record(u, e) < 0)
			return -1;
	return u->at == (uint64_t)st.st_size ? 0 : broken(u, "it goes on where it should end", e);
}

int
undofile_open(struct undofile *u, const char *path, gefs_error *e)
{
	*u = (struct undofile){.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
	if (u->fd < 0)
		return gefs_fail_errno(e, GEFS_EIO, GEFS_NIL, "%s", path);
	if (get_all(u, e) == 0)
		return 0;
	undofile_close(u);
	return -1;
}

int
undofile_blocks(struct undofile *u, const struct undo_record *r, uint8_t *before, uint8_t *after_it, gefs_error *e)
{
	uint8_t pair[2 * BLOCK_MAX];
	uint64_t hash = 0;

	u->at = r->at;
	if (get_raw(u, r, &hash, e) < 0)
		return -1;
	size_t n = ZSTD_decompress(pair, 2 * (size_t)u->blksz, u->raw + RECORD, r->len);
	if (ZSTD_isError(n) || n != 2 * (size_t)u->blksz)
		return broken(u, "a record does not unpack to two blocks", e);
	memcpy(before, pair, u->blksz);
	memcpy(after_it, pair + u->blksz, u->blksz);
	return 0;
}

void
undofile_close(struct undofile *u)
{
	if (u->fd >= 0)
		close(u->fd);
	free(u->rec);
	free(u->raw);
	*u = (struct undofile){.fd = -1};
}
