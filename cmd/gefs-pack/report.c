/* What gefs-pack says in the end. */
#include <inttypes.h>

#include "../common/common.h"
#include "../common/json.h"
#include "pack.h"

void
report_packed(const struct settings *s, const gefs_pack_stats *st)
{
	char size[32], packed[32], frame[32], free_size[32];

	json_inferred(st->inferred);
	if (s->json) {
		struct json j;
		json_begin(&j, stdout);
		json_string(&j, "type", "packed");
		json_string(&j, "image", s->image);
		json_string(&j, "output", s->output);
		json_uint(&j, "size", st->size);
		json_uint(&j, "packed_size", st->packed_size);
		json_uint(&j, "frames", st->frames);
		json_uint(&j, "frame_size", st->frame_size);
		json_uint(&j, "free_bytes", st->free_bytes);
		json_uint(&j, "damaged_arenas", st->damaged_arenas);
		json_bool(&j, "all", s->pack.all || st->released);
		json_bool(&j, "metadata_only", s->pack.metadata);
		json_bool(&j, "names_hidden", s->pack.hide_names);
		json_uint(&j, "kept_blocks", st->kept_blocks);
		json_uint(&j, "doubtful_blocks", st->doubtful_blocks);
		json_uint(&j, "names", st->names);
		json_end(&j);
		return;
	}
	printf("%s: %s packed to %s, in frames of %s", s->image, human_size(st->size, size),
	       human_size(st->packed_size, packed), human_size(st->frame_size, frame));
	if (st->free_bytes)
		printf("; left out %s in free blocks", human_size(st->free_bytes, free_size));
	if (s->pack.metadata)
		printf("; only metadata, %" PRIu64 " blocks", st->kept_blocks);
	if (s->pack.metadata && !s->pack.clear && !s->pack.hide_names)
		printf(", whose gaps may hold pieces of contents (--clear zeroes them)");
	if (s->pack.hide_names)
		printf("; replaced %" PRIu64 " names", st->names);
	if (st->released)
		printf("; kept free blocks, which older snapshots may use");
	putchar('\n');
}

void
report_unpacked(const struct settings *s, uint64_t size)
{
	char text[32];

	if (s->json) {
		struct json j;
		json_begin(&j, stdout);
		json_string(&j, "type", "unpacked");
		json_string(&j, "file", s->image);
		json_string(&j, "output", s->output);
		json_uint(&j, "size", size);
		json_end(&j);
		return;
	}
	printf("%s: unpacked %s\n", s->image, human_size(size, text));
}
