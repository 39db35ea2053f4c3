/* agent.h - one agent: what it knows, what it is doing, and how it speaks.
 * SPDX-License-Identifier: MIT */
#ifndef MG_AGENT_AGENT_H
#define MG_AGENT_AGENT_H

#include <jv.h>
#include <poll.h>
#include <stdint.h>

#include "coord/prompt.h"
#include "coord/state.h"
#include "coord/turn.h"
#include "model/call.h"
#include "rt/buf.h"
#include "rt/lines.h"

struct mg_err;
struct mg_http;
struct mg_provider;
struct mg_toolset;
struct coprocess;

enum cut {		/* why a running turn ends before its time */
	CUT_NONE, CUT_DECIDED, CUT_DEADLINE, CUT_ASKED, CUT_END, CUT_SIGNAL
};

struct options {
	const char	*id, *tools, *record, *replay, *prompts;
	int		 follow, dry_run, show_prompt;
	long		 max_answers;
	struct mg_limits limit;		/* of a model call; negative: not given */
	double		 turn, tool;	/* seconds for a turn, for a tool call; negative: not given */
};

struct agent {
	struct options	 o;
	struct mg_state	*s;
	struct mg_lines	*in;
	int		 wake, eof, ready, signal;
	jv		 backend;	/* resolved */
	char		*key;
	struct mg_http	*http;		/* NULL until a model is called */
	struct mg_provider *provider;
	struct mg_toolset *tools;	/* NULL: none, or not started yet */
	struct coprocess *co;		/* a command in chunk mode, once it is started */
	struct mg_buf	 heard;		/* the lines that such a command is told */
	jv		 ask;		/* the newest that waits, or invalid */

	const char	*to;		/* of what it says now; NULL: everybody */
	char		*turn;		/* of what it says now */
	long		 turns, status_n;
	long		 expected;	/* acts that the bus must have told before the next: own ones count when heard */
	int		 running;	/* a turn runs; cut may be set */
	enum cut	 cut;
	int64_t		 turn_deadline;
	int		 failed, failed_temp;	/* the last act failed; that may pass */
};

struct said {		/* a whole reply */
	struct mg_buf	 text;
	struct mg_wish	*wish;		/* borrowed from call or made */
	size_t		 nwish;
	jv		 assistant;	/* the message to append to the conversation; or invalid */
	jv		 calls;		/* array of {id, name, arguments} of this reply */
	int		 failed, retryable;
	char		 code[32], message[400];
};

/* bus.c */
/* Waits for fds, the bus and signals until the deadline, and folds what the bus said. */
void	agent_wait(struct agent *, struct pollfd *fds, size_t n, int64_t deadline);
/* Folds what has arrived already; blocks while nothing is ready off the bus. */
void	agent_read_all(struct agent *);
const struct mg_agent *agent_self(const struct agent *);

/* speak.c */
void	say(struct agent *, struct mg_buf *b);		/* writes and clears; ends the program where nobody listens */
void	say_begin(struct agent *, struct mg_buf *b, const char *type);
void	say_stream(struct agent *, const char *type, const char *p, size_t n, int summary);
void	say_status(struct agent *, const char *status, jv detail);
void	say_error(struct agent *, const char *code, const char *message, int retryable);
void	say_usage(struct agent *, const struct mg_reply *);
void	say_tool(struct agent *, const char *id, const char *name, const char *arguments);
void	say_result(struct agent *, const char *id, jv content, int is_error);

/* reply.c: one reply of whatever stands behind the agent */
void	said_init(struct said *);
void	said_free(struct said *);
/* -1: it was cut; else 0 and *out, which may have failed. */
int	agent_reply(struct agent *, jv messages, jv tools, const struct mg_prompt *, struct said *out);
/* Its argument vector, and its environment: ours, MG_ID, MG_RUN, MG_STAGE (where stage is not
 * NULL), and what the backend's env names.  Freed with mg_argv_free. */
char	**command_argv(const struct agent *);
char	**command_environment(const struct agent *, const char *stage);
void	said_fail(struct said *, const char *code, int retryable, const char *why);
int	coprocess_reply(struct agent *, jv messages, jv tools, const struct mg_prompt *, struct said *out);
void	coprocess_stop(struct agent *);
int	command_reply(struct agent *, jv messages, const struct mg_prompt *, struct said *out);
int	model_reply(struct agent *, jv messages, jv tools, struct said *out);
/* Resolves the backend and gets the key.  Dies where it is wrong. */
void	agent_backend(struct agent *);

/* turn.c */
void	agent_act(struct agent *);		/* one act of coordination */
void	agent_asked(struct agent *);		/* the ask that waits */
int	agent_show(struct agent *);		/* --dry-run and --show-prompt; the exit status */

#endif
