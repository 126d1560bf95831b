#include "undoname.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common.h"

char *
undo_name(const char *image, bool numbered)
{
	struct stat st;
	char *path = NULL;

	if (stat(image, &st) == 0 && S_ISBLK(st.st_mode)) {
		complain("%s is a device: say with --undo FILE where to keep what is overwritten, or --no-undo", image);
		return NULL;
	}
	int rc = asprintf(&path, "%s.undo", image);
	for (unsigned i = 2; rc >= 0 && numbered && access(path, F_OK) == 0; i++) {
		free(path);
		rc = asprintf(&path, "%s.undo.%u", image, i);
	}
	if (rc >= 0)
		return path;
	complain("out of memory");
	return NULL;
}
