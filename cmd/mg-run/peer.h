/* peer.h - one program on the bus: its process, its lines, its place in the relay.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RUN_PEER_H
#define MG_RUN_PEER_H

#include <stddef.h>
#include <stdint.h>

#include "relay.h"
#include "rt/bounds.h"
#include "rt/buf.h"
#include "rt/lines.h"
#include "rt/proc.h"

struct mg_err;

enum role { ROLE_AGENT, ROLE_VOTE, ROLE_FINAL, ROLE_PEER };

struct peer {
	char		*id;		/* the source of everything that it writes */
	enum role	 role;
	char		**argv, **env;	/* owned, NULL-ended */
	struct mg_proc	 proc;		/* .pid 0: it does not live */
	struct mg_lines	*in;		/* its stdout; NULL: ended */
	struct cursor	 cur;
	int		 full;		/* its stdin takes nothing until poll(2) says so */
	int		 starts;	/* how often it was started */
	int		 died;		/* reaped, and nothing was done about it yet */
	int		 wstatus;	/* of the process that died last */
	char		 why[256];	/* why we ended it; "" where we did not */
	int64_t		 term_at, kill_at;	/* when the next signal is due; MG_NEVER */
	size_t		 said;		/* bytes that it made everybody hear */
	size_t		 refused, noise;	/* lines refused; of them those that were no chunk of its own */
	struct mg_buf	 err;		/* the unfinished line of its stderr */
	char		 last[MG_STDERR_TAIL];	/* the last whole line of it */
	size_t		 errlines;
};

/* Called for each whole line of its stderr, which is text for people. */
typedef void peer_text(void *arg, struct peer *, const char *line);

/* argv and env are owned from here on, also when it fails to start. */
void	peer_init(struct peer *, const char *id, enum role, char **argv, char **env);
/* Starts its process.  0, or -1: see *e. */
int	peer_start(struct peer *, struct mg_err *e);
int	peer_lives(const struct peer *);
/* No more input: for a program on the bus that means to leave. */
void	peer_close_stdin(struct peer *);
/* Ends it for a reason: TERM now, KILL after a second.  The first reason stays. */
void	peer_end(struct peer *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Sends the signal that is due. */
void	peer_signal(struct peer *, int64_t now);
/* Reads what its stderr has. */
void	peer_read_stderr(struct peer *, peer_text *, void *arg);
/* Closes every descriptor of a dead process. */
void	peer_shut(struct peer *);
void	peer_free(struct peer *);

#endif
