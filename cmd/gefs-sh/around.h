/* Commands for looking around, a file or two for each; around.c has their table. */
#ifndef SH_AROUND_H
#define SH_AROUND_H

#include "sh.h"

int around_cd(struct shell *, const struct call *);
int around_df(struct shell *, const struct call *);
int around_ls(struct shell *, const struct call *);
int around_pwd(struct shell *, const struct call *);

#endif
