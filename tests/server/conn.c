/* A connection: takes requests, sends replies piece by piece, never blocks.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <poll.h>
#include <sys/socket.h>

#include "testd.h"

/* One endless reply must not keep the others waiting. */
enum { TURN_BYTES = 1024 * 1024, GATE_MS = 5 };

struct conn {
	int		fd;
	unsigned	id;
	struct buf	in;
	size_t		need;		/* bytes that the request in hand has at least */
	bool		continued;	/* 100 Continue was sent for it */
	bool		busy;		/* a reply is under way */
	bool		gated;		/* and waits for its gate */
	bool		blocked;	/* the socket takes no more */
	bool		more;		/* this turn's share is sent, there is more */
	bool		close;		/* the client will not ask again */
	struct reply	reply;
	size_t		at, off;	/* the piece, the byte */
	long		times;		/* this piece was sent */
	bool		waited;		/* its pause has begun */
	int64_t		wake;
	long		n, tally;	/* for the log; the tally's index or -1 */
	size_t		sent;
};

struct conn *
conn_new(int fd, unsigned id)
{
	struct conn *c = grow(NULL, 0, sizeof(*c));

	*c = (struct conn){ .fd = fd, .id = id };
	return c;
}

void
conn_free(struct conn *c)
{
	close(c->fd);
	buf_free(&c->in);
	reply_free(&c->reply);
	free(c);
}

int
conn_fd(const struct conn *c)
{
	return c->fd;
}

short
conn_events(const struct conn *c)
{
	return (short)(POLLIN | (c->blocked ? POLLOUT : 0));
}

static bool
gate_open(const struct conn *c, struct server *s)
{
	const struct reply *r = &c->reply;
	const struct tally *t;

	if (r->gate != NULL && access(r->gate, F_OK) == -1)
		return false;
	if (r->after == NULL)
		return true;
	t = script_tally(&s->script, r->after);
	return (r->after_reply ? t->done : t->got) >= r->after_n;
}

int
conn_timeout(const struct conn *c, struct server *s, int64_t now)
{
	if (!c->busy || c->blocked)
		return -1;
	if (c->more || (c->gated && gate_open(c, s)))
		return 0;
	if (c->gated)
		return c->reply.gate != NULL ? GATE_MS : -1;
	if (c->wake > now)
		return (int)(c->wake - now);
	return c->at < c->reply.npiece ? 0 : -1;	/* -1: held open */
}

/* The reply is over: how it went is noted, the connection may go on. */
static void
settle(struct conn *c, struct server *s, const char *how)
{
	if (!c->busy)
		return;
	c->busy = false;
	if (c->tally >= 0)
		s->script.tally[c->tally].done++;
	if (s->ends != -1)
		dprintf(s->ends, "{\"n\":%ld,\"conn\":%u,\"sent\":%zu,\"end\":\"%s\"}\n",
		    c->n, c->id, c->sent, how);
	reply_free(&c->reply);
}

static void
answer(struct conn *c, struct server *s, struct request *r, int64_t now)
{
	struct rule *rule;

	r->n = c->n = ++s->nrequest;
	r->conn = c->id;
	rule = script_match(&s->script, r, &c->tally);
	if (s->log != -1)
		request_log(s->log, r, s->key, rule != NULL ? rule->where : NULL, now - s->start);
	if (rule == NULL && c->tally == -1)
		reply_error(&c->reply, 404, "mg-testd: nothing is here");
	else
		reply_make(&c->reply, &s->script, rule, r);
	c->close = r->close;
}

/* Takes the next request from the input.  0: none is whole yet. */
static int
take(struct conn *c, struct server *s, int64_t now)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct request r;
	int status;

	if (c->in.len == 0 || c->in.len < c->need)
		return 0;
	status = request_parse(&r, &c->in);
	if (status == 0) {
		c->need = r.body_at + r.body_len;
		if (r.expects && !c->continued)
			(void)!send(c->fd, go_on, sizeof(go_on) - 1, MSG_NOSIGNAL);
		c->continued = r.expects;
		request_free(&r);
		return 0;
	}
	c->tally = -1;
	c->n = 0;
	if (status == 1)
		answer(c, s, &r, now);
	else {
		reply_error(&c->reply, status, "mg-testd: not a request that it can read");
		c->close = true;
	}
	buf_drop(&c->in, status == 1 ? r.body_at + r.body_len : c->in.len);
	request_free(&r);
	c->busy = c->gated = true;
	c->blocked = c->waited = c->continued = false;
	c->at = c->off = c->sent = c->need = 0;
	c->times = 0;
	return 1;
}

/* Sends what may be sent now.  1: all of it is out, 0: later, -1: gone. */
static int
push(struct conn *c, int64_t now)
{
	const struct reply *r = &c->reply;
	size_t share = 0;
	ssize_t n;

	c->blocked = c->more = false;
	if (now < c->wake)
		return 0;
	while (c->at < r->npiece) {
		const struct piece *p = &r->piece[c->at];
		size_t from = c->at == 0 ? 0 : r->piece[c->at - 1].end;

		if (c->off == from && p->wait_ms > 0 && !c->waited) {
			c->wake = now + p->wait_ms;
			c->waited = true;
			return 0;
		}
		if (share > TURN_BYTES) {
			c->more = true;
			return 0;
		}
		n = send(c->fd, r->out.p + c->off, p->end - c->off, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			c->blocked = errno == EAGAIN || errno == EWOULDBLOCK;
			return c->blocked ? 0 : -1;
		}
		share += (size_t)n;
		c->sent += (size_t)n;
		c->off += (size_t)n;
		if (c->off < p->end)
			continue;
		c->waited = false;
		if (p->repeat == -1 || ++c->times < p->repeat)
			c->off = from;
		else {
			c->at++;
			c->times = 0;
		}
	}
	return 1;
}

static int
finish(struct conn *c, struct server *s)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };

	switch (c->reply.end) {
	case END_HOLD:
		return 0;		/* until the client has had enough */
	case END_RST:
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		settle(c, s, "reset");
		return -1;
	case END_CLOSE:
		settle(c, s, "cut");
		return -1;
	default:
		settle(c, s, "complete");
		return c->close ? -1 : 1;
	}
}

/* -1: the client is gone. */
static int
fill(struct conn *c)
{
	char b[65536];
	ssize_t n;

	while ((n = recv(c->fd, b, sizeof(b), 0)) > 0)
		buf_add(&c->in, b, (size_t)n);
	return n == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

int
conn_run(struct conn *c, struct server *s, bool readable, int64_t now)
{
	int r;

	if (readable && fill(c) == -1) {
		settle(c, s, "client");
		return -1;
	}
	for (;;) {
		if (!c->busy && take(c, s, now) == 0)
			return 0;
		if (c->gated) {
			if (!gate_open(c, s))
				return 0;
			c->gated = false;
			c->wake = now + c->reply.latency_ms;
		}
		if ((r = push(c, now)) == -1)
			settle(c, s, "client");
		if (r != 1 || (r = finish(c, s)) != 1)
			return r;
	}
}
