/* dotenv.c - ./.env into the environment.
 * SPDX-License-Identifier: MIT
 *
 * Two dialects meet here: MassGen v0.0.24's (any quotes at either end are stripped, nothing
 * else means anything) and that of the usual dotenv readers (export, quoted values, comments). */
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "rt/bounds.h"
#include "rt/buf.h"
#include "rt/mem.h"

/* A file in whatever folder somebody stands in must not decide what code is loaded. */
static int
dangerous(const char *name)
{
	static const char *const never[] = { "BASH_ENV", "ENV", "IFS", "PYTHONPATH", "PYTHONSTARTUP",
		"PERL5OPT", "PERL5LIB", "RUBYOPT", "NODE_OPTIONS", NULL };
	int i;

	if (strncmp(name, "LD_", 3) == 0 || strncmp(name, "DYLD_", 5) == 0)
		return 1;
	for (i = 0; never[i] != NULL; i++)
		if (strcmp(name, never[i]) == 0)
			return 1;
	return 0;
}

/* The value that begins with a quote, in place; NULL: the quote is not closed. */
static char *
quoted(char *s)
{
	char quote = *s, *from = s + 1, *to = s;

	for (; *from != quote; from++) {
		if (*from == '\0')
			return NULL;
		if (quote == '"' && *from == '\\' && from[1] != '\0' &&
		    strchr("\"\\n$", from[1]) != NULL) {
			from++;
			*to++ = *from == 'n' ? '\n' : *from;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return s;
}

static char *
plain(char *s)
{
	char *c;
	size_t n;

	for (c = s; *c != '\0'; c++)	/* a comment needs a blank before it: keys may hold a # */
		if (*c == '#' && (c == s || c[-1] == ' ' || c[-1] == '\t'))
			break;
	*c = '\0';
	s += strspn(s, " \t\"'");
	for (n = strlen(s); n > 0 && strchr(" \t\r\"'", s[n - 1]) != NULL;)
		s[--n] = '\0';
	return s;
}

static void
one_line(char *s)
{
	char *eq, *end, *value, *copy, *v;

	s += strspn(s, " \t\r");
	if (strncmp(s, "export", 6) == 0 && (s[6] == ' ' || s[6] == '\t'))
		s += 7 + strspn(s + 7, " \t");
	if (*s == '#' || (eq = strchr(s, '=')) == NULL)
		return;
	for (end = eq; end > s && (end[-1] == ' ' || end[-1] == '\t'); end--)
		;
	*end = '\0';
	if (!isalpha((unsigned char)*s) && *s != '_')
		return;
	for (v = s; *v != '\0'; v++)
		if (!isalnum((unsigned char)*v) && *v != '_')
			return;
	value = eq + 1 + strspn(eq + 1, " \t");
	copy = mg_strdup(value);
	v = *value == '"' || *value == '\'' ? quoted(value) : NULL;
	if (v == NULL)
		v = plain(copy);
	if (v != NULL && !dangerous(s))
		setenv(s, v, 0);	/* what is set wins; it fails for want of memory alone */
	free(copy);
}

void
mg_config_dotenv(void)
{
	/* a folder or a FIFO of that name is somebody else's */
	int fd = open(".env", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct mg_buf b = MG_BUF(MG_MIB);
	struct stat st;
	char piece[4096], *line, *p;
	ssize_t n = 0;

	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		while ((n = read(fd, piece, sizeof piece)) > 0 && mg_buf_add(&b, piece, (size_t)n) == 0)
			;
	close(fd);
	/* from the last line to the first: the later one wins, and neither touches what was set */
	while (b.len > 0) {
		for (p = b.p + b.len; p > b.p && p[-1] != '\n'; p--)
			;
		line = p;
		one_line(line);
		b.len = p > b.p ? (size_t)(p - b.p) - 1 : 0;
		b.p[b.len] = '\0';
	}
	explicit_bzero(piece, sizeof piece);
	mg_buf_free(&b);
}
