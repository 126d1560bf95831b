/* Command lines of gefs-sh on damaged images. An input is [base image][flags][number of mutations], mutations of
 * [block, 2 bytes][offset, 2 bytes][4 bytes], and a script in which each byte from 0x80 on stands for a word. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "../../cmd/common/words.h"
#include "../../cmd/gefs-sh/sh.h"
#include "support/explore.h"
#include "support/sparse.h"

enum { KEEP_HASHES = 1, JSON = 2, WRITE = 4, MUTATION = 8, SCRIPT_MAX = 4096, WORD_MIN = 0x80 };
enum { PATIENCE = 2 }; /* seconds: a command that is interrupted has to end */

/* What commands are about; what is not here and no command, is typed letter by letter. */
static const char *const words[] = {
	"main", "snap", "adm", "/", "..", "-", ":", "main:/", "adm:/", "main:root", "snap:root", "main:leaf[0]", "main:pivot[0]",
	"super", "super1", "arena[0]", "arena[1].1", "log[0]", "log[1,1]", "@0x4000", "@0x", "blk:", "arena:0+", "0x4000", "-1",
	".value[0].addr", ".msg[0]", ".nval", ".byte[7]", ".bytes[0,9]", "main:{up:3}", "main:{ent:0:", "snap:{snap:", "}",
	"snap:dead[1,0]", "main:/dir/len1", "#0", "@16384", "^", "x:00ff", "=main:root.nval", "&main:root", "*main:/dir", "ent:0:",
	"dat:", "label:main", "zeroes", "ones", "flip 9", "random 7", "set rehash on", "set json on", "all", "-l", "-R", "-r", "-n",
	"-name", "*", "-type d", "--snap", "free1:0x1000000", "; rehash; ", "; abort; ", "; addr ", "; print", "\n", " ", "'",
};

/* These reach for files of the host. */
static bool
leaves_the_image(const char *command)
{
	static const char *const some[] = {"get", "map", "commit", "undo"};

	for (size_t i = 0; i < sizeof some / sizeof *some; i++)
		if (strcmp(some[i], command) == 0)
			return true;
	return false;
}

static size_t
commands(void)
{
	size_t n = 0;
	while (sh_command_at(n))
		n++;
	return n;
}

static const char *
word(uint8_t byte)
{
	size_t n = commands(), i = (size_t)(byte - WORD_MIN) % (n + sizeof words / sizeof *words);
	return i < n ? sh_command_at(i)->name : words[i - n];
}

static void
write_script(const uint8_t *p, size_t size, char out[SCRIPT_MAX])
{
	size_t n = 0;

	for (; size > 0; p++, size--) {
		char letter[2] = {(char)*p, 0};
		const char *add = *p >= WORD_MIN ? word(*p) : *p ? letter : "\n";
		bool command = *p >= WORD_MIN && sh_command_find(add);
		if (n + strlen(add) + 2 > SCRIPT_MAX)
			break;
		n += (size_t)sprintf(out + n, "%s%s", add, command ? " " : "");
	}
	out[n] = 0;
}

static void
run_script(struct shell *sh, const char *text)
{
	struct itimerval patience = {.it_value = {.tv_sec = PATIENCE}};
	struct words w;

	for (size_t at = 0; text[at] && !sh->leave; at = w.next) {
		bool ok = words_split(text, at, &w);
		size_t next = ok ? w.next : at + strcspn(text + at, "\n") + 1;
		setitimer(ITIMER_REAL, &patience, NULL);
		if (ok && w.n && !leaves_the_image(w.word[0]))
			sh_run(sh, w.word);
		words_free(&w);
		w.next = next < strlen(text) ? next : strlen(text);
	}
	setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {.tv_sec = 0}}, NULL);
}

/* What commands say is for nobody. */
static void
be_silent(void)
{
	static bool silent;

	if (silent)
		return;
	silent = true;
	signal(SIGALRM, interrupt_note);
	stdout = fopen("/dev/null", "w");
	stderr = stdout;
	if (!stdout)
		abort();
}

static unsigned
mutate(struct sparse *s, const uint8_t **p, size_t *size)
{
	unsigned flags = (*p)[0], n = (*p)[1] % 8, blksz = gefs_block_size(s->img);

	*p += 2;
	*size -= 2;
	for (; n > 0 && *size >= MUTATION; n--, *p += MUTATION, *size -= MUTATION)
		sparse_write(s, sparse_addr(s, be16(*p) % s->n), be16(*p + 2) % blksz, *p + 4, 4);
	if (!(flags & KEEP_HASHES))
		gefs_edit_rehash(s->edit, NULL);
	return flags;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse *s = sparse_choose(&data, &size);
	static char script[SCRIPT_MAX];
	struct shell sh = {.image = "fuzz.img"};

	if (!s || size < 2)
		return 0;
	be_silent();
	unsigned flags = mutate(s, &data, &size);
	sh.json = flags & JSON;
	sh.write = sh.expert = flags & WRITE;
	sh.open = (gefs_options){.super = -1, .jobs = 1};
	sh.base = gefs_edit_view(s->edit, &sh.open, NULL);
	if (!sh.base)
		return 0;
	write_script(data, size, script);
	if (shell_start(&sh, NULL) < 0)
		run_script(&sh, script);
	shell_close(&sh);
	return 0;
}
