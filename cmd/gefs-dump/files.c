/* gefs-dump files */
#include <string.h>

#include "contents.h"
#include "dump.h"

struct files_dump {
	struct dump *d;
	gefs_tree tree;
	gefs_error fatal; /* of hashing; ends the walk */
};

static void
mode_text(uint32_t mode, char out[12])
{
	static const char letters[] = "rwxrwxrwx";

	out[0] = mode & GEFS_DMDIR ? 'd' : mode & GEFS_DMAPPEND ? 'a' : '-';
	out[1] = mode & GEFS_DMEXCL ? 'l' : mode & GEFS_DMTMP ? 't' : '-';
	for (int i = 0; i < 9; i++)
		out[2 + i] = mode & (0400u >> i) ? letters[i] : '-';
	out[11] = 0;
}

/* Fills hex, or leaves it empty: directories, files that are too long, damaged ones. */
static int
hash_of(struct files_dump *f, const gefs_file *file, char hex[65])
{
	const gefs_dirent *e = file->entry;

	hex[0] = 0;
	if (!wants(f->d, OPT_SHA256) || e->is_dir || e->length > f->d->max_hash)
		return 0;
	return contents_hash(f->d, &f->tree, e, file->path, file->path_len, hex, &f->fatal);
}

static void
file_json(struct files_dump *f, const gefs_file *file, const char *hex)
{
	const gefs_dirent *e = file->entry;
	gefs_image *img = f->d->img;
	struct json j;
	char mode[16];

	snprintf(mode, sizeof mode, "%" PRIo32, e->mode);
	json_begin(&j, stdout);
	json_bytes(&j, "path", file->path, file->path_len);
	json_string(&j, "type", e->is_dir ? "dir" : "file");
	json_string(&j, "mode", mode);
	json_uint(&j, "qpath", e->qpath);
	json_uint(&j, "qvers", e->qvers);
	json_uint(&j, "qtype", e->qtype);
	json_int(&j, "uid", e->uid);
	json_int(&j, "gid", e->gid);
	json_int(&j, "muid", e->muid);
	json_string(&j, "uid_name", gefs_user_name(img, e->uid));
	json_string(&j, "gid_name", gefs_group_name(img, e->gid));
	json_string(&j, "muid_name", gefs_user_name(img, e->muid));
	json_uint(&j, "length", e->length);
	json_int(&j, "atime_ns", e->atime_ns);
	json_int(&j, "mtime_ns", e->mtime_ns);
	if (wants(f->d, OPT_SHA256) && !e->is_dir)
		json_string(&j, "sha256", hex[0] ? hex : NULL);
	json_end(&j);
}

static void
file_text(struct files_dump *f, const gefs_file *file, const char *hex)
{
	const gefs_dirent *e = file->entry;
	const char *uid = gefs_user_name(f->d->img, e->uid), *gid = gefs_group_name(f->d->img, e->gid);
	char mode[12], owner[520], group[520];

	mode_text(e->mode, mode);
	printf("%s %-8s %-8s %10" PRIu64 " ", mode, printable(uid, strlen(uid), owner, sizeof owner),
	       printable(gid, strlen(gid), group, sizeof group), e->length);
	print_time(e->mtime_ns);
	if (wants(f->d, OPT_SHA256))
		printf(" %-64s", hex[0] ? hex : "-");
	putchar(' ');
	print_bytes(file->path, file->path_len);
	puts(e->is_dir && file->path_len > 1 ? "/" : "");
}

static int
file_one(void *arg, const gefs_file *file)
{
	struct files_dump *f = arg;
	char hex[65];

	if (hash_of(f, file, hex) < 0)
		return -1;
	if (wants(f->d, OPT_JSON))
		file_json(f, file, hex);
	else
		file_text(f, file, hex);
	return ferror(stdout) ? 1 : 0; /* nobody reads any more: see finish_output() */
}

int
dump_files(struct dump *d)
{
	struct files_dump f = {.d = d};
	int status = find_tree(d, d->arg[0], &f.tree);
	gefs_error e = {.code = GEFS_OK};

	if (status >= 0)
		return status;
	if (f.tree.snap == GEFS_NIL) {
		complain("\"snap\" is the tree of snapshots, which has no files; `gefs-dump tree` shows it");
		return EXIT_FAILED;
	}
	snaps_damage(d);
	if (gefs_files_walk(d->img, &f.tree, file_one, damage_fn, &f, &e) < 0)
		return failed(f.fatal.code != GEFS_OK ? &f.fatal : &e);
	return EXIT_DONE;
}
