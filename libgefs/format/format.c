/* The versions, and finding out which one a device has. */
#include "format/format.h"

#include <stdio.h>

/* In the order in which they are tried: the revision of 2023 can be told from its predecessor, not the reverse. */
static const struct version *const versions[] = {&version_gefs9, &version_gefs2023, &version_gefs0001_le,
						 &version_gefs0001_be};

enum { VERSIONS = sizeof versions / sizeof *versions };

const struct version *
format_find(const struct probe *p, const char *name, struct format *f)
{
	for (int i = 0; i < VERSIONS; i++)
		if ((!name || strcmp(versions[i]->name, name) == 0) && versions[i]->probe(p, name != NULL, f))
			return versions[i];
	return NULL;
}

bool
gefs_format_known(const char *name)
{
	for (int i = 0; i < VERSIONS; i++)
		if (strcmp(versions[i]->name, name) == 0)
			return true;
	return false;
}

char *
gefs_format_names(char *buf, size_t n)
{
	for (size_t i = 0, at = 0; i < VERSIONS && at < n; i++)
		at += (size_t)snprintf(buf + at, n - at, "%s%s", i ? ", " : "", versions[i]->name);
	return buf;
}

const char *
gefs_block_type_name(gefs_block_type t)
{
	static const char *const names[] = {"data", "pivot", "leaf", "log", "deadlist", "arena", "super", "unknown"};
	return t <= GEFS_BLOCK_UNKNOWN ? names[t] : "unknown";
}

const char *
gefs_op_name(int op)
{
	static const char *const names[] = {"value", "insert", "delete", "clearb", "clobber",
					    "wstat", "relink", "reprev", "refer"};
	return op >= 0 && op <= GEFS_OP_REFER ? names[op] : "invalid";
}

const char *
gefs_log_op_name(gefs_log_op op)
{
	static const char *const names[] = {"?", "alloc1", "free1", "sync", "alloc", "free", "chain", "end"};
	return op >= GEFS_LOG_ALLOC1 && op <= GEFS_LOG_END ? names[op] : op == GEFS_LOG_BLOCK ? "block" : "?";
}
