#include "store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_store {
	struct store store;
	uint8_t *map;
};

static uint8_t *
file_at(struct store *s, uint64_t addr, size_t n)
{
	struct file_store *f = (struct file_store *)s;
	return addr <= s->size && s->size - addr >= n ? f->map + addr : NULL;
}

struct store *
store_open(const char *path)
{
	struct stat st;
	struct file_store *f = NULL;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		goto fail;
	f = calloc(1, sizeof *f);
	if (!f)
		goto fail;
	f->map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (f->map == MAP_FAILED)
		goto fail;
	close(fd);
	f->store.at = file_at;
	f->store.size = (uint64_t)st.st_size;
	if (store_detect(&f->store))
		return &f->store;
	fprintf(stderr, "%s: no gefs image\n", path);
	store_close(&f->store);
	return NULL;
fail:
	perror(path);
	free(f);
	if (fd >= 0)
		close(fd);
	return NULL;
}

int
store_close(struct store *s)
{
	struct file_store *f = (struct file_store *)s;
	int rc = munmap(f->map, (size_t)s->size);
	free(f);
	return rc;
}
