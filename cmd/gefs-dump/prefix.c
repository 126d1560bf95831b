#include "prefix.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../common/common.h"

static const struct {
	const char *name;
	bool text; /* a name follows the type, not a number */
} types[] = {{"dat", false},  {"ent", false},   {"up", false},  {"label", true},
	     {"snap", false}, {"dlist", false}, {"conf", true}};

static bool
parse_hex(const char *text, uint8_t *out, size_t size, size_t *len)
{
	size_t n = strlen(text);

	if (n % 2 || n == 0 || n / 2 > size)
		return false;
	for (size_t i = 0; i < n; i += 2) {
		char two[3] = {text[i], text[i + 1], 0};
		if (!isxdigit((unsigned char)two[0]) || !isxdigit((unsigned char)two[1]))
			return false;
		out[i / 2] = (uint8_t)strtoul(two, NULL, 16);
	}
	*len = n / 2;
	return true;
}

static bool
parse_rest(const char *text, bool is_name, uint8_t *out, size_t size, size_t *len)
{
	uint64_t number = UINT64_MAX;
	size_t n = strlen(text);

	if (n == 0)
		return true;
	if (is_name) {
		if (n > size - 1)
			return false;
		memcpy(out + 1, text, n);
		*len = 1 + n;
		return true;
	}
	if (strcmp(text, "-1") != 0 && !parse_size(text, &number))
		return false;
	for (int i = 0; i < 8; i++)
		out[1 + i] = (uint8_t)(number >> (56 - 8 * i));
	*len = 9;
	return true;
}

bool
parse_prefix(const char *text, uint8_t *out, size_t size, size_t *len)
{
	const char *colon = strchr(text, ':');

	if (!colon)
		return parse_hex(text, out, size, len);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strlen(types[i].name) != (size_t)(colon - text) || memcmp(types[i].name, text, (size_t)(colon - text)))
			continue;
		out[0] = (uint8_t)i;
		*len = 1;
		return parse_rest(colon + 1, types[i].text, out, size, len);
	}
	return false;
}
