/* owner, path */
#include <stdlib.h>
#include <string.h>

#include "../views/view.h"
#include "under.h"

enum { PATH_SPACE = 65536 };

int
under_owner(struct shell *sh, const struct call *c)
{
	struct view v = {.img = sh->img, .image = sh->image, .given = sh->json ? OPT_JSON : 0};
	char text[24];
	uint64_t addr;

	if (!block_address(sh, c->arg[0], &addr))
		return EXIT_FAILED;
	v.arg[0] = addr_text(addr, text);
	return view_owner(&v);
}

static void
show_path(const struct shell *sh, uint64_t qid, const char *path)
{
	struct json j;

	if (!sh->json) {
		print_bytes(path, strlen(path));
		putchar('\n');
		return;
	}
	json_begin(&j, stdout);
	json_uint(&j, "qpath", qid);
	json_bytes(&j, "path", path, strlen(path));
	json_end(&j);
}

int
under_path(struct shell *sh, const struct call *c)
{
	gefs_tree t;
	gefs_error e;
	uint64_t qid;

	if (!sh_number(c->arg[0], &qid))
		return EXIT_USAGE;
	int status = tree_parse(sh, sh_opt(c, "snap"), &t);
	if (status >= 0)
		return status;
	char *path = malloc(PATH_SPACE);
	if (!path) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	if (gefs_qid_path(sh->img, &t, qid, path, PATH_SPACE, &e) == 0)
		show_path(sh, qid, path);
	else
		status = failed(&e);
	free(path);
	return status < 0 ? EXIT_DONE : status;
}
