/* Commands that show what gefs-dump shows. */
#include <string.h>

#include "../views/view.h"
#include "around.h"
#include "under.h"

static struct view
view_of(const struct shell *sh, const char *arg)
{
	return (struct view){.img = sh->img,
			     .image = sh->image,
			     .arg = {arg},
			     .given = sh->json ? OPT_JSON : 0,
			     .depth = UINT64_MAX,
			     .max_hash = UINT64_MAX,
			     .range_len = UINT64_MAX};
}

static int
show(const struct shell *sh, int (*fn)(struct view *), const char *arg)
{
	struct view v = view_of(sh, arg);
	return fn(&v);
}

#define VIEW(name)                                            \
	int under_##name(struct shell *sh, const struct call *c) \
	{                                                        \
		return show(sh, view_##name, c->arg[0]);         \
	}
VIEW(super)
VIEW(arenas)
VIEW(free)
VIEW(log)
VIEW(deadlists)
VIEW(conf)
VIEW(stats)
#undef VIEW

int
under_map(struct shell *sh, const struct call *c)
{
	struct view v = view_of(sh, NULL);

	v.svg = sh_opt(c, "svg");
	if (v.svg)
		v.given = OPT_SVG;
	return view_map(&v);
}

static int
show_block(struct shell *sh, const char *word, unsigned options)
{
	struct view v;
	char text[24];
	uint64_t addr;

	if (!block_address(sh, word, &addr))
		return EXIT_FAILED;
	v = view_of(sh, addr_text(addr, text));
	if (options)
		v.given = options;
	return view_block(&v);
}

int
under_block(struct shell *sh, const struct call *c)
{
	return show_block(sh, c->arg[0], sh_opt(c, "raw") ? OPT_RAW : sh_opt(c, "hex") ? OPT_HEX : 0);
}

/* ---- the console's words ---- */

static int
show_tree(struct shell *sh, const struct call *c, const char *snap)
{
	struct view v = view_of(sh, snap ? snap : sh->label);
	const char *prefix = sh_opt(c, "prefix");

	if (!sh_opt_number(c, "depth", &v.depth))
		return EXIT_USAGE;
	if (!v.arg[0]) {
		complain("there is no snapshot to look into");
		return EXIT_FAILED;
	}
	if (prefix && !prefix_parse(prefix, &v.prefix)) {
		complain("\"%s\" is neither hex digits nor like ent:7, label:main or dat:", prefix);
		return EXIT_USAGE;
	}
	v.given |= prefix ? OPT_PREFIX : 0;
	return view_tree(&v);
}

int
under_show(struct shell *sh, const struct call *c)
{
	static const struct {
		const char *word;
		int (*fn)(struct view *);
	} words[] = {{"free", view_free},   {"log", view_log},	 {"users", view_users},	    {"snap", view_snaps},
		     {"super", view_super}, {"arenas", view_arenas}, {"dlist", view_deadlists}, {"conf", view_conf}};
	const char *what = c->arg[0], *arg = c->arg[1];

	if (strcmp(what, "tree") == 0)
		return show_tree(sh, c, arg);
	if (strcmp(what, "blk") == 0)
		return show_block(sh, arg, 0);
	if (strcmp(what, "df") == 0)
		return around_df(sh, c);
	if (strcmp(what, "files") == 0)
		return show(sh, view_files, arg ? arg : sh->label ? sh->label : "main");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, what) == 0)
			return show(sh, words[i].fn, arg);
	complain("there is nothing called \"%s\" to show; \"help show\" lists what there is", what);
	return EXIT_USAGE;
}
