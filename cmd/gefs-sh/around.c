/* Commands for looking around: files and snapshots. */
#include "around.h"

#define END {.name = NULL}

static const struct sh_option ls_options[] = {
	{'l', "long", NULL, "mode, owner, group, length and time (UTC) too"},
	{'R', "recursive", NULL, "everything below too"},
	END,
};

static const struct sh_option head_options[] = {
	{'n', "lines", "LINES", "so many lines"},
	{'c', "bytes", "BYTES", "so many bytes"},
	END,
};

static const struct sh_option hexdump_options[] = {
	{'o', "offset", "OFF", "from there on"},
	{'n', "length", "LEN", "so many bytes"},
	END,
};

static const struct sh_option stat_options[] = {
	{'x', "extents", NULL, "also where the contents are on the disk"},
	END,
};

static const struct sh_option find_options[] = {
	{0, "name", "GLOB", "the name, as * ? and [...] have it"},
	{0, "iname", "GLOB", "the same, in small or capital letters"},
	{0, "path", "GLOB", "the whole path, from the root on; * goes past slashes"},
	{0, "type", "f|d", "a file, or a directory"},
	{0, "size", "[+-]N", "the length: N, more, or less; suffix K, M, G, T"},
	{0, "mtime", "[+-]DAYS", "last changed so many whole days ago, more, or less"},
	{0, "newer", "PATH", "changed later than that one"},
	{0, "after", "TIME", "changed then or later"},
	{0, "before", "TIME", "changed earlier"},
	{0, "user", "USER", "owned by USER: a name or a number"},
	{0, "group", "GROUP", "of this group: a name or a number"},
	{0, "qid", "N", "with this qid path"},
	{'l', "long", NULL, "shows them as ls -l does"},
	END,
};

static const struct sh_option du_options[] = {
	{'s', "summary", NULL, "only the sums of what was named"},
	END,
};

static const struct sh_option tree_options[] = {
	{'d', "dirs", NULL, "only directories"},
	{'L', "levels", "DEPTH", "so many levels down"},
	END,
};

static const struct sh_option grep_options[] = {
	{'i', "ignore-case", NULL, "small letters match capital ones"},
	{'l', "names", NULL, "only the names of files with a match"},
	{'r', "recursive", NULL, "files below directories"},
	{'c', "count", NULL, "only the number of lines that match, of each file"},
	{'F', "fixed", NULL, "takes REGEX as plain text"},
	END,
};

static const struct sh_option get_options[] = {
	{'r', "recursive", NULL, "everything below SRC too; DST is a directory"},
	{'f', "force", NULL, "overwrites files that are there"},
	{'v', "verbose", NULL, "a line for each file"},
	END,
};

static const struct sh_option history_options[] = {
	{'n', "no-hash", NULL, "without hashes, for which contents are read"},
	END,
};

static const struct sh_option diff_options[] = {
	{'q', "names", NULL, "only what differs, not in what"},
	END,
};

const struct sh_command sh_around[] = {
	{"ls", "[PATH...]", 0, -1, "p", 0, ls_options, "lists directories",
	 "A name that ends in a slash is a directory. A PATH that is a file is listed\n"
	 "itself.\n", around_ls},
	{"cd", "[DIR | LABEL:DIR | -]", 0, 1, "d", 0, NULL, "goes to another directory, also of another snapshot",
	 "Without DIR it goes to the root; - goes back to where the shell was before.\n", around_cd},
	{"pwd", "", 0, 0, "", 0, NULL, "tells where the shell is", NULL, around_pwd},
	{"snap", "[LABEL]", 0, 1, "s", 0, NULL, "lists the snapshots, or goes to another one",
	 "LABEL may be the number of a snapshot. The directory stays the same; if it is\n"
	 "not there it becomes the root, but in a script that is a failure, and the shell\n"
	 "stays where it is. The list has the id of each snapshot, the generation in which\n"
	 "its tree was last written, its neighbours, and its labels; a star is where the\n"
	 "shell is.\n", around_snap},
	{"cat", "PATH...", 1, -1, "p", 0, NULL, "prints files",
	 "The bytes are what is in the file. Holes, and blocks that are lost, are zeros.\n", around_cat},
	{"head", "PATH...", 1, -1, "p", 0, head_options, "prints the beginning of files, by default ten lines", NULL,
	 around_head},
	{"hexdump", "PATH...", 1, -1, "p", 0, hexdump_options, "prints files in hexadecimal",
	 "A star stands for lines like the one before. Numbers may have a suffix K, M,\n"
	 "G, T, or begin with 0x.\n", around_hexdump},
	{"stat", "PATH...", 1, -1, "p", 0, stat_options, "shows all that is known of files",
	 "Extents are blocks that follow each other in the file and on the disk, and were\n"
	 "written in the same generation.\n", around_stat},
	{"find", "[PATH...]", 0, -1, "p", 0, find_options, "looks for files by name, size, time, owner",
	 "All that is given must hold. A TIME is YYYY-MM-DD, perhaps with HH:MM:SS after a\n"
	 "blank, in UTC. The days of -mtime count back from now, by the clock of this\n"
	 "machine.\n", around_find},
	{"du", "[PATH...]", 0, -1, "p", 0, du_options, "sums up the space of files, by directory",
	 "First come the bytes of the blocks that are allocated, then the lengths. A block\n"
	 "that snapshots share counts in each of them.\n", around_du},
	{"tree", "[DIR]", 0, 1, "d", 0, tree_options, "draws directories as a tree", NULL, around_tree},
	{"grep", "REGEX PATH...", 2, -1, "vp", 0, grep_options, "looks for lines in files",
	 "REGEX is an extended regular expression of POSIX. Lines longer than 64 KiB are\n"
	 "looked at in pieces, and so are lines with long holes in them. It is no failure\n"
	 "if nothing is found.\n", around_grep},
	{"history", "PATH", 1, 1, "p", 0, history_options, "lists the versions of a file in all snapshots, in order of time",
	 "That is the order in which snapshots were last written. What is the same in\n"
	 "snapshots that follow each other is one line. What follows is the path: whatever\n"
	 "had that name.\n", around_history},
	{"diff", "SNAP SNAP [PATH]", 2, 3, "ssp", 0, diff_options, "tells in what the files of two snapshots differ",
	 "+ is only in the second, - only in the first, ~ in both but not the same. Only\n"
	 "what differs is read. Contents are told apart by the hashes of their blocks.\n", around_diff},
	{"get", "SRC... DST", 2, -1, "pg", SH_PROGRESS, get_options, "copies files out of the image, to the host",
	 "DST is a file of the host, or a directory. Contents are verified, holes stay\n"
	 "holes, times of change and permissions are kept, but for those that the umask\n"
	 "takes. A file has its name only when it is complete. With -r a file keeps its\n"
	 "whole path below DST. Zeros take the place of what is lost, and that is told.\n", around_get},
	{"users", "[USER]", 0, 1, "v", 0, NULL, "lists the users, or shows one: a name or a number",
	 "Of each: number, name, leader, members, as in the users file.\n", around_users},
	{"df", "", 0, 0, "", 0, NULL, "tells what is free, of each arena and in all", NULL, around_df},
	END,
};
