/* Each name gets the smallest one behind that of the name before it. If any replacement in order is possible with some
 * letters, this one is: it leaves the most room for those that follow. With all bytes that names have it always is, because
 * the names themselves are a solution. */
#include "hide/renaming.h"

struct letters {
	uint8_t v[256]; /* ascending */
	size_t n;
};

/* The first letter behind c; -1: none. */
static int
letter_after(const struct letters *a, uint8_t c)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i] > c)
			return a->v[i];
	return -1;
}

/* How many bytes a name begins with that are letters. */
static size_t
leading(const struct letters *a, const uint8_t *p, size_t n)
{
	size_t k = 0;

	while (k < n && memchr(a->v, p[k], a->n))
		k++;
	return k;
}

/* The smallest string of n letters behind `before`. */
static bool
next_name(const struct letters *a, gefs_bytes before, uint8_t *out, size_t n)
{
	size_t common = before.n < n ? before.n : n;
	size_t k = leading(a, before.p, common);

	if (k == before.n && before.n < n) { /* longer ones stand behind what they begin with */
		if (k)
			memcpy(out, before.p, k);
		memset(out + k, a->v[0], n - k);
		return true;
	}
	for (size_t i = k < common ? k + 1 : common; i-- > 0;) {
		int c = letter_after(a, before.p[i]);
		if (c < 0)
			continue;
		memcpy(out, before.p, i);
		out[i] = (uint8_t)c;
		memset(out + i + 1, a->v[0], n - i - 1);
		return true;
	}
	return false;
}

static bool
assign(const struct letters *a, struct name *v, size_t count)
{
	gefs_bytes before = {NULL, 0};

	for (size_t i = 0; i < count; i++) {
		gefs_bytes new = {v[i].new, v[i].n};
		if (v[i].stays) {
			memcpy(v[i].new, v[i].old, v[i].n);
			if (bytes_cmp(before, new) >= 0)
				return false;
		} else if (!next_name(a, before, v[i].new, v[i].n)) {
			return false;
		}
		before = new;
	}
	return true;
}

/* Both old and new names ascend. */
static bool
any_shared(const struct name *v, size_t count)
{
	for (size_t i = 0, k = 0; i < count && k < count;) {
		int c = bytes_cmp((gefs_bytes){v[i].old, v[i].n}, (gefs_bytes){v[k].new, v[k].n});
		if (c == 0 && !(v[i].stays && i == k))
			return true;
		i += c <= 0;
		k += c >= 0;
	}
	return false;
}

static bool
any_kept(const struct name *v, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!v[i].stays && memcmp(v[i].old, v[i].new, v[i].n) == 0)
			return true;
	return false;
}

static struct letters
letters_of(const char *text)
{
	struct letters a = {.n = strlen(text)};
	memcpy(a.v, text, a.n);
	return a;
}

static struct letters
letters_all(const char *never)
{
	struct letters a = {.n = 0};

	for (int c = 0x20; c < 0x100; c++)
		if (c != 0x7f && !strchr(never, c))
			a.v[a.n++] = (uint8_t)c;
	return a;
}

bool
renaming(struct name *v, size_t count, const char *never)
{
	/* Without vowels nothing looks like a word. */
	const struct letters choice[] = {
		letters_of("bcdfghjklmnpqrstvwxz"),
		letters_of("BCDFGHJKLMNPQRSTVWXZ"),
		letters_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
		letters_all(never),
	};

	for (int strict = 2; strict >= 0; strict--)
		for (size_t i = 0; i < sizeof choice / sizeof *choice; i++)
			if (assign(&choice[i], v, count) && !(strict == 2 && any_shared(v, count)) &&
			    !(strict == 1 && any_kept(v, count)))
				return true;
	return false;
}
