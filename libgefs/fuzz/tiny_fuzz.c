/* The input is the image: the paths of opening, which must survive anything. The first byte picks the superblock. */
#include "support/explore.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	gefs_options o = {.super = data[0] % 3 - 1, .jobs = 1};
	gefs_error e;
	gefs_image *img = gefs_open_memory(data + 1, size - 1, &o, &e);
	if (img)
		explore(img);
	gefs_close(img);
	return 0;
}
