/* err.c - errors as values, and one line on stderr for each that matters.
 * SPDX-License-Identifier: MIT */
#include "rt/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *progname = "mg";

void
mg_setprogname(const char *name)
{
	const char *slash = strrchr(name, '/');

	progname = slash != NULL ? slash + 1 : name;
}

const char *
mg_progname(void)
{
	return progname;
}

int
mg_fail(struct mg_err *e, enum mg_exit code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);	/* cut where too long: it is a message */
	va_end(ap);
	return -1;
}

static void
say(const char *fmt, va_list ap)
{
	char line[1024];
	size_t n, i;
	int len;

	len = snprintf(line, sizeof line - 1, "%s: ", progname);
	n = (size_t)len;
	len = vsnprintf(line + n, sizeof line - 1 - n, fmt, ap);
	if (len > 0)
		n += (size_t)len;
	if (n > sizeof line - 2)
		n = sizeof line - 2;
	for (i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = line[i] == '\n' || line[i] == '\t' ? ' ' : '?';
	line[n++] = '\n';
	while (write(2, line, n) == -1 && errno == EINTR)
		;	/* where stderr is gone there is nobody to tell */
}

void
mg_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

_Noreturn void
mg_die(const struct mg_err *e)
{
	mg_warn("%s", e->msg);
	exit(e->code);
}

_Noreturn void
mg_quit(enum mg_exit code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	exit(code);
}
