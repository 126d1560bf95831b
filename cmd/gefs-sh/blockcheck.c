#include "blockcheck.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_SPACE = 65536 };

struct comparison {
	struct shell *sh;
	struct block_check *b;
	char *path; /* PATH_SPACE bytes */
};

static void
count(struct block_check *b, bool good)
{
	b->good += good;
	b->bad += !good;
}

/* ---- hashes in other blocks ---- */

static void
referrer_text(struct shell *sh, const gefs_owner *o, char buf[60])
{
	if (o->referrer != GEFS_NIL)
		snprintf(buf, 60, "block 0x%" PRIx64, o->referrer);
	else if (gefs_snap_by_id(sh->img, o->snap))
		snprintf(buf, 60, "the record of snapshot %" PRIu64, o->snap);
	else
		strcpy(buf, "the root data");
}

/* What a pointer with another hash belongs to. */
static void
tell_broken(struct comparison *c, const gefs_owner *o)
{
	const gefs_snap *s = gefs_snap_by_id(c->sh->img, o->snap);
	gefs_error e = {.code = GEFS_EDAMAGE, .addr = c->b->addr};
	char path[300] = "", who[60];
	gefs_tree t;

	referrer_text(c->sh, o, who);
	if (o->use == GEFS_USE_DATA && s) {
		gefs_tree_of(s, &t);
		if (gefs_qid_path(c->sh->img, &t, o->qpath, c->path, PATH_SPACE, NULL) == 0)
			printable(c->path, strlen(c->path), path, sizeof path);
	}
	snprintf(e.text, sizeof e.text, "0x%" PRIx64 ": hash %016" PRIx64 ", but %s says %016" PRIx64 " (%s%s%s)",
		 c->b->addr, c->b->hash, who, o->hash, gefs_use_name(o->use), *path ? " of " : "", path);
	damage_tell(&e);
}

static int
compare_owner(void *arg, const gefs_owner *o)
{
	struct comparison *c = arg;

	if (o->use != GEFS_USE_NODE && o->use != GEFS_USE_SNAPTREE && o->use != GEFS_USE_DATA)
		return 0;
	count(c->b, o->hash == c->b->hash);
	if (o->hash != c->b->hash)
		tell_broken(c, o);
	return should_stop();
}

/* The superblock has hashes of the headers of arenas. */
static void
compare_header(struct shell *sh, struct block_check *b)
{
	gefs_error e = {.code = GEFS_EDAMAGE, .addr = b->addr};
	const gefs_super *sb = gefs_super_get(sh->img);

	if (!(gefs_features(sh->img) & GEFS_HAS_HEADER_HASHES))
		return;
	for (uint32_t i = 0; i < sb->narena && i < GEFS_MAX_ARENAS; i++) {
		if (b->addr - sb->arena[i].addr > gefs_block_size(sh->img))
			continue;
		count(b, sb->arena[i].hash == b->hash);
		snprintf(e.text, sizeof e.text,
			 "0x%" PRIx64 ": header of arena %" PRIu32 " has hash %016" PRIx64
			 ", but the superblock says %016" PRIx64, b->addr, i, b->hash, sb->arena[i].hash);
		if (sb->arena[i].hash != b->hash)
			damage_tell(&e);
	}
}

/* ---- hashes in the block itself ---- */

/* Logs and deadlists hold the hash of their body. */
static void
check_list(struct shell *sh, struct block_check *b, const uint8_t *block)
{
	gefs_error e = {.code = GEFS_EDAMAGE, .addr = b->addr};
	gefs_list_header h;

	gefs_block_list_header(sh->img, block, &h);
	if (!h.has_hash)
		return;
	b->inner = (struct inner_hash){"body", h.computed, h.hash};
	count(b, h.hash == h.computed);
	snprintf(e.text, sizeof e.text,
		 "0x%" PRIx64 ": the body has hash %016" PRIx64 ", but its header says %016" PRIx64, b->addr, h.computed,
		 h.hash);
	if (h.hash != h.computed)
		damage_tell(&e);
}

static bool
is_super_address(struct shell *sh, uint64_t addr)
{
	const gefs_super *copy;
	uint64_t at;

	for (int i = 0; i < gefs_super_copies(sh->img); i++) {
		gefs_super_copy(sh->img, i, &copy, &at);
		if (at == addr)
			return true;
	}
	return false;
}

/* Whatever looks like a superblock shows its hash; only where one belongs it counts. */
static void
check_super(struct shell *sh, struct block_check *b, const uint8_t *block)
{
	gefs_error e = {.code = GEFS_EDAMAGE, .addr = b->addr};
	gefs_super sb;
	bool is = gefs_block_super(sh->img, block, &sb);

	if (is)
		b->inner = (struct inner_hash){"superblock", sb.computed, sb.hash};
	if (!is_super_address(sh, b->addr))
		return;
	count(b, is && sb.hash == sb.computed);
	if (!is)
		snprintf(e.text, sizeof e.text, "0x%" PRIx64 ": a superblock belongs here, but there is none", b->addr);
	else
		snprintf(e.text, sizeof e.text,
			 "0x%" PRIx64 ": the superblock has hash %016" PRIx64 ", but says %016" PRIx64, b->addr,
			 sb.computed, sb.hash);
	if (!is || sb.hash != sb.computed)
		damage_tell(&e);
}

static void
check_itself(struct shell *sh, struct block_check *b, const uint8_t *block)
{
	gefs_block_type type = gefs_block_classify(sh->img, block);

	if (type == GEFS_BLOCK_LOG || type == GEFS_BLOCK_DEADLIST)
		check_list(sh, b, block);
	else if (gefs_features(sh->img) & GEFS_HAS_SUPERBLOCKS)
		check_super(sh, b, block);
}

/* ---- both ---- */

static int
compare(struct comparison *c)
{
	gefs_error e;

	c->b->compared = true;
	compare_header(c->sh, c->b);
	return gefs_owners(c->sh->img, c->b->addr, compare_owner, damage_fn, c, &e) < 0 ? failed(&e) : EXIT_DONE;
}

int
block_check(struct shell *sh, uint64_t addr, struct block_check *b)
{
	struct comparison c = {sh, b, malloc(PATH_SPACE)};
	uint8_t *block = malloc(gefs_block_size(sh->img));
	int status = EXIT_FAILED;
	gefs_error e;

	*b = (struct block_check){.addr = addr};
	if (!block || !c.path) {
		complain("out of memory");
	} else if (gefs_block_read(sh->img, addr, block, &e) < 0) {
		status = failed(&e);
	} else {
		b->read = true;
		b->hash = gefs_hash(sh->img, block, gefs_block_size(sh->img));
		check_itself(sh, b, block);
		status = shell_has_root(sh) ? compare(&c) : EXIT_DONE;
	}
	free(block);
	free(c.path);
	return status == EXIT_DONE && b->bad ? EXIT_DAMAGE : status;
}

void
block_check_text(const struct block_check *b)
{
	const char *none = b->compared ? "nothing holds a hash of it" : "what refers to it is not known";

	printf("0x%" PRIx64 ": %s (%u good, %u wrong)\n", b->addr, b->bad ? "DAMAGED" : b->good ? "good" : none,
	       b->good, b->bad);
}

void
block_check_json(const struct block_check *b, struct json *j)
{
	char hash[24];

	snprintf(hash, sizeof hash, "%016" PRIx64, b->hash);
	json_uint(j, "addr", b->addr);
	json_string(j, "hash", hash);
	json_uint(j, "good", b->good);
	json_uint(j, "wrong", b->bad);
}
