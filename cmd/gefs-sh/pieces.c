#include <string.h>

#include "../views/view.h"
#include "around.h"

static void
begin(const struct pieces *p, struct json *j)
{
	const char *path = p->target->place.path;

	json_begin(j, stdout);
	json_bytes(j, "path", path, strlen(path));
	json_uint(j, "offset", p->at);
}

static int
piece(void *arg, const uint8_t *data, size_t n)
{
	struct pieces *p = arg;
	struct json j;

	begin(p, &j);
	json_hex(&j, "data_hex", data, n);
	json_end(&j);
	p->at += n;
	return should_stop();
}

/* A hole may be longer than anybody can write down. */
static int
hole(void *arg, uint64_t n)
{
	struct pieces *p = arg;
	struct json j;

	begin(p, &j);
	json_uint(&j, "zeros", n);
	json_end(&j);
	p->at += n;
	return should_stop();
}

struct contents_sink
pieces_sink(struct pieces *p)
{
	return (struct contents_sink){piece, hole, p};
}
