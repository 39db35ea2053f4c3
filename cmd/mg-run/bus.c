/* bus.c - the loop: one process, never blocked by anybody.
 * SPDX-License-Identifier: MIT */
#include "bus.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "rt/clock.h"
#include "rt/mem.h"
#include "rt/wake.h"

#define LEAVE_TERM	1000	/* ms from closing every stdin to TERM */
#define LEAVE_KILL	1500	/* and to KILL */
#define DECIDE_TIME	1400	/* ms for the decision after a deadline */
#define FINAL_SLACK	1200	/* ms that mg-final may need beyond its limit: all ends 3 s after that */
#define STDERR_LINES	50	/* lines of a child's stderr that are passed on, but for -v */
#define SLOTS		3	/* descriptors of a peer: its stdout, stderr, stdin */

void
bus_add(struct bus *b, const char *id, enum role role, char **argv, char **env)
{
	b->peer = mg_grow(b->peer, b->npeer, &b->peer_cap, sizeof *b->peer);
	peer_init(&b->peer[b->npeer++], id, role, argv, env);
}

long
bus_peer(const struct bus *b, struct mg_span id)
{
	size_t i;

	for (i = 0; i < b->npeer; i++)
		if (mg_span_is(id, b->peer[i].id))
			return (long)i;
	return -1;
}

void
bus_end(struct bus *b, int code, int hurry)
{
	int64_t now = mg_now();
	struct peer *p;
	size_t i;

	if (!b->ending || hurry)
		b->code = code;
	for (i = 0; i < b->npeer; i++) {
		p = &b->peer[i];
		if (hurry)
			peer_close_stdin(p);
		if (b->ending && !hurry)
			continue;
		p->term_at = hurry ? now : now + LEAVE_TERM;
		p->kill_at = b->ending ? now : now + LEAVE_KILL;
	}
	b->ending = 1;
}

void
bus_stop(struct bus *b, int code, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (b->ending)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);	/* cut where too long: it is a message */
	va_end(ap);
	mg_warn("%s", text);
	bus_end(b, code, 0);
}

static void
said_on_stderr(void *arg, struct peer *p, const char *line)
{
	const struct bus *b = arg;

	size_t n = strlen(p->id);

	if (strncmp(line, "mg-agent: ", 10) == 0)	/* its id says more */
		line += 10;
	if (strncmp(line, p->id, n) == 0 && strncmp(line + n, ": ", 2) == 0)
		line += n + 2;
	if (strncmp(line, "failed: ", 8) == 0 && !b->verbose)
		return;		/* its status says the same */
	if (b->quiet || (!b->verbose && p->errlines > STDERR_LINES))
		return;
	mg_warn("%s: %s", p->id, line);
	if (!b->verbose && p->errlines == STDERR_LINES)
		mg_warn("%s: the rest of its messages is left out (-v shows them)", p->id);
}

void
bus_read_stderr(struct bus *b, struct peer *p)
{
	peer_read_stderr(p, said_on_stderr, b);
}

/* Who closed its input or its output takes no part any more, so it should end;
 * a logger may go on listening, a clock talking. */
static void
should_end(const struct bus *b, struct peer *p)
{
	if (p->kill_at != MG_NEVER ||
	    (p->role == ROLE_PEER && mg_state_agent(b->state, p->id, strlen(p->id)) == NULL))
		return;
	p->term_at = mg_now() + LEAVE_TERM;
	p->kill_at = mg_now() + LEAVE_KILL;
}

/* At most one read: everybody has a turn. */
static void
hear(struct bus *b, struct peer *p)
{
	struct mg_err e;
	enum mg_line r;
	char *line;
	size_t len;
	int n = mg_lines_fill(p->in, &e);

	while ((r = mg_lines_next(p->in, &line, &len)) != MG_LINES_MORE)
		if (r == MG_LINES_LONG)
			bus_refuse(b, p, mg_lines_number(p->in), 1, "longer than 16 MiB");
		else
			bus_hear(b, p, line, len, mg_lines_number(p->in));
	if (n == 1)
		return;
	if (mg_lines_rest(p->in, &line, &len) != MG_LINES_END)
		bus_refuse(b, p, mg_lines_number(p->in), 1, "torn: its writer ended inside it");
	mg_lines_free(p->in);
	p->in = NULL;
	should_end(b, p);
}

/* Lets everybody hear what is on disk. */
static void
publish(struct bus *b)
{
	struct relay *r = &b->relay;
	size_t i;

	for (; r->open < r->n; r->open++)
		for (i = 0; i < b->npeer; i++)
			if (r->open >= b->peer[i].cur.replay &&
			    !relay_skips(r, &b->peer[i].cur, r->open, (int)i))
				b->peer[i].cur.owed += r->line[r->open].len;
}

static void
tell(struct bus *b, struct peer *p)
{
	int who = (int)(p - b->peer), r = 0;

	if (p->proc.in < 0)
		return;
	if (!p->full && (r = relay_write(&b->relay, &p->cur, who, p->proc.in)) == -1) {
		peer_close_stdin(p);
		should_end(b, p);
	}
	p->full = r == 0;
	if (p->cur.owed > MG_QUEUE_MAX)
		peer_end(p, "it does not read: 64 MiB wait for it");
	if (b->ending && p->proc.in >= 0 && !relay_waiting(&b->relay, &p->cur, who))
		peer_close_stdin(p);
}

/* The final is on disk: it may be printed, and everybody may go. */
static void
delivered(struct bus *b)
{
	const char *degraded = mg_jv_str(b->state->final, "degraded", "");

	if (!b->journal.lost)
		bus_keep_final(b);
	if (*degraded != '\0' && !b->quiet)
		mg_warn("the final is the winning answer as it stood: %s", degraded);
	output_final(&b->out, b->state->final);
	b->final_new = 0;
	b->done = 1;
	bus_end(b, MG_OK, 0);
}

static void
tell_all(struct bus *b)
{
	size_t i;

	publish(b);
	for (i = 0; i < b->npeer; i++)
		tell(b, &b->peer[i]);
}

/* What happened in this round goes to disk and to everybody: in this order
 * where a line must be on disk before it counts, else the sooner the better. */
static void
flush(struct bus *b)
{
	struct mg_err e;

	if (!b->journal.sync)
		tell_all(b);
	if (journal_flush(&b->journal, &e) == -1)
		mg_warn("%s: the run goes on in memory, and cannot be resumed", e.msg);
	tell_all(b);
	if (b->final_new)
		delivered(b);
}

/* When mg-final has had its time, and some more. */
static int64_t
final_by(const struct bus *b)
{
	return b->present_by == MG_NEVER ? MG_NEVER : b->present_by + FINAL_SLACK;
}

static void
timers(struct bus *b)
{
	int64_t now = mg_now();
	const struct mg_state *s = b->state;
	size_t i;

	for (i = 0; i < b->npeer; i++) {
		if (now >= b->peer[i].term_at && b->peer[i].why[0] == '\0')
			snprintf(b->peer[i].why, sizeof b->peer[i].why, "it closed its input or its output and did not end");
		peer_signal(&b->peer[i], now);
	}
	if (b->ending)
		return;
	if (now >= b->deadline_at) {
		b->deadline_at = MG_NEVER;
		b->decide_by = now + DECIDE_TIME;
		bus_say_status(b, RUN_SOURCE, "deadline", (s->ready_n > s->deadline_n ? s->ready_n :
		    s->deadline_n) + 1, jv_string(b->due != NULL ? b->due : "time"));
		if (!b->quiet)
			mg_warn("the limit of %s is reached: what is there decides",
			    b->due != NULL ? b->due : "time");
	} else if (now >= b->decide_by) {
		bus_stop(b, MG_SYS, "mg-vote did not decide after the deadline");
	} else if (now >= final_by(b) && b->nobody) {
		bus_end(b, MG_NO, 0);
	} else if (now >= final_by(b)) {
		bus_stop(b, MG_SYS, "mg-final did not end within its limit");
	}
}

static void
signals(struct bus *b)
{
	int sig;

	while ((sig = mg_wake_next()) != 0) {
		if (sig == SIGCHLD)
			continue;
		b->signal = sig;
		b->gone = 1;	/* whoever interrupts waits for nothing more */
		bus_end(b, 128 + sig, 1);
	}
	bus_reap(b);
}

static int64_t
next_timer(const struct bus *b)
{
	int64_t t = mg_sooner(b->deadline_at, mg_sooner(b->decide_by, final_by(b)));
	size_t i;

	if (b->ending)
		t = MG_NEVER;
	for (i = 0; i < b->npeer; i++)
		if (peer_lives(&b->peer[i]))
			t = mg_sooner(t, mg_sooner(b->peer[i].term_at, b->peer[i].kill_at));
	return t;
}

/* Slot 0 hears signals, slot 1 is stdout, SLOTS more for each peer; poll(2)
 * skips a descriptor of -1, and tells of a reader that went away unasked. */
static void
fill_slots(struct bus *b, struct pollfd *fd, int wake)
{
	struct peer *p;
	size_t i;

	fd[0] = (struct pollfd){ .fd = wake, .events = POLLIN };
	fd[1] = (struct pollfd){ .fd = b->gone ? -1 : 1,
	    .events = output_waits(&b->out, &b->journal) ? POLLOUT : 0 };
	for (i = 0; i < b->npeer; i++) {
		p = &b->peer[i];
		fd[2 + SLOTS * i] = (struct pollfd){ .events = POLLIN,
		    .fd = p->in != NULL && peer_lives(p) ? mg_lines_fd(p->in) : -1 };
		fd[3 + SLOTS * i] = (struct pollfd){ .events = POLLIN, .fd = p->proc.err };
		fd[4 + SLOTS * i] = (struct pollfd){ .fd = p->proc.in,
		    .events = p->proc.in >= 0 && relay_waiting(&b->relay, &p->cur, (int)i) ? POLLOUT : 0 };
	}
}

static void
write_out(struct bus *b, short revents)
{
	struct mg_err e;

	if (b->gone || revents == 0)
		return;
	if (!(revents & (POLLERR | POLLNVAL | POLLHUP))) {
		if (output_step(&b->out, &b->journal, &e) == 1)
			return;
		if (e.code != MG_OK)
			mg_warn("%s", e.msg);
	} else {
		e.code = MG_OK;
	}
	b->gone = 1;	/* nobody is there to work for */
	bus_end(b, e.code != MG_OK ? (int)e.code : 128 + SIGPIPE, 1);
}

static void
round_of(struct bus *b, struct pollfd *fd)
{
	struct peer *p;
	size_t i;

	for (i = 0; i < b->npeer; i++) {
		p = &b->peer[i];
		if (fd[3 + SLOTS * i].revents != 0)
			bus_read_stderr(b, p);
		if (fd[2 + SLOTS * i].revents != 0 && p->in != NULL)
			hear(b, p);
		if (fd[4 + SLOTS * i].revents & POLLERR) {
			peer_close_stdin(p);
			should_end(b, p);
		}
		p->full &= !(fd[4 + SLOTS * i].revents & POLLOUT);
	}
	if (fd[0].revents != 0)		/* last: their words before their death */
		signals(b);
	flush(b);
	bus_bury(b);
	timers(b);
	flush(b);
	write_out(b, fd[1].revents);
}

static int
anybody(const struct bus *b)
{
	size_t i;

	for (i = 0; i < b->npeer; i++)
		if (peer_lives(&b->peer[i]) || b->peer[i].died)
			return 1;
	return 0;
}

/* Everybody has left: what can only be said now.  1: stdout still has to be written. */
static int
closing(struct bus *b)
{
	if (!b->reported) {
		b->reported = 1;
		if (b->code == MG_NO && b->nobody)
			b->code = bus_say_nobody(b);
		if (b->journal.lost && b->code == MG_OK)
			b->code = MG_SYS;
		if (b->out.format == FORMAT_JSON && b->signal == 0)
			output_object(&b->out, bus_object(b));
	}
	return !b->gone && output_waits(&b->out, &b->journal);
}

/* Opening and journal are on disk before any peer starts: also the folder's entry. */
static void
make_durable(struct bus *b)
{
	int fd;

	b->journal.sync = 1;
	flush(b);
	if ((fd = open(b->run->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return;
	if (fsync(fd) == -1 && errno != EINVAL && errno != EROFS)
		mg_warn("%s: %s", b->run->dir, strerror(errno));
	close(fd);
}

static void
start_peers(struct bus *b)
{
	struct rlimit r;
	struct mg_err e;
	size_t i;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max &&
	    r.rlim_cur < 64 + 8 * b->npeer) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);	/* where it fails, starting the peer says so */
	}
	for (i = 0; i < b->npeer; i++) {
		relay_rewind(&b->relay, &b->peer[i].cur);
		b->peer[i].cur.replay = b->relay.open;
		if (peer_start(&b->peer[i], &e) == -1)
			bus_gone(b, &b->peer[i], e.msg);
	}
}

static void
start(struct bus *b, int resumed)
{
	const struct mg_state *s = b->state;

	make_durable(b);
	b->start = mg_now();
	b->decided = jv_is_valid(s->decision);
	b->deadline_at = b->decided ? MG_NEVER : mg_after(b->limit.deadline);
	b->decide_by = MG_NEVER;
	b->present_by = b->decided ? mg_after(b->limit.final_timeout) : MG_NEVER;
	if (resumed)
		bus_bring_back(b);
	start_peers(b);
	bus_say_status(b, RUN_SOURCE, "ready", (s->ready_n > s->deadline_n ? s->ready_n :
	    s->deadline_n) + 1, jv_invalid());
	bus_budget(b);
	flush(b);
}

int
bus_run(struct bus *b, int resumed)
{
	static const int caught[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGPIPE, 0 };
	static const int no_hup[] = { SIGCHLD, SIGINT, SIGTERM, SIGPIPE, 0 };
	struct sigaction hup;
	struct pollfd *fd;
	struct mg_err e;
	int wake;

	sigaction(SIGHUP, NULL, &hup);
	if ((wake = mg_wake_start(hup.sa_handler == SIG_IGN ? no_hup : caught, &e)) == -1)
		mg_die(&e);
	signal(SIGXFSZ, SIG_IGN);	/* a file that may not grow is a full disk: write(2) tells */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fd = mg_calloc(2 + SLOTS * b->npeer, sizeof *fd);
	start(b, resumed);
	while (!b->ending || anybody(b) || closing(b)) {
		fill_slots(b, fd, wake);
		if (poll(fd, 2 + SLOTS * b->npeer, mg_timeout(next_timer(b))) == -1) {
			if (errno != EINTR)
				mg_quit(MG_SYS, "poll: %s", strerror(errno));
			continue;
		}
		round_of(b, fd);
	}
	free(fd);
	bus_end_orphans();
	if (b->signal != 0)
		mg_warn("interrupted: %s", strsignal(b->signal));
	if (!b->done && (b->signal != 0 || b->code == MG_SYS))
		bus_say_resume(b);
	return b->code;
}

void
bus_free(struct bus *b)
{
	size_t i;

	for (i = 0; i < b->npeer; i++)
		peer_free(&b->peer[i]);
	for (i = 0; i < b->nask; i++)
		free(b->ask[i].turn);
	free(b->peer);
	free(b->ask);
	free(b->ready);
	journal_free(&b->journal);
	relay_free(&b->relay);
	ledger_free(&b->ledger);
	output_free(&b->out);
	mg_state_free(b->state);
}
