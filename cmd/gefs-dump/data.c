/* gefs-dump data */
#include <string.h>

#include "contents.h"
#include "dump.h"

static int
write_bytes(void *arg, const uint8_t *p, size_t n)
{
	(void)arg;
	return fwrite(p, 1, n, stdout) == n ? 0 : 1;
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

int
dump_data(struct dump *d)
{
	const struct sink sink = {write_bytes, write_zeros, NULL};
	const char *path = d->arg[1];
	uint8_t storage[256];
	gefs_dirent file;
	gefs_error e;
	gefs_tree t;
	uint64_t lost;
	int status = find_tree(d, d->arg[0], &t);

	if (status >= 0)
		return status;
	if (gefs_file_find(d->img, &t, path, &file, storage, &e) < 0)
		return failed(&e);
	if (file.is_dir) {
		complain("%s: is a directory", path);
		return EXIT_FAILED;
	}
	if (contents_read(d, &t, &file, (const uint8_t *)path, strlen(path), d->range_off, d->range_len, &sink, &lost,
			  &e) < 0)
		return failed(&e);
	return EXIT_DONE;
}
