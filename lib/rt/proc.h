/* proc.h - children: started with an argument vector, their own group, and no more environment than they need.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RT_PROC_H
#define MG_RT_PROC_H

#include <stdint.h>
#include <sys/types.h>

struct mg_err;

struct mg_proc {
	pid_t	pid;	/* 0: none.  It leads its own process group */
	int	in;	/* we write its stdin; -1: closed */
	int	out;	/* we read its stdout */
	int	err;	/* we read its stderr; -1: it has ours */
};

#define MG_PROC_NONE	((struct mg_proc){ 0, -1, -1, -1 })

struct mg_spawn {
	char *const	*argv;		/* looked up on PATH where it has no slash */
	char *const	*env;		/* NULL: ours */
	const char	*dir;		/* NULL: ours */
	int		 stderr_pipe;	/* its stderr comes to us */
	int		 nonblock;	/* our ends do not block (never the child's) */
	int		 death_signal;	/* sent to it when we die, however that happens; 0: none */
};

/* Fills *p; every descriptor is born close-on-exec.  A failed exec is reported
 * here, not by an exit status.  0, or -1: see *e. */
int	mg_proc_start(struct mg_proc *p, const struct mg_spawn *, struct mg_err *e);
/* Closes what is open of in, out, err. */
void	mg_proc_close(struct mg_proc *);
/* Sends sig to its group (and to itself, should it have left it). */
void	mg_proc_kill(const struct mg_proc *, int sig);
/* Ends it: closes its stdin, waits grace ms, TERM, grace ms, KILL; reaps it.
 * Output that comes meanwhile is thrown away.  Returns its wait status. */
int	mg_proc_stop(struct mg_proc *, int grace);
/* Whether it has ended, without waiting: 1 and *wstatus, or 0.  Kills what is
 * left of its group first: while the zombie stands, the number is nobody else's. */
int	mg_proc_reap(struct mg_proc *, int *wstatus);
/* "exit status 3", "signal 9 (Killed)"; static text valid until the next call. */
const char *mg_proc_status(int wstatus);
/* A wait status as an exit code: its own below 128, 128 for more, 128+n for a signal. */
int	mg_proc_code(int wstatus);

/* The path of a program of this suite: beside the running executable, else its
 * bare name for PATH.  The caller frees it. */
char	*mg_proc_sibling(const char *name);
/* Asks for sig when the parent dies; ends the process where it died already. */
void	mg_proc_follow_parent(int sig);
/* Splits a command line into a NULL-ended vector: blanks, '...', "...", and \.
 * No other syntax of a shell.  The caller frees it with mg_argv_free; NULL: see *e. */
char	**mg_argv_split(const char *line, struct mg_err *e);
void	mg_argv_free(char **argv);

#endif
