#include <string.h>

#include "sh.h"

void
sh_color(const struct shell *sh, const char *name)
{
	static const struct {
		const char *name, *code;
	} colors[] = {{"dir", "1;34"}, {"good", "32"}, {"bad", "1;31"}, {"added", "32"}, {"removed", "31"}, {"head", "1"}};

	if (!sh->color)
		return;
	for (size_t i = 0; name && i < sizeof colors / sizeof *colors; i++)
		if (strcmp(colors[i].name, name) == 0)
			printf("\033[%sm", colors[i].code);
	if (!name)
		fputs("\033[m", stdout);
}
