/* Commands for looking under: superblocks, arenas, logs, trees, blocks. */
#include "under.h"

const struct sh_command sh_under[] = {
	{.name = NULL},
};
