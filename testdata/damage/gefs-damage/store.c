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
file_block(struct store *s, uint64_t addr)
{
	struct file_store *f = (struct file_store *)s;
	if (addr % BLOCK || addr > s->size || s->size - addr < BLOCK)
		return NULL;
	return f->map + addr;
}

struct store *
store_open(const char *path)
{
	struct stat st;
	struct file_store *f = NULL;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size < 2 * BLOCK)
		goto fail;
	f = calloc(1, sizeof *f);
	if (!f)
		goto fail;
	f->map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (f->map == MAP_FAILED)
		goto fail;
	close(fd);
	f->store.block = file_block;
	f->store.size = (uint64_t)st.st_size;
	return &f->store;
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
