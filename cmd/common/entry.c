#include "entry.h"

#include <inttypes.h>
#include <string.h>

void
entry_mode(uint32_t mode, char out[12])
{
	static const char letters[] = "rwxrwxrwx";

	out[0] = mode & GEFS_DMDIR ? 'd' : mode & GEFS_DMAPPEND ? 'a' : '-';
	out[1] = mode & GEFS_DMEXCL ? 'l' : mode & GEFS_DMTMP ? 't' : '-';
	for (int i = 0; i < 9; i++)
		out[2 + i] = mode & (0400u >> i) ? letters[i] : '-';
	out[11] = 0;
}

void
entry_json(struct json *j, gefs_image *img, const gefs_file *file)
{
	const gefs_dirent *e = file->entry;
	char mode[16];

	snprintf(mode, sizeof mode, "%" PRIo32, e->mode);
	json_bytes(j, "path", file->path, file->path_len);
	json_string(j, "type", e->is_dir ? "dir" : "file");
	json_string(j, "mode", mode);
	json_uint(j, "qpath", e->qpath);
	json_uint(j, "qvers", e->qvers);
	json_uint(j, "qtype", e->qtype);
	json_int(j, "uid", e->uid);
	json_int(j, "gid", e->gid);
	json_int(j, "muid", e->muid);
	json_string(j, "uid_name", gefs_user_name(img, e->uid));
	json_string(j, "gid_name", gefs_group_name(img, e->gid));
	json_string(j, "muid_name", gefs_user_name(img, e->muid));
	json_uint(j, "length", e->length);
	json_int(j, "atime_ns", e->atime_ns);
	json_int(j, "mtime_ns", e->mtime_ns);
}

void
entry_path(const gefs_file *file)
{
	print_bytes(file->path, file->path_len);
	puts(file->entry->is_dir && file->path_len > 1 ? "/" : "");
}

void
entry_details(gefs_image *img, const gefs_file *file, const char *hash)
{
	const gefs_dirent *e = file->entry;
	const char *uid = gefs_user_name(img, e->uid), *gid = gefs_group_name(img, e->gid);
	char mode[12], owner[520], group[520];

	entry_mode(e->mode, mode);
	printf("%s %-8s %-8s %10" PRIu64 " ", mode, printable(uid, strlen(uid), owner, sizeof owner),
	       printable(gid, strlen(gid), group, sizeof group), e->length);
	print_time(e->mtime_ns);
	if (hash)
		printf(" %-64s", hash[0] ? hash : "-");
	putchar(' ');
}

void
entry_text(gefs_image *img, const gefs_file *file, const char *hash)
{
	entry_details(img, file, hash);
	entry_path(file);
}
