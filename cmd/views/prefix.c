#include "prefix.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../common/common.h"

/* In the order of gefs_key_kind. */
static const struct {
	const char *name;
	bool text; /* a name follows the type, not a number */
} types[] = {{"dat", false},  {"ent", false},   {"up", false},  {"label", true},
	     {"snap", false}, {"dlist", false}, {"conf", true}};

static bool
parse_hex(const char *text, struct prefix *p)
{
	size_t n = strlen(text);

	if (n % 2 || n == 0 || n / 2 > sizeof p->bytes)
		return false;
	for (size_t i = 0; i < n; i += 2) {
		char two[3] = {text[i], text[i + 1], 0};
		if (!isxdigit((unsigned char)two[0]) || !isxdigit((unsigned char)two[1]))
			return false;
		p->bytes[i / 2] = (uint8_t)strtoul(two, NULL, 16);
	}
	p->raw = true;
	p->n = n / 2;
	return true;
}

static bool
parse_rest(const char *text, bool is_name, struct prefix *p)
{
	size_t n = strlen(text);

	if (is_name) {
		if (n > sizeof p->bytes - 1)
			return false;
		memcpy(p->bytes, text, n);
		p->n = n;
		return true;
	}
	p->number = UINT64_MAX;
	p->has_number = n > 0;
	return n == 0 || strcmp(text, "-1") == 0 || parse_size(text, &p->number);
}

bool
prefix_parse(const char *text, struct prefix *p)
{
	const char *colon = strchr(text, ':');

	*p = (struct prefix){.raw = false};
	if (!colon)
		return parse_hex(text, p);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strlen(types[i].name) != (size_t)(colon - text) || memcmp(types[i].name, text, (size_t)(colon - text)))
			continue;
		p->kind = (gefs_key_kind)i;
		return parse_rest(colon + 1, types[i].text, p);
	}
	return false;
}

bool
prefix_resolve(const gefs_image *img, struct prefix *p)
{
	uint8_t key[GEFS_KEY_MAX];

	if (p->raw)
		return true;
	size_t n = gefs_key_prefix(img, p->kind, p->has_number, p->number, key);
	if (n == 0)
		return false;
	if (types[p->kind].text) {
		memmove(p->bytes + 1, p->bytes, p->n);
		p->bytes[0] = key[0];
		p->n++;
	} else {
		memcpy(p->bytes, key, n);
		p->n = n;
	}
	return true;
}
