#include "options.h"

#include <stdarg.h>
#include <string.h>

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

bool
parse_size(const char *text, uint64_t *out)
{
	static const char suffix[] = "KMGT";
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	int base = hex ? 16 : 10;
	const char *p = text + (hex ? 2 : 0);
	uint64_t v = 0;

	if (digit(*p) >= base)
		return false;
	for (; digit(*p) < base; p++)
		if (__builtin_mul_overflow(v, (uint64_t)base, &v) || __builtin_add_overflow(v, (uint64_t)digit(*p), &v))
			return false;
	if (*p) {
		const char *s = strchr(suffix, *p >= 'a' ? *p - 'a' + 'A' : *p);
		unsigned shift = s ? 10 * (unsigned)(s - suffix + 1) : 0;
		if (!s || p[1] || v > UINT64_MAX >> shift)
			return false;
		v <<= shift;
	}
	*out = v;
	return true;
}

bool
option_offset(const char *text, gefs_options *o)
{
	if (parse_size(text, &o->offset))
		return true;
	complain("--offset: \"%s\" is no number of bytes, like 1048576, 0x100000 or 1M", text);
	return false;
}

bool
option_super(const char *text, gefs_options *o)
{
	if (strcmp(text, "auto") == 0)
		o->super = -1;
	else if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0)
		o->super = text[0] - '0';
	else
		return complain("--super: \"%s\" is none of auto, 0 (the first copy) and 1 (the last one)", text), false;
	return true;
}

bool
option_format(const char *text, gefs_options *o)
{
	char names[128];

	o->format = text;
	if (gefs_format_known(text))
		return true;
	complain("--format: \"%s\" is none of %s", text, gefs_format_names(names, sizeof names));
	return false;
}

bool
option_jobs(const char *text, gefs_options *o)
{
	uint64_t n;
	if (!parse_size(text, &n) || n < 1 || n > 256)
		return complain("--jobs: \"%s\" is no number from 1 to 256", text), false;
	o->jobs = (unsigned)n;
	return true;
}

int
wrong_usage(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	complain("%s; try %s --help", text, program);
	return EXIT_USAGE;
}
