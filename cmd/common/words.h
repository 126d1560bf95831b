/* A line of a script as commands and words, quoted as in sh(1), with nothing expanded. */
#ifndef COMMON_WORDS_H
#define COMMON_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
	char **word; /* NULL at the end */
	size_t n, cap;
	size_t next;         /* where the next command of the line begins */
	const char *problem; /* why the line cannot be split */
	/* For completion: how the last word stands at the end of the line. */
	size_t last;         /* where it begins; the length of the line, if a new one would begin there */
	char quote;          /* it is inside these quotes: ', ", $ for $'; 0: none */
};

/* Splits the command that begins at `from`; a command ends with ; or a newline. Quotes are '...', "..." and
 * $'...' (with \n, \t, \xNN, \\, \'), a backslash takes the next byte as it is, # begins a comment, and what would be a
 * redirection or a pipe in sh is a problem. False when the line is wrong (problem), or memory is short. words_free is
 * needed in any case. */
bool words_split(const char *line, size_t from, struct words *);
void words_free(struct words *);

/* The word in quotes as words_split takes it, if it needs any; free it. */
char *words_quote(const char *word);

#endif
