/* What the files of the loopback test server share.
 * SPDX-License-Identifier: MIT
 *
 * A request meets a rule of the script, the rule's words make a reply, and a
 * reply is nothing but bytes in pieces with pauses between them and a way to
 * end.  So the part that sends knows nothing of models, and the part that
 * plays a model knows nothing of sockets. */
#ifndef TESTD_H
#define TESTD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jq.h>

/* buf.c: bytes that grow.  Running out of memory ends the program. */
struct buf {
	char	*p;
	size_t	len, cap;
};
void	buf_add(struct buf *, const void *, size_t);
void	buf_str(struct buf *, const char *);
void	buf_fmt(struct buf *, const char *, ...)
	    __attribute__((format(printf, 2, 3), nonnull));
/* Appends a quoted JSON string; bytes from 0x80 on pass as they are. */
void	buf_quote(struct buf *, const char *, size_t);
void	buf_drop(struct buf *, size_t);
void	buf_free(struct buf *);
/* Appends a whole file: 0, or -1 with errno. */
int	buf_file(struct buf *, const char *path);
/* Room for one more element behind n of them, each of size bytes. */
void	*grow(void *, size_t n, size_t size);
char	*copy(const char *, size_t);

/* request.c: one parsed request, and the log of them. */
struct request {
	long		n, nth;		/* of the server, of its model or path */
	unsigned	conn;
	char		*method, *path;	/* path with its query */
	char		*model;		/* "" where the body names none */
	jv		headers, json;	/* names in lower case; json may be invalid */
	const char	*body;		/* borrowed from the connection */
	size_t		body_len;
	size_t		body_at;	/* offset of the body behind the head */
	bool		close, expects;
};
/* 1: *r is filled and owned by the caller, 0: more bytes are needed, else an
 * HTTP status that says what is wrong.  r->expects is set when the client
 * waits for 100 Continue. */
int	request_parse(struct request *r, const struct buf *in);
void	request_free(struct request *);
/* The parameters schema of an offered tool, or an invalid jv. */
jv	request_tool(const struct request *, const char *name);
/* Member of an object, invalid where there is none.  Consumes the object. */
jv	member(jv, const char *);
/* One line of JSON: who asked what.  key may be NULL. */
void	request_log(int fd, const struct request *, const char *key, const char *rule,
	    int64_t ms);

/* script.c: what is to be answered.  The verbs stand in script.c's table. */
enum verb {
	/* what a model says, in this order */
	V_TEXT, V_THINK, V_REFUSAL, V_ANSWER, V_VOTE, V_CALL, V_AUTO, V_TOKENS, V_ENDLESS, V_BIG,
	/* other bytes of the body, in this order */
	V_COMMENT, V_COMMENTS, V_EVENT, V_ERROR, V_RAW, V_FILE, V_READS, V_JSON, V_BODY, V_HTML,
	V_MODELS,
	/* how it is said */
	V_SAYS, V_VOTES, V_FINAL, V_FINALTOKENS, V_FINISH, V_NODONE, V_USAGE, V_NOUSAGE, V_ARGS,
	V_PIECES, V_NOINDEX, V_NOID, V_WHOLECALL, V_WHOLE,
	/* how it travels */
	V_STATUS, V_CODE, V_HEADER, V_RETRY, V_RETRYMS, V_RETRYDATE, V_TYPE, V_REDIRECT, V_FRAME,
	V_GZIP, V_BYTEWISE, V_SPLIT, V_EACH, V_GAP, V_LATENCY, V_CRLF, V_CR, V_BOM, V_NOBLANK,
	V_CUT, V_RST, V_HANG, V_AFTER, V_AFTERREPLY, V_GATE
};
struct op {
	enum verb	verb;
	char		*arg[3];
	size_t		len[3];
	long		num[3];
	bool		isnum[3], nth[3];	/* nth: the word "n" stood for it */
};
struct rule {
	char		*where;		/* file:line */
	long		lo, hi;		/* which requests; hi -1: no end */
	long		times, used;	/* times -1: no end */
	jq_state	*when;
	struct op	*op;
	size_t		nop;
};
struct section {
	bool		is_path;
	char		*name;
	struct rule	*rule;
	size_t		nrule;
};
struct tally {
	char		*name;		/* of a model, or a path section's */
	long		got, done;	/* requests received, replies ended */
};
struct script {
	const char	*dir;
	char		*owner;
	struct section	*section;
	size_t		nsection;
	struct tally	*tally;
	size_t		ntally;
};
/* Exits 2 with file, line and reason when the text is wrong. */
void	script_file(struct script *, const char *path);
void	script_text(struct script *, const char *name, const char *text);
void	script_free(struct script *);
/* Counts the request (r->nth) and finds its rule, NULL if there is none; *t is
 * what it was counted under, an index into tally, -1 for an unknown path. */
struct rule *script_match(struct script *, struct request *r, long *t);
struct tally *script_tally(struct script *, const char *name);

/* reply.c */
struct piece {
	size_t		end;		/* begins where the one before it ends */
	unsigned	wait_ms;	/* before it is sent, each time */
	long		repeat;		/* times it is sent in all, -1: for ever */
};
enum ending { END_KEEP, END_CLOSE, END_RST, END_HOLD };
struct reply {
	struct buf	out;
	struct piece	*piece;
	size_t		npiece;
	enum ending	end;
	unsigned	latency_ms;
	const char	*after, *gate;	/* borrowed from the rule */
	long		after_n;
	bool		after_reply;
};
/* rule NULL: an error that says so. */
void	reply_make(struct reply *, const struct script *, const struct rule *,
	    const struct request *);
void	reply_error(struct reply *, int status, const char *why);
void	reply_free(struct reply *);
/* Closes a piece at end, unless it would be empty. */
void	piece_mark(struct piece **, size_t *n, size_t end, unsigned wait_ms, long repeat);

/* shape.c: how one family of providers writes a stream. */
struct shape;
struct body {
	struct buf	b;
	struct piece	*piece;		/* ends at b.len when sealed */
	size_t		npiece;
};
struct style {				/* what the script asks for; 0 is normal */
	const char	*finish;
	bool		no_done, no_usage, no_index, no_id, whole_call, whole, single;
	bool		usage;
	long		usage_in, usage_out, args, pieces;
	unsigned	gap_ms;
};
enum { STREAM_VALUES = 13 };
struct stream {
	const struct shape	*shape;
	const struct request	*req;
	struct style		style;
	struct body		*body;
	struct buf		value[STREAM_VALUES];	/* for the templates */
	struct buf		text, think, calls;	/* of an answer in one piece */
	long			ndelta, ncall;
	bool			open;
};
/* The family that a path belongs to, or NULL. */
const struct shape *shape_find(const char *path);
void	stream_init(struct stream *, const struct request *, struct body *, const struct style *);
void	stream_say(struct stream *, enum verb, const char *, size_t);
void	stream_call(struct stream *, const char *name, const char *id, const char *args, size_t);
/* n deltas of "tok ", -1: for ever. */
void	stream_tokens(struct stream *, long n);
void	stream_close(struct stream *);

/* travel.c: from a body to the bytes of a reply.  Strings are the rule's. */
struct travel {
	struct style	style;
	int		status;
	const char	*code, *type, *frame;	/* frame: chunked, length, close */
	struct buf	headers;
	const char	*says, *votes, *final;	/* of an agent that is played */
	long		final_tokens;
	bool		gzip, bytewise, bom, no_blank;
	const char	*newline;
	long		*split;
	size_t		nsplit;
	enum ending	end;
	const char	*place;			/* where it breaks off, NULL: nowhere */
	bool		is_at;			/* place is the number at */
	long		at;
	size_t		full;			/* length before it was cut */
};
/* What the words of a rule say beside the content. */
void	travel_read(struct travel *, struct reply *, const struct rule *, const struct request *);
/* Coding, splits, damage: NULL, or why the words do not fit this body. */
const char *travel_shape(struct travel *, struct body *);
/* The HTTP around it; n is the request's number, 0: none. */
void	travel_send(struct reply *, const struct travel *, const struct body *, long n);
void	travel_free(struct travel *);

/* conn.c */
struct server {
	struct script	script;
	const char	*key;
	int		log, ends;	/* -1: not wanted */
	int64_t		start;		/* ms */
	long		nrequest;
};
struct conn;
struct conn *conn_new(int fd, unsigned id);
void	conn_free(struct conn *);
int	conn_fd(const struct conn *);
short	conn_events(const struct conn *);
/* How long it can be left alone, in ms; -1: until its socket stirs. */
int	conn_timeout(const struct conn *, struct server *, int64_t now);
/* Reads if told to, and goes on as far as it can.  -1: it is over. */
int	conn_run(struct conn *, struct server *, bool readable, int64_t now);
#endif
