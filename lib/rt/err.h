/* err.h - errors as values, the exit codes, and the three ways to say one on stderr.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RT_ERR_H
#define MG_RT_ERR_H

/* The exit status of every program: see mg(7). */
enum mg_exit {
	MG_OK = 0,
	MG_NO = 1,	/* an honest "no": nothing matched, nobody won */
	MG_USAGE = 2,	/* the command line or the configuration is wrong */
	MG_DATA = 3,	/* input broke the protocol or a limit */
	MG_SYS = 4,	/* the operating system refused */
	MG_TEMP = 5	/* a peer or a server failed; running again may help */
};

struct mg_err {
	enum mg_exit	code;
	char		msg[512];	/* "what: why", no program name, no newline */
};

/* Fills *e and returns -1, so that callers can return it. */
int	mg_fail(struct mg_err *e, enum mg_exit code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* Names the program in messages; argv[0]'s last component until set.  Kept, not copied. */
void	mg_setprogname(const char *name);
const char *mg_progname(void);

/* One line on stderr, "mg-foo: " in front, in one write; control characters
 * are replaced, so that a model's text cannot drive the terminal. */
void	mg_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* mg_warn(e->msg), then exit(e->code). */
_Noreturn void mg_die(const struct mg_err *e);
/* The same with its own text. */
_Noreturn void mg_quit(enum mg_exit code, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
