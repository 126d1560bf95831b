/* Files and directories, as every command shows them. */
#ifndef COMMON_ENTRY_H
#define COMMON_ENTRY_H

#include "common.h"
#include "json.h"

/* The members "path" to "mtime_ns", docs/json.md. */
void entry_json(struct json *, gefs_image *, const gefs_file *);
/* "d-rwxrwxr-x", as ls(1) of Plan 9 has it. */
void entry_mode(uint32_t mode, char out[12]);
/* What is in a line before the path, and the blank after it. */
void entry_details(gefs_image *, const gefs_file *, const char *hash);
/* A line: mode, owner, group, length, time, a hash ("": a dash; NULL: no such column), path. */
void entry_text(gefs_image *, const gefs_file *, const char *hash);
/* The path alone; that of a directory ends in a slash. */
void entry_path(const gefs_file *);

#endif
