/* verify: hashes of a block, of files, of a snapshot, of everything; with what breaks. */
#include <stdlib.h>
#include <string.h>

#include "blockcheck.h"
#include "check.h"
#include "under.h"

/* ---- one block ---- */

static void
tell_block(const struct shell *sh, const struct block_check *b)
{
	struct json j;

	if (!sh->json) {
		block_check_text(b);
		return;
	}
	json_begin(&j, stdout);
	json_string(&j, "verified", "block");
	block_check_json(b, &j);
	json_end(&j);
}

static int
verify_block(struct shell *sh, uint64_t addr)
{
	struct block_check b;
	int status = block_check(sh, addr, &b);

	if (b.read)
		tell_block(sh, &b);
	return status;
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
