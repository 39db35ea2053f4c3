/* argv.c - a command line split into words, without a shell.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "rt/buf.h"
#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/proc.h"

/* One word of *s into b; *s goes past it.  0, or -1 for an open quote. */
static int
word(const char **s, struct mg_buf *b)
{
	char quote = '\0';

	for (; **s != '\0' && (quote != '\0' || strchr(" \t\n", **s) == NULL); ++*s) {
		if (quote == '\0' && (**s == '\'' || **s == '"'))
			quote = **s;
		else if (**s == quote)
			quote = '\0';
		else if (**s == '\\' && quote != '\'' && (*s)[1] != '\0')
			mg_buf_addc(b, *++*s);
		else
			mg_buf_addc(b, **s);
	}
	return quote == '\0' ? 0 : -1;
}

char **
mg_argv_split(const char *line, struct mg_err *e)
{
	struct mg_buf b = MG_BUF(MG_MIB);
	char **argv = NULL;
	size_t n = 0, cap = 0;

	for (;;) {
		line += strspn(line, " \t\n");
		argv = mg_grow(argv, n, &cap, sizeof *argv);
		argv[n] = NULL;
		if (*line == '\0')
			break;
		if (word(&line, &b) == -1) {
			mg_fail(e, MG_USAGE, "command: a quote is not closed");
			mg_buf_free(&b);
			mg_argv_free(argv);
			return NULL;
		}
		argv[n++] = mg_buf_take(&b, NULL);
	}
	if (n == 0) {
		mg_fail(e, MG_USAGE, "command: empty");
		mg_argv_free(argv);
		return NULL;
	}
	return argv;
}

void
mg_argv_free(char **argv)
{
	char **p;

	for (p = argv; p != NULL && *p != NULL; p++)
		free(*p);
	free(argv);
}
