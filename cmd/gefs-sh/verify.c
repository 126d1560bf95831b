/* verify: hashes of a block, of files, of a snapshot, of everything; with what breaks. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "under.h"

/* ---- one block, against every pointer to it ---- */

enum { PATH_SPACE = 65536 };

struct block_check {
	struct shell *sh;
	uint64_t addr, hash;  /* of its bytes */
	unsigned good, bad;   /* pointers */
	char *path;           /* PATH_SPACE bytes */
};

/* What a pointer with another hash belongs to. */
static void
tell_broken(struct block_check *b, const gefs_owner *o)
{
	const gefs_snap *s = gefs_snap_by_id(b->sh->img, o->snap);
	gefs_error e = {.code = GEFS_EDAMAGE, .addr = b->addr};
	char path[300] = "", who[60];
	gefs_tree t;

	if (o->referrer != GEFS_NIL)
		snprintf(who, sizeof who, "block 0x%" PRIx64, o->referrer);
	else if (s)
		snprintf(who, sizeof who, "the record of snapshot %" PRIu64, o->snap);
	else
		strcpy(who, "the root data");
	if (o->use == GEFS_USE_DATA && s) {
		gefs_tree_of(s, &t);
		if (gefs_qid_path(b->sh->img, &t, o->qpath, b->path, PATH_SPACE, NULL) == 0)
			printable(b->path, strlen(b->path), path, sizeof path);
	}
	snprintf(e.text, sizeof e.text, "0x%" PRIx64 ": hash %016" PRIx64 ", but %s says %016" PRIx64 " (%s%s%s)",
		 b->addr, b->hash, who, o->hash, gefs_use_name(o->use), *path ? " of " : "", path);
	damage_tell(&e);
}

static int
compare_owner(void *arg, const gefs_owner *o)
{
	struct block_check *b = arg;

	if (o->use != GEFS_USE_NODE && o->use != GEFS_USE_SNAPTREE && o->use != GEFS_USE_DATA)
		return 0;
	if (o->hash == b->hash) {
		b->good++;
	} else {
		b->bad++;
		tell_broken(b, o);
	}
	return should_stop();
}

/* The pointers of logs, deadlists and headers: their own hash, or that in the superblock. */
static void
check_itself(struct block_check *b, const uint8_t *block)
{
	gefs_error e = {.code = GEFS_EDAMAGE, .addr = b->addr};
	gefs_list_header h;
	gefs_block_type type = gefs_block_classify(b->sh->img, block);
	const gefs_super *sb = gefs_super_get(b->sh->img);

	if (type == GEFS_BLOCK_LOG || type == GEFS_BLOCK_DEADLIST) {
		gefs_block_list_header(b->sh->img, block, &h);
		if (!h.has_hash)
			return;
		b->good += h.hash == h.computed;
		b->bad += h.hash != h.computed;
		snprintf(e.text, sizeof e.text, "0x%" PRIx64 ": the body has hash %016" PRIx64 ", but its header says %016" PRIx64,
			 b->addr, h.computed, h.hash);
		if (h.hash != h.computed)
			damage_tell(&e);
	} else if (type == GEFS_BLOCK_SUPER) {
		for (int i = 0; i < gefs_super_copies(b->sh->img); i++) {
			uint64_t addr;
			gefs_copy_state state = gefs_super_copy(b->sh->img, i, &sb, &addr);
			if (addr != b->addr || !(gefs_features(b->sh->img) & GEFS_HAS_SUPERBLOCKS))
				continue;
			b->good += state == GEFS_COPY_GOOD;
			b->bad += state != GEFS_COPY_GOOD;
			snprintf(e.text, sizeof e.text, "0x%" PRIx64 ": the superblock has hash %016" PRIx64 ", but says %016" PRIx64,
				 addr, sb->computed, sb->hash);
			if (state != GEFS_COPY_GOOD)
				damage_tell(&e);
		}
	}
	if (!(gefs_features(b->sh->img) & GEFS_HAS_HEADER_HASHES))
		return;
	for (uint32_t i = 0; i < sb->narena && i < GEFS_MAX_ARENAS; i++) {
		if (b->addr - sb->arena[i].addr > gefs_block_size(b->sh->img))
			continue;
		bool good = sb->arena[i].hash == b->hash;
		b->good += good;
		b->bad += !good;
		snprintf(e.text, sizeof e.text,
			 "0x%" PRIx64 ": header of arena %" PRIu32 " has hash %016" PRIx64 ", but the superblock says %016" PRIx64,
			 b->addr, i, b->hash, sb->arena[i].hash);
		if (!good)
			damage_tell(&e);
	}
}

static void
tell_block(const struct block_check *b)
{
	struct json j;
	char hash[24];

	if (!b->sh->json) {
		printf("0x%" PRIx64 ": %s (%u good, %u wrong)\n", b->addr,
		       b->bad ? "DAMAGED" : b->good ? "good" : "nothing holds a hash of it", b->good, b->bad);
		return;
	}
	snprintf(hash, sizeof hash, "%016" PRIx64, b->hash);
	json_begin(&j, stdout);
	json_string(&j, "verified", "block");
	json_uint(&j, "addr", b->addr);
	json_string(&j, "hash", hash);
	json_uint(&j, "good", b->good);
	json_uint(&j, "wrong", b->bad);
	json_end(&j);
}

static int
verify_block(struct shell *sh, uint64_t addr)
{
	uint32_t size = gefs_block_size(sh->img);
	struct block_check b = {.sh = sh, .addr = addr, .path = malloc(PATH_SPACE)};
	uint8_t *block = malloc(size);
	int status = EXIT_FAILED;
	gefs_error e;

	if (!block || !b.path) {
		complain("out of memory");
	} else if (gefs_block_read(sh->img, b.addr, block, &e) < 0) {
		status = failed(&e);
	} else {
		b.hash = gefs_hash(sh->img, block, size);
		check_itself(&b, block);
		status = gefs_owners(sh->img, b.addr, compare_owner, damage_fn, &b, &e) < 0 ? failed(&e) : EXIT_DONE;
		tell_block(&b);
	}
	free(block);
	free(b.path);
	return status == EXIT_DONE && b.bad ? EXIT_DAMAGE : status;
}

/* ---- files ---- */

struct file_check {
	struct shell *sh;
	gefs_tree tree;
	const gefs_file *file;
	uint64_t files, blocks, bytes, lost;
	bool damaged; /* also what is no contents: entries, nodes on the way */
};

/* Counted for each argument by itself: what others have lost is not to be held against this one. */
static int
files_damage(void *arg, const gefs_error *e)
{
	struct file_check *f = arg;

	f->damaged = true;
	damage_tell(e);
	return 0;
}

static int
check_extent(void *arg, const gefs_extent *x)
{
	struct file_check *f = arg;
	gefs_error e = {.code = GEFS_EDAMAGE, .addr = x->ptr.addr};
	char path[250];

	if (x->data) {
		f->blocks++;
		f->bytes += x->len;
		return should_stop();
	}
	f->lost++;
	snprintf(e.text, sizeof e.text, "%s: offset 0x%" PRIx64 ": %.250s",
		 printable(f->file->path, f->file->path_len, path, sizeof path), x->offset, x->error->text);
	files_damage(f, &e);
	return should_stop();
}

static int
check_file(void *arg, const gefs_file *file)
{
	struct file_check *f = arg;
	gefs_error e;

	f->files++;
	f->file = file;
	if (should_stop())
		return 1;
	if (!file->entry->is_dir &&
	    gefs_file_read(f->sh->img, &f->tree, file->entry, 0, file->entry->length, check_extent, f, &e) < 0)
		files_damage(f, &e);
	return 0;
}

static void
tell_files(const struct file_check *f, const struct place *p)
{
	struct json j;
	char size[32];

	if (!f->sh->json) {
		print_bytes(p->path, strlen(p->path));
		printf(": %" PRIu64 " %s, %" PRIu64 " block%s of contents (%s): %s\n", f->files,
		       f->files == 1 ? "file or directory" : "files and directories", f->blocks, plural(f->blocks),
		       human_size(f->bytes, size), f->damaged ? "DAMAGED" : "good");
		return;
	}
	json_begin(&j, stdout);
	json_string(&j, "verified", "files");
	json_string(&j, "snapshot", p->label);
	json_bytes(&j, "path", p->path, strlen(p->path));
	json_uint(&j, "files", f->files);
	json_uint(&j, "blocks", f->blocks);
	json_uint(&j, "bytes", f->bytes);
	json_uint(&j, "lost", f->lost);
	json_bool(&j, "damaged", f->damaged);
	json_end(&j);
}

static int
verify_path(struct shell *sh, const char *word)
{
	struct file_check f = {.sh = sh};
	struct place p;
	gefs_error e;
	int status = place_parse(sh, word, &p);

	if (status < 0) {
		f.tree = p.tree;
		status = EXIT_DONE;
		if (gefs_files_walk_from(sh->img, &p.tree, p.path, check_file, files_damage, &f, &e) < 0) {
			status = failed(&e);
			f.damaged |= status == EXIT_DONE;
		}
		if (f.files || f.damaged)
			tell_files(&f, &p);
	}
	place_free(&p);
	return status;
}

/* ---- everything else ---- */

static bool
is_label(const struct shell *sh, const char *word)
{
	for (size_t i = 0; i < gefs_label_count(sh->img); i++)
		if (strcmp(gefs_label_get(sh->img, i)->name, word) == 0)
			return true;
	return false;
}

/* A name with a slash or a dot in front is a path, whatever it looks like. */
static int
verify(struct shell *sh, const char *word)
{
	const struct report_style style = {.json = sh->json};
	bool path = strchr(word, '/') || *word == '.';
	gefs_check_options o = {.no_data = false};
	uint64_t addr;

	if (strcmp(word, "all") == 0)
		return check_image(sh, &o, &style);
	if (!path && is_label(sh, word)) {
		o.labels = &word;
		o.nlabels = 1;
		return check_image(sh, &o, &style);
	}
	if (!path && (parse_size(word, &addr) || strpbrk(word, ":[")))
		return block_address(sh, word, &addr) ? verify_block(sh, addr) : EXIT_FAILED;
	return verify_path(sh, word);
}

int
under_verify(struct shell *sh, const struct call *c)
{
	int worst = EXIT_DONE;
	uint64_t addr;

	if (c->n == 0)
		return block_address(sh, NULL, &addr) ? verify_block(sh, addr) : EXIT_FAILED;
	for (int i = 0; i < c->n; i++) {
		int status = verify(sh, c->arg[i]);
		if (status > worst)
			worst = status;
	}
	return worst;
}
