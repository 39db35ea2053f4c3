/* opt.h - one table of options for each command, read by the parser, --help, the pages' test and the completions.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RT_OPT_H
#define MG_RT_OPT_H

#include <stddef.h>

#define MG_VERSION	"0.1.0"

struct mg_opt {
	int		 key;	/* its letter; 256 and up when long-only */
	const char	*name;	/* long name, always there */
	const char	*arg;	/* what the argument is called, or NULL */
	const char	*help;	/* one line, no capital, no full stop */
};

struct mg_cmd {
	const char		*name;		/* "mg-vote", or "mg-chunk text" */
	const char		*operands;	/* as the synopsis shows them, "" for none */
	const char		*about;		/* the page's one-line description */
	const struct mg_opt	*opt;		/* ends with { 0 } */
};

/* Makes sure that 0, 1 and 2 are open and names the program.  First thing in main. */
void	mg_start(const struct mg_cmd *, char *argv[]);
/* The next key, or -1 at the first operand (options and operands may be mixed
 * unless stop is set).  Answers --help, --version (with -v: and what is linked), --dump-options and bad
 * options without returning.  optarg, optind as getopt_long(3). */
int	mg_getopt(const struct mg_cmd *, int argc, char *argv[], int stop);
/* optarg as a whole number from min to max, or a usage error that names what. */
long	mg_optnum(const struct mg_cmd *, const char *what, long min, long max);
/* optarg as seconds (a fraction is fine, at least 0), or a usage error. */
double	mg_optsec(const struct mg_cmd *, const char *what);
_Noreturn void mg_usage(const struct mg_cmd *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
