/* A line for each file that get has copied. */
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "get.h"

static void
tell_text(const struct got *g)
{
	const char *state = g->omitted ? ": left out" : g->damaged ? ": DAMAGED" : "";
	char size[32];

	if (g->entry.is_dir && !*state)
		return; /* what was changed is told besides */
	print_bytes(g->path, strlen(g->path));
	if (!g->entry.is_dir) {
		fputs(" -> ", stdout);
		print_bytes(g->to, strlen(g->to));
		printf(" (%s)", human_size(g->entry.length, size));
	}
	puts(state);
}

static void
notes_json(const struct got *g, struct json *j)
{
	json_array(j, "notes");
	for (size_t i = 0; i < g->nnote; i++)
		json_string(j, NULL, g->note[i]);
	json_array_end(j);
}

static void
file_json(const struct got *g, const struct evidence *ev, struct json *j)
{
	json_bytes(j, "to", g->to, strlen(g->to));
	json_uint(j, "length", g->entry.length);
	json_bool(j, "copied", !g->omitted);
	if (!g->omitted)
		evidence_json(ev, j);
}

static void
tell_json(struct shell *sh, const struct place *from, const struct got *g)
{
	struct evidence ev = {.nlost = 0};
	struct json j;

	if (!g->omitted && !g->entry.is_dir && !evidence_read(sh, &from->tree, &g->entry, &ev)) {
		evidence_free(&ev);
		return;
	}
	json_begin(&j, stdout);
	json_string(&j, "snapshot", from->label);
	json_bytes(&j, "path", g->path, strlen(g->path));
	if (!g->entry.is_dir)
		file_json(g, &ev, &j);
	notes_json(g, &j);
	json_end(&j);
	evidence_free(&ev);
}

void
got_tell(struct shell *sh, const struct place *from, const struct got *g)
{
	if (sh->json)
		tell_json(sh, from, g);
	else
		tell_text(g);
}

bool
got_set(struct got *g, const char *path, const char *to, const gefs_dirent *entry)
{
	*g = (struct got){.path = strdup(path), .to = strdup(to), .entry = *entry};
	g->entry.name = (gefs_bytes){NULL, 0}; /* whose bytes may go away */
	if (g->path && g->to)
		return true;
	complain("out of memory");
	got_free(g);
	return false;
}

void
got_note(struct got *g, const char *text)
{
	char **more = realloc(g->note, (g->nnote + 1) * sizeof *more);

	if (!more)
		return;
	g->note = more;
	if ((g->note[g->nnote] = strdup(text)))
		g->nnote++;
}

void
got_free(struct got *g)
{
	free(g->path);
	free(g->to);
	while (g->nnote > 0)
		free(g->note[--g->nnote]);
	free(g->note);
	*g = (struct got){.path = NULL};
}
