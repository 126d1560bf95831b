/* Names that readers of pax archives take as they are. */
#include <string.h>

#include "archive/header.h"

/* Text that is in Unicode's normalization form C, whatever stands beside it: not all of it, but most that is in use.
 * libarchive puts other names into that form when it reads them, which makes two names one. */
static const struct {
	uint32_t from, to;
} composed[] = {
	{0x20, 0x7e},     {0xa0, 0x2ff},     {0x375, 0x37d},     {0x37f, 0x386},     {0x388, 0x482},
	{0x48a, 0x58f},   {0x5d0, 0x5ea},    {0x2010, 0x2027},   {0x20a0, 0x20bf},   {0x2190, 0x2328},
	{0x2500, 0x27bf}, {0x3041, 0x3098},  {0x309b, 0x30ff},   {0x3400, 0x9fff},   {0xac00, 0xd7a3},
	{0xff01, 0xffee}, {0x1f300, 0x1faff},
};

static bool
is_composed(uint32_t rune)
{
	for (size_t i = 0; i < sizeof composed / sizeof *composed; i++)
		if (rune >= composed[i].from && rune <= composed[i].to)
			return true;
	return rune < 0x20;
}

bool
charset_stays(const char *name)
{
	const uint8_t *p = (const uint8_t *)name;
	size_t n = strlen(name), len;
	uint32_t rune;

	for (; n; p += len, n -= len)
		if ((len = gefs_utf8_next(p, n, &rune)) == 0 || !is_composed(rune))
			return false;
	return true;
}
