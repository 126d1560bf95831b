#include "words.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

struct split {
	const char *p;
	char *out; /* the word being read; as long as the line is, it always has room */
	size_t n;
	struct words *w;
};

static bool
fail(struct split *s, const char *why)
{
	s->w->problem = why;
	return false;
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *p = c ? strchr(digits, c | 0x20) : NULL;
	return p ? (int)(p - digits) : -1;
}

static bool
single_quoted(struct split *s)
{
	s->w->quote = '\'';
	for (s->p++; *s->p && *s->p != '\''; s->p++)
		s->out[s->n++] = *s->p;
	if (!*s->p)
		return fail(s, "a ' is not closed");
	s->p++;
	s->w->quote = 0;
	return true;
}

static bool
double_quoted(struct split *s)
{
	s->w->quote = '"';
	for (s->p++; *s->p && *s->p != '"'; s->p++) {
		if (*s->p == '\\' && s->p[1] && strchr("\"\\$`", s->p[1]))
			s->p++;
		s->out[s->n++] = *s->p;
	}
	if (!*s->p)
		return fail(s, "a \" is not closed");
	s->p++;
	s->w->quote = 0;
	return true;
}

/* After the backslash in $'...'. */
static bool
escaped(struct split *s)
{
	static const char from[] = "ntr\\'\"", to[] = "\n\t\r\\'\"";
	const char *known = *s->p ? strchr(from, *s->p) : NULL;

	if (*s->p == 'x' && hex_digit(s->p[1]) >= 0 && hex_digit(s->p[2]) >= 0) {
		int byte = hex_digit(s->p[1]) << 4 | hex_digit(s->p[2]);
		if (byte == 0)
			return fail(s, "\\x00 cannot be in a word");
		s->out[s->n++] = (char)byte;
		s->p += 2;
		return true;
	}
	if (!known)
		return fail(s, "in $'...' a backslash goes with n, t, r, xNN, \\, ' or \"");
	s->out[s->n++] = to[known - from];
	return true;
}

static bool
escape_quoted(struct split *s)
{
	s->w->quote = '$';
	for (s->p += 2; *s->p && *s->p != '\''; s->p++) {
		if (*s->p != '\\') {
			s->out[s->n++] = *s->p;
			continue;
		}
		s->p++;
		if (!escaped(s))
			return false;
	}
	if (!*s->p)
		return fail(s, "a $' is not closed");
	s->p++;
	s->w->quote = 0;
	return true;
}

static bool
piece(struct split *s)
{
	switch (*s->p) {
	case '\'':
		return single_quoted(s);
	case '"':
		return double_quoted(s);
	case '\\':
		if (!s->p[1])
			return fail(s, "nothing follows the \\");
		if (s->p[1] == '\n') { /* the line goes on */
			s->p += 2;
			return true;
		}
		s->out[s->n++] = s->p[1];
		s->p += 2;
		return true;
	case '$':
		if (s->p[1] == '\'')
			return escape_quoted(s);
		break;
	}
	s->out[s->n++] = *s->p++;
	return true;
}

static bool
push(struct split *s)
{
	struct words *w = s->w;

	if (w->n + 1 >= w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 16;
		char **word = realloc(w->word, cap * sizeof *word);
		if (!word)
			return fail(s, "out of memory");
		w->word = word;
		w->cap = cap;
	}
	w->word[w->n] = strndup(s->out, s->n);
	if (!w->word[w->n])
		return fail(s, "out of memory");
	w->word[++w->n] = NULL;
	return true;
}

/* What sh would take for a pipe or a redirection; inside of words they are nothing special here. */
static bool
redirects(const char *p)
{
	return strchr("|<>", *p) || (*p == '&' && (!p[1] || strchr(" \t\r\n;&", p[1])));
}

/* Lines may end as those of other systems do. */
static bool
ends_word(const char *p)
{
	return !*p || strchr(" \t\n;", *p) || (*p == '\r' && (!p[1] || p[1] == '\n'));
}

static bool
one_word(struct split *s, const char *line)
{
	s->w->last = (size_t)(s->p - line);
	s->n = 0;
	if (redirects(s->p))
		return fail(s, "there are no pipes and redirections; put | < > & in quotes");
	while (!ends_word(s->p))
		if (!piece(s))
			return false;
	return push(s);
}

bool
words_split(const char *line, size_t from, struct words *w)
{
	struct split s = {.p = line + from, .out = malloc(strlen(line) + 1), .w = w};
	bool ok = true;

	*w = (struct words){.n = 0};
	if (!s.out)
		return fail(&s, "out of memory");
	while (ok) {
		size_t blanks = strspn(s.p, " \t\r");
		s.p += blanks;
		if (blanks || w->n == 0)
			w->last = (size_t)(s.p - line);
		if (*s.p == '#')
			s.p += strcspn(s.p, "\n");
		if (!*s.p || *s.p == ';' || *s.p == '\n')
			break;
		ok = one_word(&s, line);
	}
	w->next = (size_t)(s.p - line) + (*s.p ? 1 : 0);
	free(s.out);
	return ok;
}

void
words_free(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->word[i]);
	free(w->word);
	*w = (struct words){.n = 0};
}

char *
words_quote(const char *word)
{
	bool escape = !is_printable(word); /* bytes that a terminal does not show as they are */
	char *out = malloc(4 * strlen(word) + 4), *p = out;

	if (!out)
		return NULL;
	if (*word && !escape && !strpbrk(word, " \t;#'\"\\$`|<>&"))
		return strcpy(out, word);
	p = stpcpy(p, escape ? "$'" : "'");
	for (; *word; word++) {
		bool plain = (uint8_t)*word >= 0x20 && (uint8_t)*word < 0x7f;
		if (escape && !plain)
			p += sprintf(p, "\\x%02x", (uint8_t)*word);
		else if (escape && (*word == '\'' || *word == '\\'))
			p += sprintf(p, "\\%c", *word);
		else if (*word == '\'')
			p = stpcpy(p, "'\\''");
		else
			*p++ = *word;
	}
	strcpy(p, "'");
	return out;
}
