/* opt.c - one table of options, four readers.
 * SPDX-License-Identifier: MIT */
#include "rt/opt.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/err.h"
#include "rt/write.h"

#define MAX_OPTS 64

#ifndef MG_LINKED	/* the static build says which libraries, and in which versions */
#define MG_LINKED "the shared libraries of this system (ldd shows them)"
#endif

enum { OPT_HELP = 10000, OPT_VERSION, OPT_DUMP };

void
mg_start(const struct mg_cmd *c, char *argv[])
{
	int fd;

	(void)argv;
	do	/* a file that opens as 2 would swallow the first error message */
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 3);
	if (fd >= 3)
		close(fd);
	mg_setprogname(c->name);
}

static void
finish(void)
{
	struct mg_err e;

	if (mg_stdout_close(&e) == -1)
		mg_die(&e);
	exit(MG_OK);
}

static void
print_help(const struct mg_cmd *c)
{
	const struct mg_opt *o;
	char left[64];
	int n;

	printf("usage: %s [options]%s%s\n\n%s\n\n", c->name,
	    *c->operands != '\0' ? " " : "", c->operands, c->about);
	for (o = c->opt; o->name != NULL; o++) {
		n = o->key < 256 ? snprintf(left, sizeof left, "-%c, --%s", o->key, o->name)
				 : snprintf(left, sizeof left, "    --%s", o->name);
		if (o->arg != NULL && n > 0 && (size_t)n < sizeof left)
			snprintf(left + n, sizeof left - (size_t)n, "=%s", o->arg);
		printf("  %-30s %s\n", left, o->help);
	}
	printf("  %-30s %s\n  %-30s %s\n", "    --help", "show this and exit",
	    "    --version", "show the version and exit");
	printf("\nThe manual: man %.*s\n", (int)strcspn(c->name, " "), c->name);
	finish();
}

/* Letter, name, argument, help: tab-separated, for completions and tests. */
static void
dump_options(const struct mg_cmd *c)
{
	const struct mg_opt *o;

	for (o = c->opt; o->name != NULL; o++) {
		if (o->key < 256)
			putchar(o->key);
		printf("\t%s\t%s\t%s\n", o->name, o->arg != NULL ? o->arg : "", o->help);
	}
	printf("\thelp\t\tshow this and exit\n\tversion\t\tshow the version and exit\n");
	finish();
}

/* With -v anywhere beside it: what is linked, too. */
static void
print_version(const struct mg_cmd *c, int argc, char *argv[])
{
	int i, verbose = 0;

	for (i = 1; i < argc; i++)
		verbose |= strcmp(argv[i], "-v") == 0 || strcmp(argv[i], "--verbose") == 0;
	printf("%.*s %s\n", (int)strcspn(c->name, " "), c->name, MG_VERSION);
	if (verbose)
		printf("linked with %s\n", MG_LINKED);
	finish();
}

static void
fill(const struct mg_cmd *c, int stop, struct option *lo, char *so)
{
	const struct mg_opt *o;
	size_t n = 0;

	if (stop)
		*so++ = '+';
	*so++ = ':';	/* we word the complaints */
	for (o = c->opt; o->name != NULL && n < MAX_OPTS - 4; o++, n++) {
		lo[n] = (struct option){ o->name, o->arg != NULL, NULL, o->key };
		if (o->key < 256) {
			*so++ = (char)o->key;
			if (o->arg != NULL)
				*so++ = ':';
		}
	}
	*so = '\0';
	lo[n++] = (struct option){ "help", 0, NULL, OPT_HELP };
	lo[n++] = (struct option){ "version", 0, NULL, OPT_VERSION };
	lo[n++] = (struct option){ "dump-options", 0, NULL, OPT_DUMP };
	lo[n] = (struct option){ 0 };
}

int
mg_getopt(const struct mg_cmd *c, int argc, char *argv[], int stop)
{
	struct option lo[MAX_OPTS];
	char so[2 * MAX_OPTS + 3];
	int k;

	fill(c, stop, lo, so);
	opterr = 0;
	switch (k = getopt_long(argc, argv, so, lo, NULL)) {
	case OPT_HELP:
		print_help(c);
		break;
	case OPT_VERSION:
		print_version(c, argc, argv);
		break;
	case OPT_DUMP:
		dump_options(c);
		break;
	case ':':
		mg_usage(c, "%s: needs an argument", argv[optind - 1]);
	case '?':
		if (optopt > 0 && optopt < 256)
			mg_usage(c, "-%c: no such option", optopt);
		if (optopt >= 256)
			mg_usage(c, "%s: takes no argument", argv[optind - 1]);
		mg_usage(c, "%s: no such option", argv[optind - 1]);
	}
	return k;
}

long
mg_optnum(const struct mg_cmd *c, const char *what, long min, long max)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(optarg, &end, 10);
	if (end == optarg || *end != '\0' || errno != 0 || n < min || n > max)
		mg_usage(c, "%s: '%s' is not a whole number from %ld to %ld", what, optarg, min, max);
	return n;
}

double
mg_optsec(const struct mg_cmd *c, const char *what)
{
	char *end;
	double s;

	s = strtod(optarg, &end);
	if (end == optarg || *end != '\0' || !isfinite(s) || s < 0 || s > 1e9)
		mg_usage(c, "%s: '%s' is not a number of seconds", what, optarg);
	return s;
}

_Noreturn void
mg_usage(const struct mg_cmd *c, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	mg_quit(MG_USAGE, "%s (usage: %s [options]%s%s; see %s --help)", why, c->name,
	    *c->operands != '\0' ? " " : "", c->operands, c->name);
}
