/* Commands that change things. */
#include "change.h"

const struct sh_command sh_change[] = {
	{.name = NULL},
};
