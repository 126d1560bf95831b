/* Splitting lines into words, and quoting words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "words.h"

/* The words joined by |, of the command at *from, which moves on. */
static const char *
split(const char *line, size_t *from)
{
	static char text[200];
	struct words w;
	bool ok = words_split(line, *from, &w);

	strcpy(text, ok ? "" : "!");
	if (!ok)
		strcat(text, w.problem);
	for (size_t i = 0; ok && i < w.n; i++) {
		strcat(text, i ? "|" : "");
		strcat(text, w.word[i]);
	}
	assert_true(w.n == 0 || w.word[w.n] == NULL);
	*from = w.next;
	words_free(&w);
	return text;
}

static const char *
first(const char *line)
{
	size_t from = 0;
	return split(line, &from);
}

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(first(""), "");
	assert_string_equal(first("  \t "), "");
	assert_string_equal(first("ls -l  /a"), "ls|-l|/a");
	assert_string_equal(first("ls # and more"), "ls");
	assert_string_equal(first("a#b c"), "a#b|c");
	assert_string_equal(first("echo 'a b'\"c d\"e"), "echo|a bc de");
	assert_string_equal(first("echo '' \"\""), "echo||");
	assert_string_equal(first("echo a\\ b \\# \\' \\\\"), "echo|a b|#|'|\\");
	assert_string_equal(first("echo \"\\\"\\\\\\$\\n\""), "echo|\"\\$\\n");
	assert_string_equal(first("echo a\\\nb \\\n c"), "echo|ab||c");
	assert_string_equal(first("ls -l\r\nls"), "ls|-l");
	assert_string_equal(first("echo $'a\\x41\\n\\'b'"), "echo|aA\n'b");
	assert_string_equal(first("set a.b &main:root a>b"), "set|a.b|&main:root|a>b");
	/* Nothing is expanded. */
	assert_string_equal(first("echo * ~ $HOME `x` {a,b} !!"), "echo|*|~|$HOME|`x`|{a,b}|!!");
}

static void
test_commands(void **state)
{
	const char *line = "a 1; b '2;3';;\nc # d; e\nf";
	size_t from = 0;

	(void)state;
	assert_string_equal(split(line, &from), "a|1");
	assert_string_equal(split(line, &from), "b|2;3");
	assert_string_equal(split(line, &from), "");
	assert_string_equal(split(line, &from), "");
	assert_string_equal(split(line, &from), "c");
	assert_string_equal(split(line, &from), "f");
	assert_int_equal(from, strlen(line));
}

static void
test_problems(void **state)
{
	(void)state;
	assert_string_equal(first("echo 'a"), "!a ' is not closed");
	assert_string_equal(first("echo \"a\\\""), "!a \" is not closed");
	assert_string_equal(first("echo $'a"), "!a $' is not closed");
	assert_string_equal(first("echo a\\"), "!nothing follows the \\");
	assert_string_equal(first("echo $'\\x00'"), "!\\x00 cannot be in a word");
	assert_string_equal(first("echo $'\\q'"), "!in $'...' a backslash goes with n, t, r, xNN, \\, ' or \"");
	assert_string_equal(first("sleep 1 &"), "!there are no pipes and redirections; put | < > & in quotes");
	assert_string_equal(first("ls | less"), "!there are no pipes and redirections; put | < > & in quotes");
}

/* Whatever is quoted comes back as it was. */
static void
test_quote(void **state)
{
	static const char *const some[] = {"a",     "",    "a b",	"it's", "'",	   "\\",    "#x",  "a;b", "$x", "\x01\xff'\\",
					   "gr\xc3\xbc\xc3\x9f", "\n", "a|b",	"\"",   "~", "*", "a\nabort", "\x1b[1m", "\xc2\x9b", "\xe2\x80\xae"};

	(void)state;
	for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
		char *q = words_quote(some[i]);
		assert_string_equal(first(q), some[i]);
		free(q);
	}
	char *plain = words_quote("a*b~");
	assert_string_equal(plain, "a*b~");
	free(plain);
}

/* How the last word stands, for completion. */
static void
test_last(void **state)
{
	struct words w;

	(void)state;
	assert_true(words_split("ls /a", 0, &w));
	assert_int_equal(w.last, 3);
	words_free(&w);
	assert_true(words_split("ls ", 0, &w));
	assert_int_equal(w.last, 3);
	assert_int_equal(w.n, 1);
	words_free(&w);
	assert_false(words_split("ls 'a b", 0, &w));
	assert_int_equal(w.last, 3);
	assert_int_equal(w.quote, '\'');
	words_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_last),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
