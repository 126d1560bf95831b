#include "format/format.h"

static const struct format *const formats[] = {&format_gefs9};

const struct format *
format_detect(const uint8_t *block)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (memcmp(block, formats[i]->name, 8) == 0)
			return formats[i];
	return NULL;
}

const char *
format_names(void)
{
	return "gefs9.00";
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
	static const char *const names[] = {"value",   "insert", "delete", "clearb",
					    "clobber", "wstat",	 "relink", "reprev"};
	return op >= 0 && op <= GEFS_OP_REPREV ? names[op] : "invalid";
}
