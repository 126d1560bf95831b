/* Completion: commands, their options, paths in the image, labels, addresses that were seen, files of the host. */
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "../common/words.h"
#include "cursor.h"
#include "sh.h"

static struct shell *shell; /* readline has no room for an argument */

/* ---- candidates ---- */

struct found {
	char **text;
	size_t n, cap;
	const char *prefix;
};

/* Takes text (which may be NULL) if it begins as was typed. */
static void
offer(struct found *f, char *text)
{
	if (!text || strncmp(text, f->prefix, strlen(f->prefix)) != 0) {
		free(text);
		return;
	}
	if (f->n + 1 >= f->cap) {
		size_t cap = f->cap ? 2 * f->cap : 32;
		char **more = realloc(f->text, cap * sizeof *more);
		if (!more) {
			free(text);
			return;
		}
		f->text = more;
		f->cap = cap;
	}
	f->text[f->n++] = text;
	f->text[f->n] = NULL;
}

static void
offer_commands(struct found *f)
{
	const struct sh_command *c;
	for (size_t i = 0; (c = sh_command_at(i)); i++)
		offer(f, strdup(c->name));
}

static void
offer_options(struct found *f, const struct sh_command *cmd)
{
	for (const struct sh_option *o = cmd->options; o && o->name; o++) {
		char *text = NULL;
		if (asprintf(&text, "%s%s", o->letter ? "--" : "-", o->name) >= 0)
			offer(f, text);
	}
}

static void
offer_labels(struct found *f, const char *ending)
{
	for (size_t i = 0; i < gefs_label_count(shell->img); i++) {
		char *text = NULL;
		if (asprintf(&text, "%s%s", gefs_label_get(shell->img, i)->name, ending) >= 0)
			offer(f, text);
	}
}

static void
offer_addresses(struct found *f)
{
	for (size_t i = 0; i < shell->nseen && i < SH_SEEN; i++) {
		char *text = NULL;
		if (asprintf(&text, "0x%" PRIx64, shell->seen[i]) >= 0)
			offer(f, text);
	}
}

/* ---- paths ---- */

struct paths {
	struct found *f;
	const char *typed; /* the directory as it was typed, with its slash */
	size_t typed_len;
	bool dirs;         /* only directories */
	unsigned budget;   /* a directory of a million files is no help */
};

static int
offer_entry(void *arg, const gefs_file *file)
{
	struct paths *p = arg;
	const gefs_dirent *e = file->entry;
	char *text = NULL;

	if (file->depth == 0)
		return 0;
	if (p->budget-- == 0)
		return 1;
	if ((!p->dirs || e->is_dir) && asprintf(&text, "%.*s%.*s%s", (int)p->typed_len, p->typed, (int)e->name.n,
						  (const char *)e->name.p, e->is_dir ? "/" : "") >= 0)
		offer(p->f, text);
	return GEFS_SKIP;
}

static void
offer_paths(struct found *f, bool dirs)
{
	const char *slash = strrchr(f->prefix, '/'), *colon = strchr(f->prefix, ':');
	const char *end = slash ? slash + 1 : colon ? colon + 1 : f->prefix;
	struct paths p = {f, f->prefix, (size_t)(end - f->prefix), dirs, 20000};
	char *typed = strndup(f->prefix, p.typed_len);
	struct place place = {.label = NULL};
	gefs_error e;

	if (!slash && !colon)
		offer_labels(f, ":/");
	if (typed && place_resolve(shell, *typed ? typed : NULL, &place, &e) == 0)
		gefs_files_walk_from(shell->img, &place.tree, place.path, offer_entry, damage_ignore, &p, &e);
	place_free(&place);
	free(typed);
}

/* ---- places of fields ---- */

struct fields {
	struct found *f;
	const char *before; /* what stands before a field's name */
	unsigned budget;
};

static int
offer_field(void *arg, const gefs_field *field)
{
	struct fields *s = arg;
	char *text = NULL;

	if (s->budget-- == 0)
		return 1;
	if (asprintf(&text, "%s%s", s->before, field->name) >= 0)
		offer(s->f, text);
	return 0;
}

/* Fields of a structure, if it is one. */
static void
offer_fields(struct found *f, const char *where, const char *before)
{
	struct fields s = {f, before, 2000};
	gefs_edit *edit = shell_edit(shell);
	gefs_field structure;
	gefs_error e;

	if (edit && gefs_field_find(edit, where, &structure, &e) == 0)
		gefs_field_list(edit, &structure, offer_field, &s, &e);
}

static void
offer_structures(struct found *f)
{
	char text[40];

	offer(f, strdup("super"));
	for (uint32_t i = 0; i < gefs_arena_count(shell->img); i++) {
		snprintf(text, sizeof text, "arena[%" PRIu32 "]", i);
		offer(f, strdup(text));
		snprintf(text, sizeof text, "log[%" PRIu32 "]", i);
		offer(f, strdup(text));
	}
	offer(f, strdup("snap:root"));
	offer_labels(f, ":root");
}

/* A whole WHERE, or a field of what the cursor is at. */
static void
offer_where(struct found *f)
{
	const char *dot = strrchr(f->prefix, '.');
	char *structure = dot ? strndup(f->prefix, (size_t)(dot - f->prefix)) : NULL;
	char *before = dot ? strndup(f->prefix, (size_t)(dot - f->prefix) + 1) : NULL;

	if (structure && before)
		offer_fields(f, structure, before);
	else if (!dot)
		offer_structures(f);
	if (cursor_where(shell))
		offer_fields(f, cursor_where(shell), "");
	free(structure);
	free(before);
}

/* ---- readline's side ---- */

static void
offer_kind(struct found *f, char kind)
{
	if (!shell_has_root(shell) && kind != 'c' && kind != 'f')
		return;
	switch (kind) {
	case 'c':
		offer_commands(f);
		break;
	case 'p':
	case 'd':
	case 'g':
		offer_paths(f, kind == 'd');
		break;
	case 's':
		offer_labels(f, "");
		break;
	case 't':
		offer_paths(f, false);
		offer_labels(f, "");
		offer_addresses(f);
		offer(f, strdup("all"));
		break;
	case 'a':
		offer_addresses(f);
		break;
	case 'w':
		offer_where(f);
		if (strchr(f->prefix, '/'))
			offer_paths(f, false);
		offer_addresses(f);
		break;
	}
}

/* The option whose value follows this word; NULL: none does. */
static const struct sh_option *
wants_value(const struct sh_command *cmd, const char *word)
{
	size_t n = strlen(word);
	bool has_dash = word[0] == '-' && n > 1;

	for (const struct sh_option *o = cmd->options; has_dash && o && o->name; o++)
		if (o->arg && (strcmp(word + (word[1] == '-' ? 2 : 1), o->name) == 0 ||
			       (word[1] != '-' && o->letter && word[n - 1] == o->letter)))
			return o;
	return NULL;
}

/* What the value of an option is, by what it is called. */
static char
kind_of_value(const struct sh_option *o)
{
	return strcmp(o->arg, "SNAP") == 0 ? 's' : strcmp(o->arg, "PATH") == 0 ? 'p' : strcmp(o->arg, "FILE") == 0 ? 'f' : 0;
}

/* The kind of word that comes after these; 0: none that is known. */
static char
kind_of(const struct words *w)
{
	const struct sh_command *cmd = sh_command_find(w->word[0]);
	const struct sh_option *o = NULL;
	size_t args = 0, kinds = cmd ? strlen(cmd->kinds) : 0;
	bool options = true;

	for (size_t i = 1; cmd && i < w->n; i++) {
		const char *word = w->word[i];
		if (o) {
			o = NULL; /* that was its value */
		} else if (options && strcmp(word, "--") == 0) {
			options = false;
		} else if (!options || word[0] != '-' || !word[1]) {
			args++;
		} else {
			o = wants_value(cmd, word);
		}
	}
	if (o)
		return kind_of_value(o);
	return kinds ? cmd->kinds[args < kinds ? args : kinds - 1] : 0;
}

/* The longest beginning that all share comes first, as readline wants it. */
static char **
with_common(struct found *f)
{
	size_t common;

	if (f->n == 0) {
		free(f->text);
		return NULL;
	}
	char **out = calloc(f->n + 2, sizeof *out);
	if (!out)
		return NULL;
	common = strlen(f->text[0]);
	for (size_t i = 1; i < f->n; i++) {
		size_t k = 0;
		while (k < common && f->text[0][k] == f->text[i][k])
			k++;
		common = k;
	}
	out[0] = strndup(f->text[0], common);
	if (f->n > 1)
		memcpy(out + 1, f->text, f->n * sizeof *out);
	else
		free(f->text[0]);
	free(f->text);
	return out;
}

/* The command that the cursor is in: the line may hold several. */
static size_t
command_start(const char *line)
{
	size_t from = 0;
	struct words w;

	for (;;) {
		bool ok = words_split(line, from, &w);
		size_t next = w.next;
		words_free(&w);
		if (!ok || !line[next] || next == from)
			return from;
		from = next;
	}
}

/* A word as it was typed, without its quotes. */
static char *
take_quotes(const char *text, int quote_char)
{
	struct words w;
	char *out, *line = NULL;

	if (quote_char && asprintf(&line, "%c%s%c", quote_char, text, quote_char) < 0)
		return NULL;
	words_split(line ? line : text, 0, &w);
	out = strdup(w.n ? w.word[0] : text);
	words_free(&w);
	free(line);
	return out;
}

static char *
unquote(char *text, int quote_char)
{
	return take_quotes(text, quote_char);
}

/* The line before the word; NULL if that word does not begin there, but in the middle of one. */
static char *
line_before(int start)
{
	char *before = strndup(rl_line_buffer, (size_t)start);
	int quote = rl_completion_quote_character;

	if (!before || !quote || start == 0 || before[start - 1] != (char)quote)
		return before;
	before[start - 1] = 0;
	if (start == 1 || strchr(rl_basic_word_break_characters, before[start - 2]))
		return before;
	free(before);
	return NULL;
}

static bool in_image; /* what is completed is no file of the host */

static char **
complete(const char *text, int start, int end)
{
	char *before = line_before(start), *plain = take_quotes(text, rl_completion_quote_character), kind = 0;
	struct found f = {.prefix = plain};
	struct words w = {.n = 0};

	(void)end;
	if (before && plain && words_split(before, command_start(before), &w)) {
		kind = w.n ? kind_of(&w) : 'c';
		const struct sh_command *cmd = w.n ? sh_command_find(w.word[0]) : NULL;
		if (cmd && *text == '-')
			offer_options(&f, cmd);
		offer_kind(&f, kind);
	}
	words_free(&w);
	free(before);
	free(plain);
	in_image = f.n > 0 || (kind != 'f' && kind != 'g');
	rl_attempted_completion_over = in_image;
	/* Names from the image are quoted, which readline does for what it shows by the last element. */
	rl_filename_completion_desired = rl_filename_quoting_desired = kind && strchr("pdgtsw", kind);
	char **out = with_common(&f);
	size_t n = out ? strlen(out[0]) : 0;
	/* A directory goes on. */
	rl_completion_suppress_append = n > 0 && !out[1] && out[0][n - 1] == '/';
	return out;
}

/* ---- quotes ---- */

/* A name that needs quotes gets them; the closing one is readline's. */
static char *
quote(char *text, int match, char *pointer)
{
	char *out = words_quote(text);
	size_t n = out ? strlen(out) : 0;

	if (pointer && *pointer && *pointer != '\'')
		*pointer = 0; /* readline then takes away the one that was typed */
	if (n > 1 && out[n - 1] == '\'' && (match != SINGLE_MATCH || text[strlen(text) - 1] == '/'))
		out[n - 1] = 0; /* there is more to come */
	return out;
}

/* What readline asks the host's file system for, to mark directories, it is not to find. */
static int
nowhere(char **name)
{
	char *none = in_image ? strdup("/dev/null/none") : NULL;

	if (!none)
		return 0;
	free(*name);
	*name = none;
	return 1;
}

/* Is a character of the line there for itself, after a backslash? */
static int
is_quoted(char *line, int at)
{
	int n = 0;

	while (n < at && line[at - n - 1] == '\\')
		n++;
	return n % 2;
}

void
sh_complete_start(struct shell *sh)
{
	shell = sh;
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = " \t\n;";
	rl_basic_word_break_characters = " \t\n;";
	rl_completer_quote_characters = "'\"";
	/* Also every control character, and what bytes begin that words_quote may take for one. */
	rl_filename_quote_characters = " \t;#'\"\\$`|<>&\1\2\3\4\5\6\7\10\n\13\14\r\16\17\20\21\22\23\24\25\26\27\30\31\32"
				       "\33\34\35\36\37\177\302\342\357";
	rl_filename_quoting_function = quote;
	rl_filename_dequoting_function = unquote;
	rl_char_is_quoted_p = is_quoted;
	rl_filename_stat_hook = nowhere;
}
