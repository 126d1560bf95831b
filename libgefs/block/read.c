/* The one way to the disk for whoever reads: it counts, and it can be barred. */
#include "base/error.h"
#include "image.h"

const gefs_error image_interruption = {.code = GEFS_ECANCEL, .addr = GEFS_NIL, .text = "interrupted"};

int
image_proceed(gefs_image *img, gefs_error *e)
{
	if (!atomic_load_explicit(&img->interrupted, memory_order_relaxed))
		return 0;
	atomic_fetch_add(&img->refused, 1);
	return gefs_fail_same(e, &image_interruption);
}

int
image_uninterrupted(const gefs_image *img, uint64_t refused_before, gefs_error *e)
{
	return atomic_load(&img->refused) == refused_before ? 0 : gefs_fail_same(e, &image_interruption);
}

int
image_read(gefs_image *img, void *buf, size_t len, uint64_t off, gefs_error *e)
{
	if (image_proceed(img, e) < 0 || disk_read(img->disk, buf, len, off, e) < 0)
		return -1;
	atomic_fetch_add_explicit(&img->bytes_read, len, memory_order_relaxed);
	return 0;
}

uint64_t
gefs_bytes_read(const gefs_image *img)
{
	return atomic_load(&img->bytes_read);
}

void
gefs_interrupt(gefs_image *img, bool on)
{
	atomic_store(&img->interrupted, on);
}
