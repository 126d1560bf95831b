/* What the table of commands says: for help, and for the manual page. */
#ifndef SH_HELP_H
#define SH_HELP_H

#include "sh.h"

void help_list(const struct shell *);
void help_command(const struct shell *, const struct sh_command *);
void help_roff(void);

#endif
