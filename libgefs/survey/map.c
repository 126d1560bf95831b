/* What every block is for. */
#include <stdlib.h>

#include "base/error.h"
#include "survey/survey.h"

struct gefs_map {
	const gefs_image *img;
	struct blockmap use; /* gefs_use of referenced blocks; 0: nothing refers to it */
};

const char *
gefs_use_name(gefs_use u)
{
	static const char *const names[] = {"leaked",	"free", "superblock", "header", "log",	   "deadlist",
					    "snaptree", "node", "data",	      "listed", "reserved"};
	return u >= GEFS_USE_NONE && u < GEFS_USE_MAX ? names[u] : "unknown";
}

gefs_use
survey_unreferenced(const gefs_image *img, uint64_t addr)
{
	const gefs_arena *a = gefs_arena_of(img, addr);

	if (!a)
		return GEFS_USE_RESERVED;
	if (gefs_is_free(img, addr))
		return GEFS_USE_FREE;
	uint64_t tail = (uint64_t)img->f->reserved_blocks * img->f->blksz;
	return a->end - addr <= tail ? GEFS_USE_RESERVED : GEFS_USE_NONE;
}

struct making {
	gefs_map *map;
	gefs_error *e;
};

/* Of several uses the first one in the order of gefs_use counts: what is in use is not dead. */
static int
note_use(void *arg, uint64_t addr, const gefs_owner *o)
{
	struct making *m = arg;
	uint8_t *use = blockmap_at(&m->map->use, addr / m->map->img->f->blksz);

	if (!use)
		return gefs_fail_memory(m->e);
	if (*use == 0 || o->use < *use)
		*use = (uint8_t)o->use;
	return 0;
}

gefs_map *
gefs_map_make(gefs_image *img, gefs_damage_fn damage, void *arg, gefs_error *e)
{
	gefs_map *map = calloc(1, sizeof *map);
	struct making m = {map, e};
	struct survey s = {img, note_use, &m, damage, arg};

	if (!map) {
		gefs_fail_memory(e);
		return NULL;
	}
	map->img = img;
	gefs_fail(e, GEFS_ECANCEL, GEFS_NIL, "stopped");
	if (survey_walk(&s, e) == 0)
		return map;
	gefs_map_free(map);
	return NULL;
}

void
gefs_map_free(gefs_map *map)
{
	if (map)
		blockmap_free(&map->use);
	free(map);
}

gefs_use
gefs_map_use(const gefs_map *map, uint64_t addr)
{
	uint8_t use = blockmap_get(&map->use, addr / map->img->f->blksz);
	return use ? (gefs_use)use : survey_unreferenced(map->img, addr);
}
