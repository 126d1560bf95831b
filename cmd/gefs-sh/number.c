/* Numbers and addresses. */
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

bool
sh_number(const char *word, uint64_t *out)
{
	if (parse_size(word, out))
		return true;
	complain("\"%s\" is no number, like 123, 0x7b or 4K", word);
	return false;
}

/* "arena:N+OFF" */
static bool
in_arena(struct shell *sh, const char *word, uint64_t *out)
{
	const char *plus = strchr(word, '+');
	char number[32];
	uint64_t arena, off = 0;

	snprintf(number, sizeof number, "%.*s", plus ? (int)(plus - word) : (int)strlen(word), word);
	if (!parse_size(number, &arena) || (plus && !parse_size(plus + 1, &off))) {
		complain("\"arena:%s\" is not like arena:2+0x4000", word);
		return false;
	}
	const gefs_arena *a = arena < gefs_arena_count(sh->img) ? gefs_arena_get(sh->img, (uint32_t)arena) : NULL;
	if (!a) {
		complain("there is no arena %" PRIu64 "; the last one is %" PRIu32, arena, gefs_arena_count(sh->img) - 1);
		return false;
	}
	*out = a->start + off;
	return true;
}

static bool
of_block(struct shell *sh, const char *word, uint64_t *out)
{
	uint64_t n;

	if (!parse_size(word, &n) || __builtin_mul_overflow(n, (uint64_t)gefs_block_size(sh->img), out)) {
		complain("\"blk:%s\" is no number of a block", word);
		return false;
	}
	return true;
}

bool
sh_address(struct shell *sh, const char *word, uint64_t *out)
{
	gefs_edit *edit;
	gefs_field f;
	gefs_error e;

	if (strncmp(word, "arena:", 6) == 0)
		return in_arena(sh, word + 6, out);
	if (strncmp(word, "blk:", 4) == 0)
		return of_block(sh, word + 4, out);
	if (parse_size(word, out))
		return true;
	if (!(edit = shell_edit(sh)))
		return false;
	if (gefs_field_find(edit, word, &f, &e) == 0) {
		*out = f.addr[0];
		return true;
	}
	if (strpbrk(word, ":["))
		complain_error(&e);
	else
		complain("\"%s\" is no address, like 0x4000, blk:1, arena:0+0x4000 or main:root", word);
	return false;
}

bool
block_address(struct shell *sh, const char *word, uint64_t *out)
{
	uint64_t size = gefs_block_size(sh->img), device = gefs_device_size(sh->img);

	if (!cursor_address(sh, word, out))
		return false;
	uint64_t start = *out - *out % size;
	if (device < size || start > device - size)
		complain("0x%" PRIx64 " lies beyond the last block of the device, which has 0x%" PRIx64 " bytes", *out,
			 device);
	else if (*out != start)
		complain("0x%" PRIx64 " is inside a block, which starts at 0x%" PRIx64, *out, start);
	else
		return true;
	return false;
}
