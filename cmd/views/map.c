/* A picture of the device, in text. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "view.h"

enum { ROWS = 16 };

static char
use_letter(gefs_use u)
{
	switch (u) {
	case GEFS_USE_NONE: return '?';
	case GEFS_USE_FREE: return '.';
	case GEFS_USE_SUPER: return 'S';
	case GEFS_USE_HEADER: return 'H';
	case GEFS_USE_LOG: return 'L';
	case GEFS_USE_DEADLIST: return 'K';
	case GEFS_USE_SNAPTREE: return 'T';
	case GEFS_USE_NODE: return 'N';
	case GEFS_USE_DATA: return 'D';
	case GEFS_USE_LISTED: return 'X';
	case GEFS_USE_RESERVED: return '=';
	default: return '!';
	}
}

static unsigned
terminal_width(void)
{
	struct winsize w;
	const char *columns = getenv("COLUMNS");
	uint64_t n;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col)
		n = w.ws_col;
	else if (!columns || !parse_size(columns, &n))
		n = 80;
	return n < 20 ? 20 : n > 1000 ? 1000 : (unsigned)n;
}

/* A cell shows its most frequent use that is not free, in small letters when less than half is used. */
static char
cell(struct view *d, const gefs_map *m, uint64_t from, uint64_t to)
{
	uint64_t count[GEFS_USE_MAX] = {0}, used = 0;
	gefs_use best = GEFS_USE_FREE;
	char c;

	for (uint64_t i = from; i < to; i++) {
		gefs_use u = gefs_map_use(m, i * gefs_block_size(d->img));
		if (u >= GEFS_USE_MAX || u == GEFS_USE_FREE)
			continue;
		used++;
		if (++count[u] > count[best])
			best = u;
	}
	c = use_letter(best);
	return 2 * used < to - from && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void
map_text(struct view *d, const gefs_map *m)
{
	uint32_t blksz = gefs_block_size(d->img);
	uint64_t blocks = gefs_device_size(d->img) / blksz;
	unsigned width = terminal_width() - 14;
	uint64_t per_cell = (blocks + (uint64_t)width * ROWS - 1) / ((uint64_t)width * ROWS);
	char size[32];

	for (uint64_t row = 0; row < blocks; row += per_cell * width) {
		printf("%12" PRIx64 " ", row * blksz);
		for (unsigned i = 0; i < width && row + i * per_cell < blocks; i++) {
			uint64_t from = row + i * per_cell, to = from + per_cell;
			putchar(cell(d, m, from, to < blocks ? to : blocks));
		}
		putchar('\n');
	}
	printf("\nA character is %s: its most frequent use, small when less than half used.\n",
	       human_size(per_cell * blksz, size));
	for (int u = 0; u < GEFS_USE_MAX; u++)
		printf("%s%c %s", u == 0 ? "" : u == GEFS_USE_DEADLIST ? "\n" : "  ", use_letter((gefs_use)u),
		       use_name(d->img, (gefs_use)u));
	putchar('\n');
}

/* A line for each run of blocks of one use. */
static void
map_json(struct view *d, const gefs_map *m)
{
	uint32_t blksz = gefs_block_size(d->img);
	uint64_t blocks = gefs_device_size(d->img) / blksz;
	struct json j;

	for (uint64_t from = 0, to; from < blocks; from = to) {
		gefs_use u = gefs_map_use(m, from * blksz);
		for (to = from + 1; to < blocks && gefs_map_use(m, to * blksz) == u; to++)
			;
		json_begin(&j, stdout);
		json_string(&j, "use", use_name(d->img, u));
		json_uint(&j, "offset", from * blksz);
		json_uint(&j, "length", (to - from) * blksz);
		json_end(&j);
	}
}

int
view_map(struct view *d)
{
	gefs_error e;
	gefs_map *m = gefs_map_make(d->img, damage_fn, NULL, &e);
	int status = EXIT_DONE;

	if (!m)
		return failed(&e);
	if (wants(d, OPT_SVG))
		status = map_svg(d, m);
	else if (wants(d, OPT_JSON))
		map_json(d, m);
	else
		map_text(d, m);
	gefs_map_free(m);
	return status;
}
