/* The map as an SVG picture: a row of cells after the other, runs of one colour in one rectangle. */
#include <errno.h>
#include <string.h>

#include "view.h"

enum { COLUMNS = 128, ROWS = 96, CELL = 8, LEGEND = 24 };

static const char *
use_color(gefs_use u)
{
	switch (u) {
	case GEFS_USE_NONE: return "#d62728";
	case GEFS_USE_FREE: return "#eeeeee";
	case GEFS_USE_SUPER: return "#000000";
	case GEFS_USE_HEADER: return "#555555";
	case GEFS_USE_LOG: return "#8c564b";
	case GEFS_USE_DEADLIST: return "#e377c2";
	case GEFS_USE_SNAPTREE: return "#9467bd";
	case GEFS_USE_NODE: return "#2ca02c";
	case GEFS_USE_DATA: return "#1f77b4";
	case GEFS_USE_LISTED: return "#ff7f0e";
	case GEFS_USE_RESERVED: return "#bbbbbb";
	default: return "#ffffff";
	}
}

/* The most frequent use that is not free. */
static gefs_use
cell_use(struct view *d, const gefs_map *m, uint64_t from, uint64_t to)
{
	uint64_t count[GEFS_USE_MAX] = {0};
	gefs_use best = GEFS_USE_FREE;

	for (uint64_t i = from; i < to; i++) {
		gefs_use u = gefs_map_use(m, i * gefs_block_size(d->img));
		if (u < GEFS_USE_MAX && u != GEFS_USE_FREE && ++count[u] > count[best])
			best = u;
	}
	return best;
}

static void
legend(const struct view *d, FILE *out, unsigned top)
{
	for (int u = 0; u < GEFS_USE_MAX; u++) {
		unsigned x = (unsigned)u % 6 * (COLUMNS * CELL / 6), y = top + (unsigned)u / 6 * LEGEND;
		fprintf(out, "<rect x=\"%u\" y=\"%u\" width=\"12\" height=\"12\" fill=\"%s\"/>", x + 4, y + 6,
			use_color((gefs_use)u));
		fprintf(out, "<text x=\"%u\" y=\"%u\">%s</text>\n", x + 20, y + 16, use_name(d->img, (gefs_use)u));
	}
}

static void
rows(struct view *d, const gefs_map *m, FILE *out, uint64_t blocks, uint64_t per_cell)
{
	uint64_t cells = (blocks + per_cell - 1) / per_cell;

	for (uint64_t c = 0, n; c < cells; c += n) {
		uint64_t x = c % COLUMNS, y = c / COLUMNS;
		gefs_use u = cell_use(d, m, c * per_cell, (c + 1) * per_cell < blocks ? (c + 1) * per_cell : blocks);
		for (n = 1; x + n < COLUMNS && c + n < cells; n++) {
			uint64_t to = (c + n + 1) * per_cell;
			if (cell_use(d, m, (c + n) * per_cell, to < blocks ? to : blocks) != u)
				break;
		}
		fprintf(out, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%d\" fill=\"%s\"><title>0x%" PRIx64
			" %s</title></rect>\n", (unsigned)x * CELL, (unsigned)y * CELL, (unsigned)n * CELL, CELL, use_color(u),
			c * per_cell * gefs_block_size(d->img), use_name(d->img, u));
	}
}

int
map_svg(struct view *d, const gefs_map *m)
{
	uint64_t blocks = gefs_device_size(d->img) / gefs_block_size(d->img);
	uint64_t per_cell = (blocks + COLUMNS * ROWS - 1) / (COLUMNS * ROWS);
	unsigned height = (unsigned)((blocks + per_cell * COLUMNS - 1) / (per_cell * COLUMNS)) * CELL;
	bool to_stdout = strcmp(d->svg, "-") == 0, bad;
	FILE *out = to_stdout ? stdout : fopen(d->svg, "w");

	if (!out) {
		complain("%s: %s", d->svg, strerror(errno));
		return EXIT_FAILED;
	}
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" font-family=\"sans-serif\" "
		"font-size=\"12\" shape-rendering=\"crispEdges\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		COLUMNS * CELL, height + 2 * LEGEND);
	rows(d, m, out, blocks, per_cell);
	legend(d, out, height);
	fputs("</svg>\n", out);
	if (to_stdout)
		return EXIT_DONE;
	bad = ferror(out) != 0;
	if (fclose(out) != 0 || bad) {
		complain("%s: cannot be written: %s", d->svg, strerror(errno));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
