/* Commands for looking around: files and snapshots. */
#include "around.h"

static const struct sh_option ls_options[] = {
	{'l', "long", NULL, "mode, owner, group, length and time (UTC) too"},
	{'R', "recursive", NULL, "everything below too"},
	{.name = NULL},
};

const struct sh_command sh_around[] = {
	{"ls", "[PATH...]", 0, -1, "p", 0, ls_options, "lists directories", NULL, around_ls},
	{"cd", "[DIR | LABEL:DIR | -]", 0, 1, "d", 0, NULL, "goes to another directory, also of another snapshot",
	 "Without DIR it goes to the root; - goes back to where the shell was before.\n", around_cd},
	{"pwd", "", 0, 0, "", 0, NULL, "tells where the shell is", NULL, around_pwd},
	{.name = NULL},
};
