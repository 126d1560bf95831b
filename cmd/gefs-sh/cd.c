/* cd, pwd */
#include <stdlib.h>
#include <string.h>

#include "around.h"

static int
go_back(struct shell *sh)
{
	if (!sh->last_label) {
		complain("there is nowhere to go back to");
		return EXIT_FAILED;
	}
	shell_go(sh, strdup(sh->last_label), strdup(sh->last_dir));
	return around_pwd(sh, NULL);
}

int
around_cd(struct shell *sh, const struct call *c)
{
	uint8_t storage[GEFS_KEY_MAX];
	struct place p;
	gefs_dirent e;

	if (c->n && strcmp(c->arg[0], "-") == 0)
		return go_back(sh);
	int status = place_find(sh, c->n ? c->arg[0] : "/", &p, &e, storage);
	if (status < 0 && !e.is_dir) {
		complain("%s: is no directory", c->arg[0]);
		status = EXIT_FAILED;
	}
	if (status < 0) {
		shell_go(sh, p.label, p.path);
		return EXIT_DONE;
	}
	place_free(&p);
	return status;
}

int
around_pwd(struct shell *sh, const struct call *c)
{
	struct json j;

	(void)c;
	if (sh->json) {
		json_begin(&j, stdout);
		json_string(&j, "snapshot", sh->label);
		json_string(&j, "path", sh->dir);
		json_end(&j);
		return EXIT_DONE;
	}
	if (!sh->label) {
		puts("(no snapshot)");
		return EXIT_DONE;
	}
	print_bytes(sh->label, strlen(sh->label));
	putchar(':');
	print_bytes(sh->dir, strlen(sh->dir));
	putchar('\n');
	return EXIT_DONE;
}
