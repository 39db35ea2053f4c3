/* runs.h - where runs live on disk, and who holds one.
 * SPDX-License-Identifier: MIT
 *
 * STATE/runs/<run>/journal.ndjson, final.md; STATE is --dir, $MG_STATE_DIR,
 * $XDG_STATE_HOME/mg or ~/.local/state/mg.  Who has the journal open holds its
 * lock, so a run has one owner; the file `owner` beside it tells people which. */
#ifndef MG_RUN_RUNS_H
#define MG_RUN_RUNS_H

#include <stddef.h>

struct mg_err;

struct run {
	char	*state;		/* absolute */
	char	*id;
	char	*dir;		/* state/runs/id */
	int	 fd;		/* the journal: read and append, locked; -1: none */
};

/* A new one, its folder made by nobody else.  Where the state folder cannot be
 * written a private temporary one takes its place, and stderr says where. */
int	run_create(struct run *, const char *dir, struct mg_err *e);
/* An old one, by its id or "last".  MG_TEMP where somebody holds it (the message says who). */
int	run_open(struct run *, const char *dir, const char *which, struct mg_err *e);
void	run_close(struct run *);
/* The state folder without making it, freed by the caller; NULL: nothing names one. */
char	*run_state_dir(const char *dir);
/* Whether name has the form of an id that run_create gives. */
int	run_id_ok(const char *name);
/* The ids below state, newest first, NULL-ended, freed with mg_argv_free. */
char	**run_ids(const char *state, size_t *n);

/* Prints one line for each run: id, date, state, head of the question. */
int	runs_list(const char *dir, struct mg_err *e);
/* Removes what is older than age ("30d", "12h") and held by nobody. */
int	runs_prune(const char *dir, const char *age, struct mg_err *e);

#endif
