/* Replays inputs without a fuzzer: TARGET FILE... */
#include "explore.h"

#include <stdio.h>
#include <stdlib.h>

static int
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	long n = -1;
	uint8_t *p = NULL;

	if (f && fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0)
		p = malloc(n ? (size_t)n : 1);
	bool ok = p && fread(p, 1, (size_t)n, f) == (size_t)n;
	if (ok)
		LLVMFuzzerTestOneInput(p, (size_t)n);
	else
		perror(path);
	free(p);
	if (f)
		fclose(f);
	return ok;
}

int
main(int argc, char **argv)
{
	int bad = 0;
	for (int i = 1; i < argc; i++)
		bad += !replay(argv[i]);
	return bad != 0;
}
