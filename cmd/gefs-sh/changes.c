/* diff-changes: what commit would write. */
#include <string.h>

#include "../views/view.h"
#include "change.h"

struct changes {
	struct shell *sh;
	bool quiet;
};

enum { NEAR = 4, LINE = 16 }; /* equal bytes between two differences that make them two; bytes shown in a line */

/* The next run of bytes that differ, from *at on; its length, 0 at the end. */
static uint32_t
next_run(const uint8_t *a, const uint8_t *b, uint32_t size, uint32_t *at)
{
	uint32_t end;

	while (*at < size && a[*at] == b[*at])
		++*at;
	end = *at;
	for (uint32_t i = *at; i < size && i < end + NEAR && i < *at + LINE; i++)
		if (a[i] != b[i])
			end = i + 1;
	return end - *at;
}

static void
print_hex(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		printf("%02x", p[i]);
}

static int
change_json(const struct changes *c, uint64_t addr, const uint8_t *before, const uint8_t *after)
{
	uint32_t size = gefs_block_size(c->sh->base), n;
	struct json j;

	json_begin(&j, stdout);
	json_uint(&j, "addr", addr);
	json_string(&j, "type", gefs_block_type_name(gefs_block_classify(c->sh->base, after)));
	json_array(&j, "changes");
	for (uint32_t at = 0; !c->quiet && (n = next_run(before, after, size, &at)) > 0; at += n) {
		json_object(&j, NULL);
		json_uint(&j, "offset", at);
		json_hex(&j, "before", before + at, n);
		json_hex(&j, "after", after + at, n);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
	return should_stop();
}

static int
change_text(const struct changes *c, uint64_t addr, const uint8_t *before, const uint8_t *after)
{
	uint32_t size = gefs_block_size(c->sh->base), n;
	const char *was = gefs_block_type_name(gefs_block_classify(c->sh->base, before));
	const char *is = gefs_block_type_name(gefs_block_classify(c->sh->base, after));

	printf("block 0x%" PRIx64 ", %s", addr, was);
	printf(strcmp(was, is) == 0 ? "\n" : " -> %s\n", is);
	for (uint32_t at = 0; !c->quiet && (n = next_run(before, after, size, &at)) > 0; at += n) {
		printf("%6" PRIu32 "  ", at);
		sh_color(c->sh, "removed");
		print_hex(before + at, n);
		sh_color(c->sh, NULL);
		fputs(" -> ", stdout);
		sh_color(c->sh, "added");
		print_hex(after + at, n);
		sh_color(c->sh, NULL);
		putchar('\n');
	}
	return should_stop();
}

static int
one_change(void *arg, uint64_t addr, const uint8_t *before, const uint8_t *after)
{
	const struct changes *c = arg;
	return (c->sh->json ? change_json : change_text)(c, addr, before, after);
}

int
change_diff(struct shell *sh, const struct call *c)
{
	struct changes changes = {sh, sh_opt(c, "quiet")};

	if (sh->edit)
		gefs_edit_changes(sh->edit, one_change, &changes);
	if (!sh->json && (!sh->edit || gefs_edit_count(sh->edit) == 0))
		puts("nothing is changed");
	return EXIT_DONE;
}
